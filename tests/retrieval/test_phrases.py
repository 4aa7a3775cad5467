import tempfile
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Audience, Content, Urgency
from knowledge_base.languages import primary
from retrieval.evaluation.report import BadEvaluationFileError
from retrieval.phrases import FAMILIES, Phrase, read_phrases
from retrieval.question import MAX_CHARACTERS
from retrieval.question_sets import read_questions
from retrieval.starter import phrases
from tests.conftest import ROOT

LINES = "urgent-violence\the hit me\ngreeting\thello\nnot-urgent\tthe rent is killing me\n"
LEAST, LEAST_URGENT = 6, 25
# One line, which something can be seen of: what `checked` takes.
SHOWN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@pytest.fixture(scope="module")
def shipped() -> list[Phrase]:
    return phrases()


def test_a_line_is_a_kind_and_a_text_in_the_files_language(tmp_path: Path) -> None:
    path = tmp_path / "de.tsv"
    path.write_text("greeting\t Grüß Gott \nurgent-child\tmein Kind ist weg", "utf-8")
    assert read_phrases(path) == [
        Phrase("greeting", "de", "Grüß Gott"),
        Phrase("urgent-child", "de", "mein Kind ist weg"),
    ]


def test_an_empty_file_has_no_phrases(tmp_path: Path) -> None:
    path = tmp_path / "de.tsv"
    path.touch()
    assert read_phrases(path) == []


@pytest.mark.parametrize(
    "bad",
    [
        "shouting\thello",
        "Greeting\thello",
        " greeting\thello",
        "question\thow do I get a card",
        "greeting",
        "greeting\t",
        "greeting\t \u200b",
        "greeting hello",
        "greeting\thello\t",
        "greeting\thello\tworld",
        "\thello",
        "",
        "greeting\thel\x00lo",
        f"greeting\t{'x' * (MAX_CHARACTERS + 1)}",
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "en.tsv"
    path.write_text(f"{LINES}{bad}\n{LINES}", "utf-8")
    with pytest.raises(BadEvaluationFileError, match=r"en\.tsv:4: "):
        read_phrases(path)


def test_an_unknown_kind_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "en.tsv"
    path.write_text("shouting\thello\n")
    with pytest.raises(BadEvaluationFileError, match=r"en\.tsv:1: .*urgent-violence, .*am-temporary-protection"):
        read_phrases(path)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "fr.tsv").write_bytes(b"bot\tes-tu une caf\xe9ti\xe8re\n")
    with pytest.raises(BadEvaluationFileError, match=r"fr\.tsv:1: cannot be read"):
        read_phrases(tmp_path / "fr.tsv")


@given(st.lists(st.tuples(st.sampled_from(list(FAMILIES)), SHOWN)))
def test_what_is_written_line_by_line_is_read_again(lines: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hy.tsv"
        path.write_text("".join(f"{kind}\t{text}\n" for kind, text in lines), "utf-8")
        assert read_phrases(path) == [Phrase(kind, "hy", text) for kind, text in lines]


def test_the_kinds_of_danger_and_of_cases_are_those_that_sites_and_articles_name() -> None:
    named = {family: {kind for kind in FAMILIES if FAMILIES[kind] == family} for family in ("urgent", "case")}
    assert named["urgent"] == {f"urgent-{urgency}" for urgency in get_args(Urgency)}
    assert named["case"] == {f"am-{audience}" for audience in get_args(Audience) if audience != "all"}


def test_the_shipped_phrases_are_in_every_language_of_the_site(shipped: list[Phrase], starter_content: Content) -> None:
    site = next(site for site in starter_content.sites if site.id == "hungary")
    languages = {phrase.language for phrase in shipped}
    assert languages == {primary(language) for language in site.languages}
    assert len(languages) == 27


def test_every_kind_has_enough_phrases_in_every_language(shipped: list[Phrase]) -> None:
    count = Counter((phrase.language, phrase.kind) for phrase in shipped)
    least = {kind: LEAST_URGENT if family == "urgent" else LEAST for kind, family in FAMILIES.items()}
    languages = {phrase.language for phrase in shipped}
    assert [(lang, kind) for lang in languages for kind, n in least.items() if count[lang, kind] < n] == []


def test_no_phrase_stands_twice_in_a_language(shipped: list[Phrase]) -> None:
    count = Counter((phrase.language, phrase.text.casefold()) for phrase in shipped)
    assert [phrase for phrase, n in count.items() if n > 1] == []


def test_no_phrase_of_danger_is_harmless_in_another_language(shipped: list[Phrase]) -> None:
    urgent = {phrase.text.casefold() for phrase in shipped if FAMILIES[phrase.kind] == "urgent"}
    harmless = {phrase.text.casefold() for phrase in shipped if FAMILIES[phrase.kind] != "urgent"}
    assert urgent & harmless == set()


def test_no_phrase_is_a_question_that_recognition_is_measured_on(shipped: list[Phrase]) -> None:
    files = sorted((ROOT / "tests/benchmarks/questions").glob("*.tsv"))
    measured = {question.text.casefold() for path in files for question in read_questions(path)}
    assert [phrase for phrase in shipped if phrase.text.casefold() in measured] == []
