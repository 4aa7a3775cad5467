"""The contract of confidence; its numbers are measured, not tested."""

from pathlib import Path

import pytest

from knowledge_base.documents import Content
from retrieval.confidence import MAX_WRONG, Calibration, fingerprint, fit
from retrieval.encoder import Encoder
from retrieval.library import Library
from retrieval.question_sets import Question, read_questions
from tests.builders import content
from tests.conftest import ROOT


def fit_to(library: Library, questions: list[Question]) -> Calibration:
    return fit(library, questions=questions, countries={"HU"}, year=2026)


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    files = sorted((ROOT / "tests/benchmarks/questions").glob("*.tsv"))
    return [question for path in files for question in read_questions(path)]


@pytest.fixture(scope="module")
def fitted(starter_library: Library, questions: list[Question]) -> Calibration:
    return fit_to(starter_library, questions)


def probability(calibration: Calibration, library: Library, question: str) -> float:
    return calibration.probability(library.search(question, countries={"HU"}, year=2026))


def test_confidence_is_a_probability(fitted: Calibration, starter_library: Library) -> None:
    for question in ("How do I get a TAJ card?", "x", "purple elephants fly", "?!", "permit " * 200):
        assert 0 <= probability(fitted, starter_library, question) <= 1


def test_without_hits_there_is_no_confidence(fitted: Calibration) -> None:
    assert fitted.probability([]) == 0


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


def test_a_site_of_another_country_is_fitted_on_its_own_articles(
    starter_library: Library, questions: list[Question]
) -> None:
    """None of the question sets' articles is Czech: the content's own search questions stand in."""
    found = fit(starter_library, questions=questions, countries={"CZ", "SK", "PL", "SI"}, year=2026)
    assert found.answered_right > 0
    assert 0 < found.choices_from < found.answer_from < 1


def test_on_what_was_fitted_wrong_answers_stay_under_the_limit(fitted: Calibration) -> None:
    assert fitted.answered_wrong <= MAX_WRONG
    assert fitted.out_answered <= MAX_WRONG
    assert fitted.answered_right > 0


def test_the_fit_is_the_same_each_time(
    fitted: Calibration, questions: list[Question], starter_library: Library
) -> None:
    assert fit_to(starter_library, questions) == fitted


def test_without_question_sets_the_contents_own_search_questions_are_asked(
    starter_content: Content, encoder: Encoder
) -> None:
    part = starter_content.model_copy(update={"articles": starter_content.articles[:30]})
    found = fit_to(Library(part, encoder), [])
    asked = [
        question
        for article in part.articles
        if article.facts.country == "HU"
        for translation in article.translations.values()
        if translation.published
        for question in translation.published.text.search_questions
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


def test_a_saved_calibration_is_loaded_for_its_index(fitted: Calibration, tmp_path: Path) -> None:
    fitted.save(tmp_path / "new" / "confidence.json")
    assert Calibration.load(tmp_path / "new" / "confidence.json", fitted.fingerprint) == fitted
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["confidence.json"]


def test_another_indexs_calibration_is_not_loaded(fitted: Calibration, tmp_path: Path) -> None:
    fitted.save(tmp_path / "confidence.json")
    assert Calibration.load(tmp_path / "confidence.json", "another") is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"coefficients": 3}', b"\xff\xfe"])
def test_a_damaged_calibration_is_not_loaded(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "confidence.json").write_bytes(data)
    assert Calibration.load(tmp_path / "confidence.json", "any") is None


def test_no_calibration_is_none(tmp_path: Path) -> None:
    assert Calibration.load(tmp_path / "nothing.json", "any") is None
