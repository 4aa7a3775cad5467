"""What statistics tell, as channels know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.needs.period import Period
from knowledge_base.status import LanguageStatus

# The smallest count that is told.
FEW = 5
# The dimensions of a question's count, in their order.
DIMENSIONS = ("week", "language", "topic", "country", "outcome")
# How long somebody waited for a person, by the minutes under which it was.
WAITS: Final = ((5, "0-5"), (15, "5-15"), (60, "15-60"))
LONGEST: Final = "60+"
# A value of each dimension of a table.
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protected:
    """Counts that can be shown, and the sum of the others: None where even that is too small, or where none are."""

    shown: Mapping[Cell, int]
    others: int | None

    @property
    def total(self) -> int | None:
        """The sum of all, or None where it is too small to be told."""
        return sum(self.shown.values()) + (self.others or 0) or None


@dataclass(frozen=True, slots=True)
class Statistics:
    """`tables` by name; the cells of each have as many values as `dimensions` has names for it."""

    period: Period
    tables: Mapping[str, Protected]
    dimensions: Mapping[str, tuple[str, ...]]
    coverage: Sequence[LanguageStatus]
