"""Files of Word and of Markdown."""

import io
import re
import zipfile
from datetime import datetime
from html import unescape
from typing import Any
from xml.sax.handler import ContentHandler

import mammoth
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from defusedxml.sax import parseString
from markdown_it import MarkdownIt

from knowledge_base.intake.extract import Extract, IntakeError
from knowledge_base.intake.marking import markdown

# What a DOCX unpacks to, in bytes, and how many parts it may have.
LARGEST_UNPACKED, MOST_MEMBERS = 50_000_000, 2_000
TERMS, CORE = "{http://purl.org/dc/terms/}", "{http://purl.org/dc/elements/1.1/}"


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
