"""What is searched: documents cut into passages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

PassageKind = Literal["title", "question", "part"]

SENTENCE_END = re.compile(r"(?<=[.!?؟۔।։።။។])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One text in one language: an article's translation, or a page of a benchmark.

    `parts` are what can be quoted: sections or steps, as plain text. Several documents may share an id: the
    translations of an article, and how people ask for it, which has no title.
    """

    id: str
    language: str
    title: str
    questions: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join([self.title, *self.questions, *self.parts])


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed; `part` is the quotable part it comes from, if any."""

    document: int
    kind: PassageKind
    text: str
    part: int | None = None


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a plain text; a fragment of under 20 characters joins the one before."""
    found: list[str] = []
    for piece in SENTENCE_END.split(text):
        piece = piece.strip()
        if not piece:
            continue
        if found and len(piece) < 20:
            found[-1] += " " + piece
        else:
            found.append(piece)
    return tuple(found)


def passages(number: int, document: SearchDocument) -> Iterator[Passage]:
    """The passages of document `number`: title, questions, and each sentence with the title before it."""
    if document.title:
        yield Passage(number, "title", document.title)
    for question in document.questions:
        yield Passage(number, "question", question)
    for part, text in enumerate(document.parts):
        for sentence in sentences(text):
            yield Passage(number, "part", f"{document.title}. {sentence}", part)
