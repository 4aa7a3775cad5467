"""The contract of confidence; its numbers are measured, not tested."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from knowledge_base.documents import Content
from retrieval.confidence import MAX_WRONG, SITUATION, Calibration, features, fingerprint, fit
from retrieval.encoder import Encoder
from retrieval.index import WORD_EVIDENCE
from retrieval.library import Library
from retrieval.question_sets import Question, read_questions
from retrieval.vectors import VectorCache
from tests import warm
from tests.builders import article, content, equal_confidence
from tests.conftest import ROOT


def fit_to(library: Library, questions: list[Question], cache: VectorCache | None = None) -> Calibration:
    return fit(library, questions=questions, countries={"HU"}, year=2026, cache=cache)


@pytest.fixture
def cache(starter_library: Library, tmp_path: Path) -> VectorCache:
    """Knows what the starter library holds; what is forgotten here is not forgotten there."""
    shutil.copytree(warm.folder(), tmp_path / "fitting")
    return VectorCache(tmp_path / "fitting")


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    files = sorted((ROOT / "tests/benchmarks/questions").glob("*.tsv"))
    return [question for path in files for question in read_questions(path)]


@pytest.fixture(scope="module")
def fitted(starter_library: Library, questions: list[Question]) -> Calibration:
    return fit_to(starter_library, questions)


def probability(calibration: Calibration, library: Library, question: str) -> float:
    hits = library.search(question, countries={"HU"}, year=2026, weights=calibration.weights)
    return calibration.probability(hits, question)


def test_confidence_is_a_probability(fitted: Calibration, starter_library: Library) -> None:
    for question in ("How do I get a TAJ card?", "x", "purple elephants fly", "?!", "permit " * 200):
        assert 0 <= probability(fitted, starter_library, question) <= 1


def test_without_hits_there_is_no_confidence(fitted: Calibration) -> None:
    assert fitted.probability([], "How do I get a TAJ card?") == 0


def test_a_question_of_the_content_is_surer_than_nonsense(fitted: Calibration, starter_library: Library) -> None:
    asked = probability(fitted, starter_library, "How do I get a TAJ card?")
    assert asked > probability(fitted, starter_library, "purple elephants fly over the cheese")


def test_choices_are_offered_from_no_higher_than_answers(fitted: Calibration) -> None:
    assert 0 <= fitted.choices_from <= fitted.answer_from


def test_the_fit_says_what_it_saw(fitted: Calibration, questions: list[Question], starter_library: Library) -> None:
    assert fitted.questions == sum(question.kind in ("in", "out") for question in questions)
    assert (
        fitted.fingerprint
        == fingerprint(starter_library, questions, {"HU"})
        != fingerprint(starter_library, [], {"HU"})
    )
    assert all(0 <= share <= 1 for share in (fitted.answered_right, fitted.answered_wrong, fitted.out_answered))


def test_the_fit_weighs_every_similarity_of_the_encoder(fitted: Calibration, encoder: Encoder) -> None:
    similarities = {name + end for name in encoder.spans for end in ("", "_support")} | {*WORD_EVIDENCE}
    assert set(fitted.weights) == similarities
    assert set(fitted.coefficients) == similarities | {*SITUATION}


def test_features_are_the_best_hits_evidence_and_its_situation(starter_library: Library) -> None:
    question = "How do I get a TAJ card?"
    hits = starter_library.search(question, countries={"HU"}, year=2026)
    known = features(hits, question)
    scores = np.array([hit.hit.score for hit in hits])
    assert {name: known[name] for name in hits[0].hit.evidence} == hits[0].hit.evidence
    assert known["lead"] == pytest.approx(min(scores[0] - scores[1], 10))
    assert known["lead_over_fifth"] == pytest.approx(min(scores[0] - scores[4], 10))
    assert known["share"] == pytest.approx(1 / np.exp(scores - scores[0]).sum())
    assert known["length"] == pytest.approx(np.log(1 + 7))
    assert 0 <= known["agreement"] <= 1


def test_an_only_hit_has_the_greatest_lead_and_all_agree_on_it(encoder: Encoder) -> None:
    library = Library(content(article()), encoder)
    known = features(library.search("health card", countries={"HU"}, year=2026), "health card")
    assert (known["lead"], known["lead_over_fifth"], known["share"], known["agreement"]) == (10, 10, 1, 1)


def test_the_probability_is_the_logistic_of_the_weighted_features(starter_library: Library) -> None:
    question = "How do I get a TAJ card?"
    hits = starter_library.search(question, countries={"HU"}, year=2026)
    how = replace(equal_confidence(0.5, intercept=-1.0), coefficients={"share": 2.0, "unheard of": 9.0})
    assert how.probability(hits, question) == pytest.approx(expit(2 * features(hits, question)["share"] - 1))


def test_a_site_of_another_country_is_fitted_on_its_own_articles(
    starter_library: Library, questions: list[Question], cache: VectorCache
) -> None:
    """None of the question sets' articles is Czech: the content's own search questions stand in."""
    found = fit(starter_library, questions=questions, countries={"CZ"}, year=2026, cache=cache)
    assert found.answered_right > 0
    assert 0 < found.choices_from < found.answer_from < 1


def test_on_what_was_fitted_wrong_answers_stay_under_the_limit(fitted: Calibration) -> None:
    assert fitted.answered_wrong <= MAX_WRONG
    assert fitted.out_answered <= MAX_WRONG
    assert fitted.answered_right > 0


def test_what_was_measured_by_language_adds_up_to_the_whole(fitted: Calibration) -> None:
    found = fitted.languages.values()
    answerable, outside = sum(one.answerable for one in found), sum(one.outside for one in found)
    assert {"hu", "en", "ar"} <= set(fitted.languages)
    assert answerable + outside == fitted.questions
    right = sum(one.answered_right * one.answerable for one in found)
    wrong = sum(one.answered_wrong * one.answerable for one in found)
    assert right / answerable == pytest.approx(fitted.answered_right)
    assert wrong / answerable == pytest.approx(fitted.answered_wrong)
    assert sum(one.out_answered * one.outside for one in found) / outside == pytest.approx(fitted.out_answered)


def test_the_fit_is_the_same_each_time(
    fitted: Calibration, questions: list[Question], starter_library: Library
) -> None:
    assert fit_to(starter_library, questions) == fitted


def test_without_question_sets_the_contents_own_search_questions_are_asked(
    starter_content: Content, encoder: Encoder, cache: VectorCache
) -> None:
    part = starter_content.model_copy(update={"articles": starter_content.articles[:8]})
    found = fit_to(Library(part, encoder, cache=cache), [], cache)
    asked = [
        question
        for article in part.articles
        if article.facts.country == "HU"
        for questions in (
            *(t.published.text.search_questions for t in article.translations.values() if t.published),
            *article.asked.values(),
        )
        for question in questions
    ]
    assert 0 < found.questions <= len(asked)


def test_questions_about_articles_that_are_not_there_are_left_out(encoder: Encoder) -> None:
    asked = [Question("in", "plain", "Where?", ("gone",)), Question("urgent", "plain", "Help!", ())] * 100
    assert fit_to(Library(content(), encoder), asked).questions == 0


def test_too_little_content_answers_nothing_outright(encoder: Encoder) -> None:
    library = Library(content(), encoder)
    calibration = fit_to(library, [])
    assert probability(calibration, library, "How do I get: Health card?") < calibration.answer_from


def test_content_without_articles_can_be_fitted(encoder: Encoder) -> None:
    assert fit_to(Library(Content(), encoder), []).questions == 0


def test_a_saved_calibration_is_loaded(fitted: Calibration, tmp_path: Path) -> None:
    fitted.save(tmp_path / "new" / "confidence.json")
    assert Calibration.load(tmp_path / "new" / "confidence.json") == fitted
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["confidence.json"]


def test_a_calibration_understands_another_content_but_no_other_encoder(fitted: Calibration, encoder: Encoder) -> None:
    library = Library(content(), encoder)
    assert fitted.understands(library)
    for strange in (
        replace(fitted, encoder="another"),
        replace(fitted, weights={"dense": 5.0}),
        replace(fitted, coefficients={**fitted.coefficients, "dense": 5.0}),
    ):
        assert not strange.understands(library)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"coefficients": 3}', b'{"weights": 3}', b"\xff\xfe"])
def test_a_damaged_calibration_is_not_loaded(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "confidence.json").write_bytes(data)
    assert Calibration.load(tmp_path / "confidence.json") is None


@pytest.mark.parametrize(
    "damage",
    [{"weights": []}, {"coefficients": 3}, {"weights": {"dense": "5"}}, {"coefficients": {"lead": None}}, {"more": 1}],
)
def test_a_calibration_with_something_else_inside_is_not_loaded(
    fitted: Calibration, tmp_path: Path, damage: dict[str, object]
) -> None:
    (tmp_path / "confidence.json").write_text(json.dumps(asdict(fitted) | damage))
    assert Calibration.load(tmp_path / "confidence.json") is None


def test_no_calibration_is_none(tmp_path: Path) -> None:
    assert Calibration.load(tmp_path / "nothing.json") is None
