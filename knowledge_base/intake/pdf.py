"""A PDF: letters at places on pages, put together again to lines, paragraphs, lists and headings by guess."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from knowledge_base.intake.extract import Extract, IntakeError, Loss
from knowledge_base.intake.marking import markdown

MOST_PAGES = 200
BULLET = re.compile(r"^\s*[•●▪◦‣∙·–-]\s*$")
ITEM = re.compile(r"^\s*[•●▪◦‣∙·–-]\s+")
ENDS = re.compile(r"[.!?:؟۔।։。！？]\W*$")
CUT = re.compile(r"\w[-\u00ad]$")
# A line that stands at the same place on so many pages, or on half of them, is no part of the text.
REPEATED = 3
# Beside the size of most letters: from here on it is a heading. Beside the size of a line: two this far from each other
# are two paragraphs, and one set in this far begins one; less than this, and it is one line.
HEADING, APART, SET_IN, LEVEL = 1.15, 1.45, 0.8, 0.4
# A line that ends a sentence in so much of the width may end a paragraph.
SHORT = 0.75
LONGEST_HEADING = 200


@dataclass(slots=True)
class Line:
    """Where it begins on its page, in points from below and from the left, and how large its letters are."""

    page: int
    x: float
    y: float
    size: float
    text: str
    is_item: bool = False


def read_pdf(data: bytes) -> Extract:
    """Raises IntakeError."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise IntakeError("locked")
        if len(reader.pages) > MOST_PAGES:
            raise IntakeError("bomb", str(MOST_PAGES))
        lines = [line for number, page in enumerate(reader.pages) for line in _lines(page, number)]
        images = sum(map(_pictures, reader.pages))
        about = reader.metadata
        title, changed = ((about.title or "").strip(), about.modification_date) if about else ("", None)
    except IntakeError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError) as error:
        raise IntakeError("broken") from error
    kept = _without_margins(lines)
    sizes = _sizes(kept)
    title = title or next((line.text for line in kept if sizes and line.size == sizes[0]), "")
    body, _ = markdown("".join(_blocks(kept, sizes)).replace("</ul><ul>", ""), title=title)
    lost: Counter[Loss] = Counter({"images": images, "layout": 1})
    return Extract(title, body, date=changed.date().isoformat() if isinstance(changed, datetime) else "", lost=+lost)


def _lines(page: PageObject, number: int) -> list[Line]:
    """In the order in which the page draws them, which is that of reading but for the marks of lists."""
    found: list[Line] = []
    marks: list[tuple[float, float]] = []

    def visit(text: str, within: Sequence[float], at: Sequence[float], font: Any, font_size: float) -> None:
        x = at[4] * within[0] + at[5] * within[2] + within[4]
        y = at[4] * within[1] + at[5] * within[3] + within[5]
        size = round(font_size * abs(at[3] or at[1]) * abs(within[3] or within[1]), 1) or 1.0
        for below, said in enumerate(text.split("\n")):
            if not said.strip():
                continue
            place = y - below * size * 1.2
            if BULLET.match(said):
                marks.append((x, place))
            elif found and abs(found[-1].y - place) < size * LEVEL and x >= found[-1].x:
                found[-1].text += said
            else:
                found.append(Line(number, x, place, size, said))

    page.extract_text(visitor_text=visit)
    for line in found:
        marked = any(abs(y - line.y) < line.size * LEVEL and 0 < line.x - x < line.size * 4 for x, y in marks)
        line.is_item = marked or bool(ITEM.match(line.text))
        line.text = " ".join(ITEM.sub("", line.text).split())
    return found


def _pictures(page: PageObject) -> int:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None:
        return 0
    return sum(one.get_object().get("/Subtype") == "/Image" for one in objects.get_object().values())


def _without_margins(lines: Sequence[Line]) -> list[Line]:
    """Without the numbers of the pages, and what stands above or below the text of many of them."""
    counted = Counter((line.text, round(line.y)) for line in lines)
    pages = {line.page: [one.y for one in lines if one.page == line.page] for line in lines}
    many = max(REPEATED, len(pages) / 2)
    return [
        line
        for line in lines
        if counted[line.text, round(line.y)] < many
        and not (line.text.isdigit() and line.y in (min(pages[line.page]), max(pages[line.page])))
    ]


def _sizes(lines: Sequence[Line]) -> list[float]:
    """Of the headings, largest first."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.text)
    usual = letters.most_common(1)[0][0] if letters else 0.0
    return sorted((size for size in letters if size >= usual * HEADING), reverse=True)


def _blocks(lines: Sequence[Line], sizes: Sequence[float]) -> Iterator[str]:
    """As HTML."""
    width = max((len(line.text) for line in lines), default=0)
    running: list[Line] = []
    for line in lines:
        if running and _begins(line, running[-1], running[0], width):
            yield _block(running, sizes)
            running = []
        running.append(line)
    if running:
        yield _block(running, sizes)


def _begins(line: Line, before: Line, first: Line, width: int) -> bool:
    """Whether something begins with a line."""
    if line.is_item or line.size != before.size:
        return True
    gap = before.y - line.y
    if line.page != before.page:
        # A sentence goes on there.
        return bool(ENDS.search(before.text))
    if gap < 0:
        # The next column, or something at the edge of the page that was drawn last.
        return bool(ENDS.search(before.text)) or not line.text[:1].islower()
    if gap > line.size * APART or (first.is_item and line.x < first.x - line.size * LEVEL):
        return True
    is_set_in = line.x - before.x > line.size * SET_IN
    return bool(ENDS.search(before.text)) and (is_set_in or len(before.text) < width * SHORT)


def _block(lines: Sequence[Line], sizes: Sequence[float]) -> str:
    text = ""
    for line in lines:
        # A word that was cut at the end of a line.
        text = text[:-1] + line.text if CUT.search(text) and line.text[:1].islower() else f"{text} {line.text}"
    said, size = escape(text.strip()), lines[0].size
    if lines[0].is_item:
        return f"<ul><li>{said}</li></ul>"
    if size in sizes and len(said) <= LONGEST_HEADING:
        level = min(sizes.index(size) + 1, 6)
        return f"<h{level}>{said}</h{level}>"
    return f"<p>{said}</p>"
