"""Files of Word, PDF and Markdown."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape, unescape
from typing import Any
from xml.sax.handler import ContentHandler

import mammoth
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from defusedxml.sax import parseString
from markdown_it import MarkdownIt
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge_base.intake.extract import Extract, IntakeError
from knowledge_base.intake.marking import markdown

# What a DOCX unpacks to, in bytes, and how many parts it may have; how many pages of a PDF are read.
LARGEST_UNPACKED, MOST_MEMBERS, MOST_PAGES = 50_000_000, 2_000, 200
TERMS, CORE = "{http://purl.org/dc/terms/}", "{http://purl.org/dc/elements/1.1/}"
ITEM = re.compile(r"^\s*[•●▪◦‣∙·–-]\s+")
ENDS = re.compile(r"[.!?:؟۔।。！？]\W*$")
# A line that stands on so many pages, or on half of them, is no part of the text.
REPEATED = 3


def read_docx(data: bytes) -> Extract:
    """Raises IntakeError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            about = _checked(file)
        written = mammoth.convert_to_html(io.BytesIO(data), convert_image=mammoth.images.img_element(_no_picture))
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise error if isinstance(error, IntakeError) else IntakeError("broken") from error
    title, date = about
    body, lost = markdown(written.value, title=title)
    return Extract(title, body, date=date, lost=dict(lost))


def _no_picture(image: Any) -> dict[str, str]:
    return {}


def _checked(file: zipfile.ZipFile) -> tuple[str, str]:
    """The title and the day of its last change; raises IntakeError for what is no Word file or a trap."""
    members = file.infolist()
    # No member unpacks to more than it says: zipfile stops there.
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise IntakeError("bomb")
    names = {member.filename for member in members}
    if "word/document.xml" not in names:
        raise IntakeError("kind")
    try:
        for name in names:
            if name.endswith((".xml", ".rels")):
                parseString(file.read(name), ContentHandler(), forbid_dtd=True)
        core = fromstring(file.read("docProps/core.xml"), forbid_dtd=True) if "docProps/core.xml" in names else None
    except DefusedXmlException as error:
        raise IntakeError("bomb") from error
    except Exception as error:
        # SAXParseException, ParseError and what a broken deflate stream gives have nothing in common.
        raise IntakeError("broken") from error
    if core is None:
        return "", ""
    changed = (core.findtext(f"{TERMS}modified") or "")[:10]
    return core.findtext(f"{CORE}title") or "", changed if _is_day(changed) else ""


def read_pdf(data: bytes) -> Extract:
    """Raises IntakeError."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise IntakeError("locked")
        if len(reader.pages) > MOST_PAGES:
            raise IntakeError("bomb", str(MOST_PAGES))
        pages = [page.extract_text() for page in reader.pages]
        images = sum(_pictures(page) for page in reader.pages)
        about = reader.metadata
        title, changed = ((about.title or "").strip(), about.modification_date) if about else ("", None)
    except IntakeError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError) as error:
        raise IntakeError("broken") from error
    body, _ = markdown("".join(_paragraphs(pages)))
    lost: Counter[Any] = Counter(images=images, layout=1)
    return Extract(title, body, date=changed.date().isoformat() if isinstance(changed, datetime) else "", lost=+lost)


def _pictures(page: Any) -> int:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None:
        return 0
    return sum(one.get_object().get("/Subtype") == "/Image" for one in objects.get_object().values())


def _paragraphs(pages: Sequence[str]) -> Iterator[str]:
    """As HTML: lines that go on are put together, bullets become lists, what stands on every page is left out."""
    counted = Counter(line for page in pages for line in _edges(page))
    width = max((len(line) for page in pages for line in page.splitlines()), default=0)
    many = max(REPEATED, len(pages) / 2)
    running: list[str] = []
    is_item = False
    for line in (line for page in pages for line in [*page.splitlines(), *[""] * page.endswith("\n")]):
        said = line.strip()
        if (said and counted[said] >= many) or said.isdigit():
            continue
        starts_item = bool(ITEM.match(line))
        if not said or starts_item:
            yield _paragraph(running, is_item=is_item)
            running, is_item = [], starts_item
        if said:
            running.append(ITEM.sub("", line).strip())
            if ENDS.search(said) and len(said) < width * 0.75:
                # A short line with a full stop ends its paragraph.
                yield _paragraph(running, is_item=is_item)
                running, is_item = [], False
    yield _paragraph(running, is_item=is_item)


def _edges(page: str) -> set[str]:
    """The lines where a header or a footer stands."""
    lines = [line.strip() for line in page.splitlines() if line.strip()]
    return {*lines[:2], *lines[-2:]}


def _paragraph(lines: Sequence[str], *, is_item: bool) -> str:
    text = ""
    for line in lines:
        # A word that was cut at the end of a line.
        text = text[:-1] + line if re.search(r"\w-$", text) and line[:1].islower() else f"{text} {line}"
    said = escape(text.strip())
    if not said:
        return ""
    return f"<ul><li>{said}</li></ul>" if is_item else f"<p>{said}</p>"


def read_markdown(data: bytes) -> Extract:
    """Any Markdown, and plain text. Raises IntakeError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IntakeError("broken", "UTF-8") from error
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    written = parser.render(text)
    first = re.search(r"(?s)<h1>(.*?)</h1>", written)
    title = unescape(re.sub(r"<[^>]*>", "", first[1])) if first else ""
    body, lost = markdown(written, title=title)
    return Extract(title, body, lost=dict(lost))


def _is_day(said: str) -> bool:
    try:
        datetime.fromisoformat(said)
    except ValueError:
        return False
    return len(said) == 10
