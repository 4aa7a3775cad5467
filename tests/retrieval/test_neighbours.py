import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval import neighbours
from retrieval.neighbours import Neighbours, lists_for

DIMENSIONS = 32


def crowd(count: int, *, seed: int) -> NDArray[np.float32]:
    """Unit vectors around some forty subjects, as texts are, rounded as passages are."""
    rng = np.random.default_rng(seed)
    subjects = np.random.default_rng(0).normal(size=(40, DIMENSIONS))
    rows = subjects[rng.integers(0, len(subjects), count)] + rng.normal(size=(count, DIMENSIONS)) * 0.5
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def half(vectors: NDArray[np.float32]) -> NDArray[np.float16]:
    return vectors.astype(np.float16)


def exact(vectors: NDArray[np.float32], query: NDArray[np.float32], depth: int) -> list[int]:
    return np.argsort(-(vectors @ query), kind="stable")[:depth].tolist()


@pytest.fixture
def compares_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "COMPARED", 500)


@settings(deadline=None, max_examples=30)
@given(
    count=st.integers(1, 60),
    depth=st.integers(1, 80),
    seed=st.integers(0, 1000),
    allowed=st.none() | st.lists(st.booleans(), min_size=60, max_size=60),
)
def test_a_small_content_is_searched_exactly(count: int, depth: int, seed: int, allowed: list[bool] | None) -> None:
    vectors, query = crowd(count, seed=seed), crowd(1, seed=seed + 1)[0]
    mask = None if allowed is None else np.array(allowed[:count])
    found = Neighbours(half(vectors)).nearest(query, depth, allowed=mask)
    rows = np.arange(count) if mask is None else np.flatnonzero(mask)
    assert set(found) <= set(rows)
    cosines = vectors @ query
    assert cosines[found] == pytest.approx(np.sort(cosines[rows])[::-1][:depth], abs=1e-5)


def test_nothing_is_found_where_there_is_nothing() -> None:
    nothing = Neighbours(np.zeros((0, DIMENSIONS), np.float16))
    assert len(nothing.nearest(crowd(1, seed=1)[0], 5)) == 0
    assert len(Neighbours(half(crowd(3, seed=1))).nearest(crowd(1, seed=1)[0], 5, allowed=np.zeros(3, bool))) == 0


@pytest.mark.usefixtures("compares_few")
def test_a_large_content_is_searched_nearly_exactly() -> None:
    vectors, queries = crowd(4000, seed=1), crowd(50, seed=2)
    many = Neighbours(half(vectors))
    assert lists_for(4000) > 1
    shared = [len({*many.nearest(query, 10)} & {*exact(vectors, query, 10)}) / 10 for query in queries]
    assert np.mean(shared) >= 0.95


@pytest.mark.usefixtures("compares_few")
def test_the_few_that_are_allowed_are_found_however_far() -> None:
    vectors, query = crowd(4000, seed=1), crowd(1, seed=2)[0]
    allowed = np.zeros(4000, bool)
    allowed[exact(vectors, query, 4000)[-400:]] = True
    found = Neighbours(half(vectors)).nearest(query, 5, allowed=allowed).tolist()
    # Of so many, each number is kept in eight bits.
    assert vectors[found] @ query == pytest.approx(vectors[exact(vectors, query, 3605)[-5:]] @ query, abs=0.02)
    assert allowed[found].all()


@pytest.mark.usefixtures("compares_few")
def test_what_follows_finds_what_is_new_with_the_centres_of_before() -> None:
    before = crowd(4000, seed=1)
    after = np.concatenate([before[:3900], crowd(300, seed=3)])
    followed = Neighbours(half(after), before=Neighbours(half(before)))
    for row in range(3900, 4200, 10):
        assert row in followed.nearest(after[row], 3)


def test_a_small_change_of_size_keeps_the_number_of_lists() -> None:
    assert [lists_for(n) for n in (0, 1, 20_000)] == [1, 1, 1]
    assert lists_for(89_000) == lists_for(90_000) == 256
    assert lists_for(1_000_000) == 1024
