"""Cosines with whole groups of vectors, against NumPy's."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.encoder import ONE_SPAN
from retrieval.grouped import GroupedVectors

DIMENSIONS = 12
SPANS = {"words": (slice(0, 4), 0.25), "meaning": (slice(4, DIMENSIONS), 0.75)}


def drawn(count: int, seed: int) -> NDArray[np.float16]:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSIONS))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


@st.composite
def grouped(draw: st.DrawFn) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """Vectors in groups, some of which may be empty."""
    starts = np.cumsum([0, *draw(st.lists(st.integers(0, 9), min_size=1, max_size=8))])
    return drawn(int(starts[-1]), draw(st.integers(0, 99))), starts


@given(given=grouped(), data=st.data())
def test_cosines_are_those_of_every_row_of_the_groups_in_their_order(
    given: tuple[NDArray[np.float16], NDArray[np.int64]], data: st.DataObject
) -> None:
    vectors, starts = given
    asked = data.draw(st.lists(st.integers(0, len(starts) - 2), min_size=1, unique=True))
    vector = drawn(1, 100)[0].astype(np.float32)
    rows = np.concatenate([np.arange(starts[group], starts[group + 1]) for group in asked])
    found = GroupedVectors(vectors, starts, SPANS).cosines(vector, asked)
    assert list(found) == list(SPANS)
    for name, (part, share) in SPANS.items():
        assert found[name] == pytest.approx(vectors[rows, part].astype(np.float32) @ vector[part] / share, abs=1e-5)


@given(given=grouped(), data=st.data())
def test_rows_are_given_back_as_they_were(
    given: tuple[NDArray[np.float16], NDArray[np.int64]], data: st.DataObject
) -> None:
    vectors, starts = given
    begin = data.draw(st.integers(0, len(vectors)))
    end = data.draw(st.integers(begin, len(vectors)))
    held = GroupedVectors(vectors, starts, SPANS)
    assert len(held) == len(vectors)
    assert np.array_equal(held.rows(begin, end), vectors[begin:end])


def test_nothing_in_no_group_is_held_too() -> None:
    held = GroupedVectors(np.zeros((0, DIMENSIONS), np.float16), np.array([0]), ONE_SPAN)
    assert len(held) == 0
    assert held.rows(0, 0).shape == (0, DIMENSIONS)


def test_questions_with_more_and_fewer_groups_do_not_disturb_each_other() -> None:
    starts = np.arange(0, 4001, 50)
    vectors = drawn(4000, 1)
    held = GroupedVectors(vectors, starts, ONE_SPAN)
    asked = [list(range(first, 80, step)) for first in range(10) for step in (1, 7, 30)] * 20
    expected = vectors.astype(np.float32) @ vectors[0].astype(np.float32)

    def is_right(groups: list[int]) -> bool:
        rows = np.concatenate([np.arange(starts[group], starts[group + 1]) for group in groups])
        return np.allclose(held.cosines(vectors[0].astype(np.float32), groups)["dense"], expected[rows], atol=1e-5)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(is_right, asked))
