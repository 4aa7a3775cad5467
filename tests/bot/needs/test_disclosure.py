"""Few people are never told apart, not even by subtraction."""

from hypothesis import given
from hypothesis import strategies as st

from bot.needs.disclosure import FEW, Cell, protected

WORDS = st.sampled_from("abcd")
CELLS = st.one_of(
    st.dictionaries(st.tuples(WORDS), st.integers(0, 12), max_size=6),
    st.dictionaries(st.tuples(WORDS, WORDS, WORDS), st.integers(0, 12), max_size=24),
)


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


def test_a_single_cell_cannot_be_had_from_the_sum_of_its_row() -> None:
    cells = {("a", "x"): 9, ("a", "y"): 3, ("b", "x"): 8, ("b", "y"): 7, ("b", "z"): 40}
    found = protected(cells)
    assert ("a", "x") not in found.shown
    assert ("b", "z") in found.shown


@given(CELLS)
def test_no_sum_less_what_is_shown_of_it_gives_a_small_count_away(cells: dict[Cell, int]) -> None:
    found = protected(cells)
    counts = {cell: count for cell, count in cells.items() if count}
    assert all(count >= FEW and counts[cell] == count for cell, count in found.shown.items())
    hidden = counts.keys() - found.shown.keys()
    dimensions = len(next(iter(counts), ()))
    sums = [set(counts)] + [
        {cell for cell in counts if cell[d] == value} for d in range(dimensions) for value in {c[d] for c in counts}
    ]
    for of_sum in sums if dimensions > 1 else sums[:1]:
        total = sum(counts[cell] for cell in of_sum)
        left = total - sum(found.shown.get(cell, 0) for cell in of_sum)
        # A sum of few is not told itself.
        assert left == 0 or left >= FEW or total < FEW
    if found.others is not None:
        assert found.others == sum(counts[cell] for cell in hidden) >= FEW


@given(CELLS)
def test_what_can_be_told_of_a_table_is_always_the_same(cells: dict[Cell, int]) -> None:
    assert protected(cells) == protected(dict(reversed(list(cells.items()))))
