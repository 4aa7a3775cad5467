"""Counts are shown so that nobody can be found in them: few are never told apart.

A count under five is hidden. It could still be worked out where a sum is known; so of each sum, what is shown of it
leaves nothing over, or at least five. To that end the smallest count that could be shown is hidden too (complementary
suppression; Willenborg and de Waal 2001). In a table of several dimensions the sums over each of them are known as
well, and who solves all those equations together must not find a hidden few either. Which counts are hidden and which
are none is not told: all that is hidden is one sum, "all others together".

This does not hold against who keeps yesterday's table and subtracts it from today's.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.needs.figures import FEW, Cell, Protected


def protected(cells: Mapping[Cell, int]) -> Protected:
    """The counts by cell as far as they can be shown, where nothing but their sum is known."""
    counts = _there(cells)
    return _protected(counts, told=[set(counts)], few=[])


def protected_together(cells: Mapping[Cell, int]) -> tuple[list[Protected], Protected]:
    """The sums over each dimension, and the counts themselves, as far as all of them can be shown together."""
    counts = _there(cells)
    margins, told, few = [], [set(counts)], []
    for dimension in range(len(next(iter(counts), ()))):
        of_value: dict[str, set[Cell]] = {}
        for cell in counts:
            of_value.setdefault(cell[dimension], set()).add(cell)
        margin = protected({(value,): _sum(own, counts) for value, own in of_value.items()})
        margins.append(margin)
        # What is known of the values that are hidden is their sum.
        hidden = set().union(*(own for value, own in of_value.items() if (value,) not in margin.shown))
        told += [hidden, *(own for value, own in of_value.items() if (value,) in margin.shown)]
        few += [own for own in of_value.values() if _sum(own, counts) < FEW]
    return margins, _protected(counts, told=[own for own in told if _sum(own, counts) >= FEW], few=few)


def _there(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """In an order that does not depend on how they came."""
    return {cell: count for cell, count in sorted(cells.items()) if count > 0}


def _protected(counts: Mapping[Cell, int], *, told: Sequence[set[Cell]], few: Sequence[set[Cell]]) -> Protected:
    """`told` are the sets of which the sum is known, `few` those of which it must not become known."""
    hidden = {cell for cell, count in counts.items() if count < FEW}
    # What is hidden for one sum may leave too little of another.
    while revealing := _left_over(counts, told, hidden) or _solved(counts, told, few, hidden):
        hidden.add(min(revealing, key=lambda cell: (counts[cell], cell)))
    others = _sum(hidden, counts)
    shown = {cell: count for cell, count in counts.items() if cell not in hidden}
    return Protected(shown, others if others >= FEW else None)


def _left_over(counts: Mapping[Cell, int], told: Sequence[set[Cell]], hidden: set[Cell]) -> set[Cell]:
    """What is shown of a sum of which too little is hidden; empty if there is no such sum."""
    return next((own - hidden for own in told if own - hidden and 0 < _sum(own & hidden, counts) < FEW), set())


def _solved(
    counts: Mapping[Cell, int], told: Sequence[set[Cell]], few: Sequence[set[Cell]], hidden: set[Cell]
) -> set[Cell]:
    """What is shown beside a few who follow from all the sums that are told; empty if none do.

    What follows is what lies in the space of the equations: what its projection into that space leaves as it is.
    """
    cells = sorted(hidden)
    known = [own for own in told if own & hidden]
    if len(known) < 2 or len(hidden) == len(counts):
        return set()
    equations = np.array([[cell in own for cell in cells] for own in known], dtype=np.float64)
    _, sizes, directions = np.linalg.svd(equations, full_matrices=False)
    space = directions[sizes > sizes[0] * 1e-9]
    for own in [*({cell} for cell in cells if counts[cell] < FEW), *few]:
        wanted = np.array([cell in own for cell in cells], dtype=np.float64)
        within = space @ wanted
        if wanted @ wanted - within @ within < 1e-6:
            return min((by - hidden for by in known if by & own and by - hidden), key=len, default=set())
    return set()


def _sum(cells: set[Cell], counts: Mapping[Cell, int]) -> int:
    return sum(counts[cell] for cell in cells)
