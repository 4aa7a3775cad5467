"""The official terms of the field: read, found in texts, compared with a translation."""

from pathlib import Path

import pytest

from knowledge_base.glossary import Glossary, GlossaryError, Pair, Term, bare, read_glossary
from tests.builders import text
from tests.warm import CONTENT

ENGLISH = [
    Term("permit", "residence permit"),
    Term("guest", "guest worker residence permit"),
    Term("taj", "TAJ number (social security number)"),
    Term("fee", "fee"),
]
HUNGARIAN = [
    Term("permit", "tartózkodási engedély"),
    Term("guest", "vendégmunkás-tartózkodási engedély"),
    Term("taj", "TAJ-szám"),
]
GLOSSARY = Glossary({"en": ENGLISH, "hu": HUNGARIAN, "zh-Hans": [Term("permit", "居留许可")]})


def said(sentence: str, language: str = "en") -> list[str]:
    return [term.id for term in GLOSSARY.said(sentence, language)]


def test_terms_are_found_in_their_order_whatever_their_case() -> None:
    assert said("The TAJ number, then two Residence Permits.") == ["taj", "permit"]


def test_a_term_within_a_longer_one_is_not_found_there() -> None:
    assert said("A guest worker residence permit.") == ["guest"]
    assert said("A guest worker residence permit is a residence permit.") == ["guest", "permit"]


def test_inflected_words_are_found() -> None:
    assert said("A tartózkodási engedélyét adja le.", "hu") == ["permit"]


def test_short_words_must_be_the_very_word() -> None:
    assert said("You feel free.") == []


def test_english_words_take_no_other_ending_than_that_of_many() -> None:
    assert said("Two fees.") == []
    assert said("Residence permits, not residence permitting.") == ["permit"]


def test_a_language_without_a_glossary_has_no_terms() -> None:
    assert said("Aufenthaltstitel", "de") == []


def test_a_translation_is_compared_by_what_the_source_says() -> None:
    source = text("Residence permit", "You need a TAJ number. The fee is high.", questions=[])
    told = text("Tartózkodási engedély", "Kell egy szám.", questions=[])
    assert GLOSSARY.compare(source, "en", told, "hu") == [
        Pair("residence permit", "tartózkodási engedély", is_said=True),
        Pair("TAJ number", "TAJ-szám", is_said=False),
    ]


def test_a_language_without_spaces_is_compared_too() -> None:
    source, told = text("Residence permit", ""), text("怎样申请居留许可", "")
    assert GLOSSARY.compare(source, "en", told, "zh-Hans") == [Pair("residence permit", "居留许可", is_said=True)]


def test_an_explanation_is_no_part_of_a_term() -> None:
    assert bare("TAJ number (social security number)") == "TAJ number"


@pytest.mark.parametrize("line", ["no tab", "id\t", "\tterm", "id\tterm\tnote\tmore", "permit\tagain"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "en.tsv").write_text(f"permit\tresidence permit\n{line}\n")
    with pytest.raises(GlossaryError, match=r"en\.tsv:2: "):
        read_glossary(tmp_path)


def test_the_glossary_that_ships_has_every_term_in_every_language() -> None:
    glossary = read_glossary(CONTENT / "glossary")
    ids = [term.id for term in glossary.terms("en")]
    assert len(ids) >= 250
    assert len(glossary.languages) == 27
    assert [language for language in glossary.languages if [t.id for t in glossary.terms(language)] != ids] == []


def test_in_a_translation_that_is_not_there_yet_nothing_is_said() -> None:
    pairs = GLOSSARY.compare(text("Residence permit", "x", questions=[]), "en", None, "hu")
    assert pairs == [Pair("residence permit", "tartózkodási engedély", is_said=False)]


def test_a_term_is_found_by_words_in_any_language_and_has_its_names() -> None:
    assert GLOSSARY.found("TARTÓZKODÁSI", "en") == ["permit", "guest"]
    assert GLOSSARY.found("居留", "en") == ["permit"]
    assert GLOSSARY.found("", "en") == [term.id for term in ENGLISH]
    assert {language: term.text for language, term in GLOSSARY.names("taj").items()} == {
        "en": "TAJ number (social security number)",
        "hu": "TAJ-szám",
    }
    assert GLOSSARY.names("no such term") == {}
