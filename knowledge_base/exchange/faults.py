"""What can be wrong with a file, and where: as codes for whoever says it in another language, and in English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from knowledge_base.editing.fields import Wrong

Reason = Literal[
    "article",
    "begins_like_formula",
    "cells",
    "columns_missing",
    "columns_unknown",
    "conflict",
    "doctype",
    "field",
    "format",
    "formula",
    "known_by",
    "long_cell",
    "name",
    "no_text",
    "packed",
    "placeholder",
    "row",
    "size",
    "tag",
    "texts",
    "twice",
    "unheld",
    "words",
]
REASONS: Mapping[Reason, str] = {
    "article": "there is no article {name!r}",
    "begins_like_formula": "begins like a formula; write an apostrophe before it if it is none",
    "cells": "more cells than there are columns",
    "columns_missing": "these are not the columns of an export (missing: {names})",
    "columns_unknown": "these are not the columns of an export (unknown or there twice: {names})",
    "conflict": "somebody has saved another text meanwhile",
    "doctype": "there is a document type or an encoding that is refused",
    "field": "there is no such field",
    "format": "this is no {format} file that can be read",
    "formula": "there is a formula; write the text itself",
    "known_by": "{what}; leave ids, languages and revisions as they were",
    "long_cell": "longer than the {count} characters of a cell; take CSV or XLIFF",
    "name": "expected a file whose name ends in {names}",
    "no_text": "{value} is no text; format the cell as text",
    "packed": "too much is packed into this file",
    "placeholder": "has a placeholder; write the text itself",
    "row": "cannot be read ({error}); look at its quotation marks",
    "size": "larger than {count} MB",
    "tag": "{name!r} is not a language tag such as hu, sr-Latn or zh-Hans",
    "texts": "more than {count} texts",
    "twice": "is there twice",
    "unheld": "has a character that {format} cannot hold; take CSV",
    "words": "{wrong}",
}


class Place(NamedTuple):
    """Somewhere in a file: a row of a table, or the `name` of a text in an XLIFF, and a field there."""

    row: int = 0
    name: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}".rstrip(", ") if self.row else f"{self.name}/{self.field}".strip("/")


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something cannot be taken; `about` is what the reason's sentence names.

    `wrong`, of the reason `words`, is why the words make no text.
    """

    place: Place
    reason: Reason
    about: Mapping[str, str | int] = field(default_factory=dict)
    wrong: Wrong | None = None

    def __str__(self) -> str:
        said = _told(self.wrong) if self.wrong else REASONS[self.reason].format(**self.about)
        return f"{self.place}: {said}" if any(self.place) else said


class ExchangeError(ValueError):
    """A file that cannot be made or taken in; `faults` names each place."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = list(faults)


def refused(reason: Reason, place: Place = NOWHERE, **about: str | int) -> ExchangeError:
    return ExchangeError(Fault(place, reason, about))


def _told(wrong: Wrong) -> str:
    match wrong.fault:
        case "empty":
            return "is empty"
        case "too_long":
            return f"has more than {wrong.most} characters"
        case "markdown":
            return f"line {wrong.line} cannot be shown: there can be paragraphs, headings, lists, **bold** and links"
        case _:
            return "has a character that cannot be shown"
