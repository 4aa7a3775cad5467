from pathlib import Path

import pytest

from knowledge_base.documents import Content
from retrieval.evaluation.report import BadEvaluationFileError
from retrieval.question_sets import Question, read_questions, search_questions, set_aside
from tests.conftest import ROOT

LINES = """\
in\tplain\tHow do I get a health card?\thealth-card
in\ttyped\twhat protects me when i rent\ttax-card| rent-contract
out\tplain\tHow do I cook soup?\t
"""


def test_expected_articles_are_divided_by_bars(tmp_path: Path) -> None:
    (tmp_path / "en.tsv").write_text(LINES)
    questions = read_questions(tmp_path / "en.tsv")
    assert questions[0] == Question("in", "plain", "How do I get a health card?", ("health-card",), "en")
    assert questions[1].expected == ("tax-card", "rent-contract")
    assert questions[2].expected == ()


def test_the_last_empty_column_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "en.tsv"
    path.write_text("out\tplain\tsoup?\n")
    assert read_questions(path)[0].kind == "out"


@pytest.mark.parametrize(
    "bad",
    [
        "in\tplain\tno article\t",
        "out\tplain\tan article\thealth-card",
        "sideways\tplain\ttext\t",
        "in\tplain",
        "",
        "in\tplain\ttext\tid\tmore",
        "out\tplain\t \t",
        "out\tplain\ta\x00b\t",
        f"out\tplain\t{'x' * 3000}\t",
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "en.tsv"
    path.write_text(f"{LINES}{bad}\n")
    with pytest.raises(BadEvaluationFileError, match=r"en\.tsv:4: "):
        read_questions(path)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.tsv").write_bytes(b"out\tplain\tcaf\xe9\t\n")
    with pytest.raises(BadEvaluationFileError, match=r"en\.tsv:1: cannot be read"):
        read_questions(tmp_path / "en.tsv")


def test_our_own_question_sets_are_in_the_format_and_name_articles_that_exist(starter_content: Content) -> None:
    known = {article.id for article in starter_content.articles}
    folders = (ROOT / "tests/benchmarks/questions", ROOT / "knowledge_base/content/questions")
    files = [path for folder in folders for path in sorted(folder.glob("*.tsv"))]
    assert files
    for path in files:
        assert {i for question in read_questions(path) for i in question.expected} <= known


def test_one_question_of_each_language_is_set_aside_whatever_their_order(starter_content: Content) -> None:
    for article in starter_content.articles:
        lists = search_questions(article)
        aside = set_aside(article)
        assert all(one in questions for one, questions in zip(aside, lists, strict=True))
        turned = {language: questions[::-1] for language, questions in article.asked.items()}
        assert set_aside(article.model_copy(update={"asked": turned})) == aside
