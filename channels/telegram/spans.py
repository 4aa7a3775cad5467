"""Text with bold, italic and links: as Telegram's HTML, and cut into parts that a message can hold."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape

# What a message holds, in UTF-16 units. Telegram counts without tags; with them we are never above it.
MOST = 4096

# Where a text is cut rather than elsewhere, best first. What is white at a cut goes.
BORDERS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…؟۔।։][\"'”’»)]*\s|[。！？][」』”’）]*"),
    re.compile(r"\s"),
)
JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    bold: bool = False
    italic: bool = False
    url: str | None = None

    def html(self) -> str:
        opening, closing = self.tags()
        return f"{opening}{escape(sound(self.text), quote=False)}{closing}"

    def tags(self) -> tuple[str, str]:
        opening, closing = "", ""
        for name, on in (("b", self.bold), ("i", self.italic)):
            if on:
                opening, closing = f"{opening}<{name}>", f"</{name}>{closing}"
        if self.url:
            opening, closing = f'{opening}<a href="{escape(sound(self.url))}">', f"</a>{closing}"
        return opening, closing


def sound(text: str) -> str:
    """The text without half characters, which cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def html(spans: Iterable[Span]) -> str:
    return "".join(span.html() for span in spans if span.text)


def units(text: str) -> int:
    """The length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(spans: Iterable[Span], most: int = MOST) -> list[list[Span]]:
    """Parts whose HTML has at most `most` units each; only white space at the cuts goes."""
    rest = _trimmed([_affordable(span, most) for span in spans])
    parts = []
    while rest:
        text = "".join(span.text for span in rest)
        end = _fitting(rest, most)
        if end < len(text):
            end = _border(text, end)
        parts.append(_trimmed(_between(rest, 0, end)))
        rest = _trimmed(_between(rest, end, len(text)))
    return parts


def _affordable(span: Span, most: int) -> Span:
    """Without its link, where that takes more than half a message."""
    return replace(span, url=None) if span.url and units("".join(span.tags())) > most // 2 else span


def _fitting(spans: list[Span], most: int) -> int:
    """How many characters fit."""
    used = count = 0
    for span in spans:
        used += units("".join(span.tags()))
        for character in span.text:
            used += units(escape(sound(character), quote=False))
            if used > most:
                return max(count, 1)
            count += 1
    return count


def _border(text: str, end: int) -> int:
    """The best place to cut, in the second half of what fits."""
    for border in BORDERS:
        found = [match.end() for match in border.finditer(text, end // 2, end)]
        if found:
            return found[-1]
    for place in range(end, end // 2, -1):
        if not _belongs_together(text[place - 1], text[place]):
            return place
    return end


def _belongs_together(left: str, right: str) -> bool:
    return JOINER in (left, right) or unicodedata.category(right)[0] == "M" or unicodedata.category(right) == "Sk"


def _between(spans: list[Span], begin: int, end: int) -> list[Span]:
    """The characters from `begin` to `end`."""
    found, at = [], 0
    for span in spans:
        piece = span.text[max(0, begin - at) : max(0, end - at)]
        if piece:
            found.append(replace(span, text=piece))
        at += len(span.text)
    return found


def _trimmed(spans: list[Span]) -> list[Span]:
    """Without white space at both ends."""
    text = "".join(span.text for span in spans)
    return _between(spans, len(text) - len(text.lstrip()), len(text.rstrip()))


def joined(pieces: Iterable[list[Span]], between: str) -> Iterator[Span]:
    """The pieces that are not empty, with a text between them."""
    first = True
    for piece in pieces:
        if not piece:
            continue
        if not first:
            yield Span(between)
        first = False
        yield from piece
