"""Counts are shown so that nobody can be found in them: few people together are never told apart.

A count under five is hidden. It could still be worked out where a sum is known; so of each sum, what is shown of it
leaves nothing over, or at least five. To that end the smallest count that could be shown is hidden too (complementary
suppression; Willenborg and de Waal 2001). Which counts are hidden and which are none is not told: all that is hidden
is one sum, "all others together".

This holds against subtraction from the sums over one dimension and over everything. It does not hold against who
solves the equations of several dimensions together, or keeps yesterday's table and subtracts it from today's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# The smallest count that is told.
FEW = 5
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


def protected(cells: Mapping[Cell, int]) -> Protected:
    """The counts by cell, all of as many dimensions, as far as they can be shown."""
    counts = {cell: count for cell, count in cells.items() if count > 0}
    hidden = {cell for cell, count in counts.items() if count < FEW}
    sums = list(_sums(counts))
    # What is hidden for one sum may leave too little of another.
    while revealed := next((own for own in sums if own - hidden and _is_few(own & hidden, counts)), None):
        hidden.add(min(revealed - hidden, key=lambda cell: (counts[cell], cell)))
    others = sum(counts[cell] for cell in hidden)
    shown_counts = {cell: count for cell, count in counts.items() if cell not in hidden}
    return Protected(shown_counts, others if others >= FEW else None)


def _sums(counts: Mapping[Cell, int]) -> Iterator[set[Cell]]:
    """The cells of each sum: over everything, and for each value of each dimension."""
    yield set(counts)
    dimensions = len(next(iter(counts), ()))
    for dimension in range(dimensions if dimensions > 1 else 0):
        for value in {cell[dimension] for cell in counts}:
            yield {cell for cell in counts if cell[dimension] == value}


def _is_few(cells: set[Cell], counts: Mapping[Cell, int]) -> bool:
    return 0 < sum(counts[cell] for cell in cells) < FEW
