"""HTML as the Markdown that articles have: paragraphs, two kinds of headings, flat lists, bold words, links."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, urljoin

from lxml import etree, html
from lxml.html import HtmlElement

from knowledge_base.intake.extract import IntakeError, Loss
from knowledge_base.markdown import ALLOWED_LINKS, CONTROL_CHARACTER, body_problems, plain_text

HEADING = re.compile(r"h([1-6])")
LISTS, BOLD = {"ul", "ol"}, {"b", "strong"}
CELLS = {"td", "th"}
IMAGES = {"img", "picture", "svg", "graphic"}
SILENT = {"script", "style", "noscript", "template", "head", "form", "iframe", "object", "video", "audio", "title"}
BLOCKS = {
    *("p", "div", "section", "article", "main", "body", "html", "header", "footer", "blockquote", "pre", "figure"),
    *("figcaption", "aside", "nav", "address", "dl", "dt", "dd", "hr", "details", "summary", "table", "li", "tr"),
    *("tbody", "thead", "tfoot", "caption", *CELLS, *LISTS, *(f"h{level}" for level in range(1, 7))),
}
LIST = -1
# What Markdown would take for a mark.
SPECIAL = re.compile(r"([\\`*_\[\]<>&!#|~])")
OPENING = re.compile(r"^(\s*)([-+=>]|\d{1,9}[.)])")
# Who nests deeper than this writes no text.
DEEPEST = 150
SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")


def markdown(source: str, *, base: str = "", title: str = "") -> tuple[str, Counter[Loss]]:
    """The text of an HTML page or a piece of one, and how much of it is lost.

    A heading that says the title is left out. Links are followed from `base`. What comes out has none of
    `knowledge_base.markdown.body_problems`. Raises
    IntakeError for what is nested too deep.
    """
    try:
        tree = html.document_fromstring(
            source if source.strip() else "<p></p>", parser=html.HTMLParser(huge_tree=False, encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise IntakeError("broken") from error
    writer = _Writer(base)
    writer.walk(tree, 0)
    found = [(level, said) for level, said in writer.blocks if not (level > 0 and _plain(said) == _plain(title))]
    levels = sorted({level for level, _ in found if level > 0})
    return "\n\n".join(_block(level, said, levels) for level, said in _headed(found, levels)), writer.lost


class _Writer:
    """Goes through a tree; `blocks` are paragraphs (level 0), lists (LIST) and headings with their level."""

    def __init__(self, base: str) -> None:
        self.blocks: list[tuple[int, str]] = []
        self.lost: Counter[Loss] = Counter()
        self._base = base

    def walk(self, element: HtmlElement, depth: int) -> None:
        """Write what is in an element that is no part of a sentence."""
        if depth > DEEPEST:
            raise IntakeError("bomb")
        running: list[str] = [element.text or ""]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in BLOCKS or (tag and tag not in SILENT | IMAGES and _has_blocks(child)):
                self._write(0, "".join(running))
                running = []
                self._block(child, tag, depth)
            elif tag in IMAGES:
                self.lost["images"] += 1
            elif tag and tag not in SILENT:
                running.append(self._inline(child, depth))
            running.append(child.tail or "")
        self._write(0, "".join(running))

    def _block(self, element: HtmlElement, tag: str, depth: int) -> None:
        heading = HEADING.fullmatch(tag)
        if heading:
            # Bold within a heading says nothing more.
            self._write(int(heading[1]), _unmarked(self._sentence(element, depth)))
        elif tag in LISTS:
            items = [item for item in self._items(element, depth) if item]
            if items:
                self.blocks.append((LIST, "\n".join(items)))
        elif tag == "table":
            self._table(element, depth)
        else:
            self.walk(element, depth + 1)

    def _items(self, element: HtmlElement, depth: int) -> Iterator[str]:
        """A list within a list goes on in the same one."""
        if depth > DEEPEST:
            raise IntakeError("bomb")
        for child in element:
            if child.tag in LISTS:
                yield from self._items(child, depth + 1)
            elif isinstance(child.tag, str):
                inner = [below for below in child if below.tag in LISTS]
                yield self._sentence(child, depth + 1, without=inner)
                for below in inner:
                    yield from self._items(below, depth + 1)

    def _table(self, element: HtmlElement, depth: int) -> None:
        rows = []
        for row in element.iter("tr"):
            cells = [self._sentence(cell, depth + 1) for cell in row if cell.tag in CELLS]
            if any(cells):
                rows.append(" – ".join(filter(None, cells)))
        if rows:
            self.lost["tables"] += 1
            self.blocks.append((LIST, "\n".join(rows)))

    def _sentence(self, element: HtmlElement, depth: int, without: list[HtmlElement] | None = None) -> str:
        return _tidy(self._inline(element, depth, without or [], bare=True))

    def _inline(
        self, element: HtmlElement, depth: int, without: list[HtmlElement] | None = None, *, bare: bool = False
    ) -> str:
        if depth > DEEPEST:
            raise IntakeError("bomb")
        said = [element.text or ""]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in IMAGES:
                self.lost["images"] += 1
            elif tag and tag not in SILENT and child not in (without or []):
                said.append(self._inline(child, depth + 1))
                # Words of two paragraphs do not grow together.
                said.append(" " if tag in BLOCKS else "")
            said.append(child.tail or "")
        text = "".join(said)
        if bare:
            return text
        if element.tag == "br":
            return " "
        if element.tag in BOLD:
            return _around(text, "**", "**")
        if element.tag == "a":
            return self._link(text, element.get("href") or "")
        return text

    def _link(self, text: str, address: str) -> str:
        words = _unmarked(_tidy(text))
        try:
            target = urljoin(self._base, address.strip())
        except ValueError:
            return text
        if not words or not target.startswith(ALLOWED_LINKS):
            return text
        safe = quote(target, safe="/:?#@!$&'*+,;=%~._-")
        return _around(text, "[", f"]({safe})", words)

    def _write(self, level: int, said: str) -> None:
        said = _tidy(said)
        if said:
            self.blocks.append((level, said))


def _headed(blocks: list[tuple[int, str]], levels: list[int]) -> Iterator[tuple[int, str]]:
    """A heading with nothing below it says nothing to who reads by sections: it is made a bold line."""
    for at, (level, said) in enumerate(blocks):
        following = blocks[at + 1][0] if at + 1 < len(blocks) else level
        is_alone = level > 0 and 0 < following <= max(level, levels[0])
        yield (0, _around(said, "**", "**")) if is_alone else (level, said)


def _has_blocks(element: HtmlElement) -> bool:
    return any(isinstance(inner.tag, str) and inner.tag in BLOCKS for inner in element.iter() if inner is not element)


def _block(level: int, said: str, levels: list[int]) -> str:
    """The block as Markdown that means just this."""
    if level > 0:
        mark = "## " if level == levels[0] else "### "
        return mark + _safe(_unmarked(said))
    return "\n".join(f"- {_safe(line)}" for line in said.split("\n")) if level == LIST else _safe(said)


def _safe(line: str) -> str:
    """A line that is drawn as it is meant; where its marks would be misread, without any."""
    if not body_problems(line) and _is_inline(line) and plain_text(line) == _plain(line):
        return line
    plain = _plain(line)
    escaped = OPENING.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", plain))
    if plain[:1].isdigit():
        escaped = re.sub(r"^(\d{1,9})([.)])", r"\1\\\2", SPECIAL.sub(r"\\\1", plain))
    return escaped if not body_problems(escaped) and plain_text(escaped) == plain else _lettered(plain)


def _lettered(plain: str) -> str:
    return " ".join(re.sub(r"[^\w\s.,;:?()%/'’-]+", " ", plain).strip("-. ").split())


def _is_inline(line: str) -> bool:
    return not OPENING.match(line) and not line.startswith("#")


def _plain(line: str) -> str:
    return " ".join(_unmarked(re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", line)).split())


def _unmarked(line: str) -> str:
    return line.replace("**", "")


def _around(text: str, before: str, after: str, words: str | None = None) -> str:
    """The words in marks, the spaces around them outside."""
    inner = words if words is not None else _unmarked(text).strip()
    if not inner.strip():
        return text
    begins = " " if text[:1].isspace() else ""
    ends = " " if text[-1:].isspace() else ""
    return f"{begins}{before}{inner}{after}{ends}"


def _tidy(text: str) -> str:
    return SPACE.sub(" ", CONTROL_CHARACTER.sub("", text.replace("\t", " "))).strip()
