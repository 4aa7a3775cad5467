import json
from pathlib import Path

import pytest

from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.evaluation.questions import evaluate_questions, same_language
from retrieval.evaluation.report import Row
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests.builders import content, equal_confidence
from tests.conftest import NOW

METRICS = {
    "top1", "top3", "answered_right", "answered_wrong", "abstained", "out_answered",
    "urgent_recall", "urgent_false", "human_recall", "language_right",
}  # fmt: skip
LINES = """\
in\tplain\tHow do I get a health card?\thealth-card
in\tplain\tWhat protects me when I rent a flat?\ttax-card|rent-contract
in\ttyped\thow to get health card?\ttax-card
out\tplain\tHow do I cook soup for my family?\t
urgent\tplain\tMy husband beats me and I am afraid\t
human\tplain\tI want to talk to a person\t
smalltalk\tplain\tHello and good morning\t
"""


@pytest.fixture(scope="module")
def answers(encoder: Encoder, detector: LanguageDetector) -> Answers:
    """Answers everything with its best article."""
    return Answers(Library(content(), encoder), equal_confidence(0.0), detector, content().sites[0])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "en.tsv"
    path.write_text(LINES)
    return path


def row(rows: list[Row], language: str, variant: str) -> Row:
    return next(r for r in rows if (r["language"], r["variant"]) == (language, variant))


def test_metrics_agree_with_values_counted_by_hand(answers: Answers, file: Path) -> None:
    found = row(evaluate_questions([file], answers, now=NOW).rows, "en", "all")
    assert found == {
        "language": "en",
        "variant": "all",
        "n": 7,
        "n_in": 3,
        "top1": 0.6667,
        "top3": 1.0,
        "answered_right": 0.6667,
        "answered_wrong": 0.3333,
        "abstained": 0.0,
        "out_answered": 1.0,
        "urgent_recall": 0.0,
        "urgent_false": 0.0,
        "human_recall": 0.0,
        "language_right": 1.0,
    }


def test_what_is_not_answered_is_abstained(answers: Answers, file: Path) -> None:
    silent = equal_confidence(1.01, 1.01)
    found = evaluate_questions([file], Answers(answers.library, silent, answers.detector, answers.site), now=NOW)
    total = row(found.rows, "en", "all")
    assert (total["abstained"], total["answered_right"], total["answered_wrong"], total["out_answered"]) == (1, 0, 0, 0)
    assert total["top1"] == 0.6667


def test_the_report_has_rows_for_each_language_and_variant_and_their_sums(
    answers: Answers, file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "hu.tsv"
    other.write_text("in\tplain\tHogyan kapok kártyát?\thealth-card\n")
    report = evaluate_questions([file, other], answers, now=NOW).as_dict()
    assert set(report) == {"meta", "rows"}
    assert [(r["language"], r["variant"]) for r in report["rows"]] == [
        ("en", "all"), ("en", "plain"), ("en", "typed"), ("hu", "all"), ("hu", "plain"), ("all", "all"),
    ]  # fmt: skip
    assert row(report["rows"], "all", "all")["n"] == 8
    assert all(set(r) == {"language", "variant", "n", "n_in"} | METRICS for r in report["rows"])
    json.dumps(report)


def test_a_metric_of_no_question_is_none(answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "en.tsv"
    path.write_text("out\tplain\tHow do I cook soup?\t\n")
    found = row(evaluate_questions([path], answers, now=NOW).rows, "en", "all")
    assert (found["top1"], found["urgent_recall"], found["out_answered"]) == (None, None, 1.0)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("sr-Latn", "hr", True),
        ("sr", "sr-Latn", True),
        ("zh-Hans", "zh", True),
        ("uk", "ru", False),
        (None, "en", False),
    ],
)
def test_languages_are_compared_by_primary_subtag_and_cluster(a: str | None, b: str, same: bool) -> None:
    assert same_language(a, b) is same
