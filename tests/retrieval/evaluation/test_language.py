import json
from pathlib import Path

import pytest

from retrieval.evaluation.language import evaluate_language, read_texts
from retrieval.evaluation.report import BadEvaluationFileError, mean
from retrieval.language import LanguageDetector

LINES = """\
hu\tHogyan kapok tartózkodási engedélyt?
hu\tok
hr\tKako da dobijem dozvolu boravka?
uk\tКак получить разрешение на работу?
zh\t怎么办理居留许可？
"""


def test_the_shares_of_right_and_of_sure_answers(detector: LanguageDetector, tmp_path: Path) -> None:
    (tmp_path / "short.tsv").write_text(LINES)
    report = evaluate_language([tmp_path / "short.tsv"], detector).as_dict()
    assert set(report) == {"meta", "rows"}
    found = {row["language"]: (row["n"], row["language_right"], row["sure"]) for row in report["rows"]}
    assert found == {
        "hu": (2, 0.5, 0.5),
        "hr": (1, 1.0, 1.0),
        "uk": (1, 0.0, 1.0),
        "zh": (1, 1.0, 1.0),
        "all": (5, 0.6, 0.8),
    }
    assert {row["variant"] for row in report["rows"]} == {"all"}
    json.dumps(report)


def test_texts_that_say_nothing_are_wrong_and_unsure(detector: LanguageDetector, tmp_path: Path) -> None:
    (tmp_path / "short.tsv").write_text("hu\t123\nhu\t\n")
    row = evaluate_language([tmp_path / "short.tsv"], detector).rows[0]
    assert (row["language_right"], row["sure"]) == (0.0, 0.0)


def test_a_line_without_a_tab_is_named_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "short.tsv").write_text("hu\tszia\nhello\n")
    with pytest.raises(BadEvaluationFileError, match=r"short\.tsv:2: expected language<TAB>text"):
        read_texts(tmp_path / "short.tsv")


def test_a_tab_within_the_text_belongs_to_it(tmp_path: Path) -> None:
    (tmp_path / "short.tsv").write_text("hu\tegy\tkettő\n")
    assert read_texts(tmp_path / "short.tsv") == [("hu", "egy\tkettő")]


def test_the_mean_has_four_digits_and_nothing_has_none() -> None:
    assert mean([True, False, False]) == 0.3333
    assert mean([]) is None
