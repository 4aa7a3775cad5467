"""What each similarity counts, learned from questions whose answers are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.index import Hit
from retrieval.passages import Passage
from retrieval.ranking import Candidates, evidence_of, fit_weights, ranked

NAMES = ["meaning", "words"]
START = {"meaning": 1.0, "words": 1.0}
SHARES = st.floats(-1, 1)


def hit(entry: int, **evidence: float) -> Hit:
    return Hit(entry, entry, Passage(entry, "title", f"page {entry}"), 0.0, evidence)


def question(*evidence: tuple[float, float], right: int | None) -> Candidates:
    """Candidates by their meaning and words, of which one is right, or none."""
    return Candidates(np.array(evidence), np.arange(len(evidence)) == (-1 if right is None else right))


def likelihood(questions: list[Candidates], weights: dict[str, float]) -> float:
    """The mean probability that a conditional logit with these weights gives to the right candidate."""
    shares = []
    for one in questions:
        odds = np.exp(one.evidence @ np.array([weights[name] for name in NAMES]))
        shares.append(odds[one.right].sum() / odds.sum())
    return float(np.mean(shares))


MEANING_TELLS = [question((0.9, 0.1), (0.4, 0.8), right=0), question((0.2, 0.9), (0.7, 0.3), right=1)] * 20


def test_the_similarity_that_tells_right_from_wrong_gains_weight() -> None:
    found = fit_weights(MEANING_TELLS, NAMES, START)
    assert found["meaning"] > START["meaning"] > found["words"]


def test_fitted_weights_put_the_right_candidate_first() -> None:
    found = fit_weights(MEANING_TELLS, NAMES, START)
    weights = [found[name] for name in NAMES]
    assert all(one.right[np.argmax(one.evidence @ weights)] for one in MEANING_TELLS)
    assert likelihood(MEANING_TELLS, found) > likelihood(MEANING_TELLS, START)


def test_a_similarity_that_says_nothing_keeps_its_weight() -> None:
    found = fit_weights([question((0.9, 0.5), (0.4, 0.5), right=0)] * 20, NAMES, START)
    assert found["meaning"] > START["meaning"]
    assert found["words"] == pytest.approx(START["words"], abs=1e-3)


@pytest.mark.parametrize(
    "questions",
    [
        pytest.param([], id="no questions"),
        pytest.param([question((0.9, 0.1), (0.4, 0.8), right=None)], id="nothing right was found"),
        pytest.param([question((0.9, 0.1), right=0)], id="nothing wrong was found"),
    ],
)
def test_where_nothing_can_be_learned_the_start_stays(questions: list[Candidates]) -> None:
    assert fit_weights(questions, NAMES, START) == START


def test_a_similarity_without_a_start_begins_at_nought() -> None:
    assert fit_weights([], NAMES, {"meaning": 2.0, "else": 3.0}) == {"meaning": 2.0, "words": 0.0}


def test_questions_that_tell_nothing_leave_the_fit_as_it_is() -> None:
    idle = [question((0.9, 0.1), (0.4, 0.8), right=None), question((0.1, 0.1), right=0)]
    assert fit_weights([*MEANING_TELLS, *idle], NAMES, START) == fit_weights(MEANING_TELLS, NAMES, START)


def test_any_of_several_right_candidates_may_come_first() -> None:
    """The second right one is unlike the question, and is not pulled up at the cost of the first."""
    both = Candidates(np.array([(0.9, 0.5), (0.1, 0.5), (0.4, 0.5)]), np.array([True, True, False]))
    assert fit_weights([both] * 20, NAMES, START)["meaning"] > START["meaning"]


@given(
    st.lists(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=5), min_size=1, max_size=8),
    st.fixed_dictionaries({"meaning": st.floats(-5, 5), "words": st.floats(-5, 5)}),
)
def test_no_fit_is_less_likely_than_its_start(rows: list[list[tuple[float, float]]], start: dict[str, float]) -> None:
    questions = [question(*evidence, right=0) for evidence in rows]
    found = fit_weights(questions, NAMES, start)

    def mean_log(weights: dict[str, float]) -> float:
        return float(np.mean([np.log(likelihood([one], weights)) for one in questions]))

    # Weights are rounded to four digits.
    assert mean_log(found) >= mean_log(start) - 1e-3


def test_evidence_stands_in_the_order_of_the_names() -> None:
    hits = [hit(0, words=0.1, meaning=0.2), hit(1, meaning=0.3, words=0.4)]
    assert evidence_of(hits, NAMES).tolist() == [[0.2, 0.1], [0.3, 0.4]]


def test_a_ranked_hits_score_is_the_weighted_sum_of_its_evidence() -> None:
    weights = {"meaning": 2.0, "words": 3.0, "unheard of": 9.0}
    found = ranked([hit(0, meaning=0.1, words=0.1), hit(1, meaning=0.2, words=0.5)], weights)
    assert [(one.entry, one.score) for one in found] == [(1, pytest.approx(1.9)), (0, pytest.approx(0.5))]


EVIDENCE = st.lists(st.tuples(SHARES, SHARES), max_size=8)


@given(EVIDENCE, SHARES, SHARES)
def test_ranking_reorders_the_hits_best_first_and_loses_none(
    evidence: list[tuple[float, float]], meaning: float, words: float
) -> None:
    hits = [hit(entry, meaning=m, words=w) for entry, (m, w) in enumerate(evidence)]
    found = ranked(hits, {"meaning": meaning, "words": words})
    assert sorted(one.entry for one in found) == list(range(len(hits)))
    assert all(one.evidence == hits[one.entry].evidence for one in found)
    assert [(-one.score, one.entry) for one in found] == sorted((-one.score, one.entry) for one in found)
