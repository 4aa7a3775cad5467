"""Few are never told apart, not even by subtraction or by solving equations."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.needs.disclosure import protected, protected_together
from bot.needs.figures import FEW, Cell, Protected

WORDS = st.sampled_from("abcd")
ALONE = st.dictionaries(st.tuples(WORDS), st.integers(0, 12), max_size=6)
TOGETHER = st.one_of(
    st.dictionaries(st.tuples(WORDS, st.sampled_from("xy")), st.sampled_from([0, 1, 2, 6, 7, 20]), min_size=4),
    st.dictionaries(st.tuples(WORDS, WORDS, WORDS), st.integers(0, 12), max_size=24),
)


def sums_of(cells: dict[Cell, int], dimension: int) -> dict[Cell, int]:
    values = sorted({cell[dimension] for cell in cells})
    return {(value,): sum(count for cell, count in cells.items() if cell[dimension] == value) for value in values}


def test_a_small_count_takes_the_next_one_with_it() -> None:
    found = protected({("hu",): 20, ("en",): 9, ("uk",): 7, ("so",): 2})
    assert found.shown == {("hu",): 20, ("en",): 9}
    assert (found.others, found.total) == (9, 38)


def test_two_small_counts_are_told_as_one() -> None:
    found = protected({("hu",): 20, ("en",): 4, ("uk",): 3})
    assert (found.shown, found.others) == ({("hu",): 20}, 7)


def test_a_total_of_few_is_not_told() -> None:
    found = protected({("hu",): 3, ("en",): 1})
    assert (found.shown, found.others, found.total) == ({}, None, None)
    assert protected({}).total is None
    assert protected_together({}) == ([], Protected({}, None))


def test_a_single_cell_cannot_be_had_from_the_sum_of_its_row() -> None:
    cells = {("a", "x"): 9, ("a", "y"): 3, ("b", "x"): 8, ("b", "y"): 7, ("b", "z"): 40}
    _, found = protected_together(cells)
    assert ("a", "x") not in found.shown
    assert ("b", "z") in found.shown


def test_a_value_that_is_hidden_cannot_be_put_together_from_the_whole_table() -> None:
    """Were all Hungarian ones shown, three Somali would be left: 35 in all, less 20 English and twice six."""
    cells = {("en", "x"): 17, ("en", "y"): 3, ("hu", "x"): 6, ("hu", "y"): 6, ("so", "x"): 2, ("so", "y"): 1}
    (by_language, _), found = protected_together(cells)
    assert by_language.shown == {("en",): 20}
    assert sum(count for cell, count in found.shown.items() if cell[0] == "hu") < 12


@given(ALONE)
def test_what_is_left_of_a_sum_is_nothing_or_not_few(cells: dict[Cell, int]) -> None:
    found = protected(cells)
    left = sum(cells.values()) - sum(found.shown.values())
    assert all(count >= FEW and cells[cell] == count for cell, count in found.shown.items())
    assert left == 0 or left >= FEW or not found.shown
    assert found.others == (left if left >= FEW else None)


@given(TOGETHER)
def test_what_is_left_of_every_sum_that_is_told_is_nothing_or_not_few(cells: dict[Cell, int]) -> None:
    margins, found = protected_together(cells)
    for dimension, margin in enumerate(margins):
        assert margin == protected(sums_of(cells, dimension))
        left = sums_of(cells, dimension)
        for cell, count in found.shown.items():
            left[cell[dimension],] -= count
        hidden = sum(count for value, count in left.items() if value not in margin.shown)
        assert all(left[value] == 0 or left[value] >= FEW for value in margin.shown)
        assert hidden == 0 or hidden >= FEW or not found.shown


@given(TOGETHER)
def test_who_solves_all_the_equations_does_not_find_a_few(cells: dict[Cell, int]) -> None:
    """Even who knows which counts are none: what is few is no combination of what is told."""
    there = sorted(cell for cell, count in cells.items() if count)
    margins, found = protected_together(cells)
    told = [[cell == shown for cell in there] for shown in found.shown]
    if found.others is not None:
        told.append([cell not in found.shown for cell in there])
    few = [[cell == one for cell in there] for one in there if cells[one] < FEW]
    for dimension, margin in enumerate(margins):
        told += [[cell[dimension] == value for cell in there] for (value,) in margin.shown]
        if margin.others is not None:
            told.append([(cell[dimension],) not in margin.shown for cell in there])
        sums = sums_of(cells, dimension)
        few += [[cell[dimension] == value for cell in there] for (value,), count in sums.items() if 0 < count < FEW]
    if not found.shown:
        return
    equations = np.array(told, dtype=float)
    rank = np.linalg.matrix_rank(equations)
    for wanted in few:
        assert np.linalg.matrix_rank(np.vstack([equations, wanted])) == rank + 1


@given(TOGETHER)
def test_what_can_be_told_of_a_table_is_always_the_same(cells: dict[Cell, int]) -> None:
    assert protected_together(cells) == protected_together(dict(reversed(list(cells.items()))))
