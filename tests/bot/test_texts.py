import runpy
import string
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.texts import KALAUZ, Texts, languages
from knowledge_base.files import read_site
from knowledge_base.languages import is_right_to_left
from tests.conftest import ROOT

SERVED = [
    language for language in read_site(ROOT / "knowledge_base/content/sites/hungary.yaml").languages if language != "en"
]


@pytest.fixture(scope="module")
def collected() -> Catalog:
    """The sentences of the code; `update.py` is a script beside the catalogues, not a module."""
    found = runpy.run_path(str(ROOT / "bot/locale/update.py"), run_name="update")["collected"]()
    assert isinstance(found, Catalog)
    return found


def catalogue(path: Path) -> dict[str, list[str]]:
    """Every form of every sentence, by its English."""
    language = path.parts[-3]
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    # They would be left out, and said in English.
    assert [message.id for message in messages if message.fuzzy] == []
    return {key_of(m): [m.string] if isinstance(m.string, str) else list(m.string) for m in messages}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def sentences(collected: Catalog) -> set[str]:
    return {key_of(message) for message in collected if message.id}


def placeholders(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def test_the_code_has_sentences(collected: Catalog) -> None:
    found = sentences(collected)
    assert "Your question" in found
    assert "Text checked on {date}." in found


@pytest.mark.parametrize("language", SERVED)
def test_a_served_languages_catalogue_has_exactly_the_codes_sentences(language: str, collected: Catalog) -> None:
    assert set(catalogue(KALAUZ.path(language))) == sentences(collected)


@pytest.mark.parametrize("language", SERVED)
def test_a_served_languages_catalogue_leaves_no_sentence_empty(language: str) -> None:
    assert [key for key, said in catalogue(KALAUZ.path(language)).items() if not all(map(str.strip, said))] == []


@pytest.mark.parametrize("language", SERVED)
def test_a_translation_keeps_the_sentences_placeholders(language: str) -> None:
    for key, said in catalogue(KALAUZ.path(language)).items():
        for form in said:
            assert placeholders(form) == placeholders(key), (key, form)


def test_every_catalogue_is_of_a_served_language() -> None:
    assert languages() == {*SERVED, "en"}


@pytest.mark.parametrize("language", SERVED)
def test_a_catalogue_is_what_speaks(language: str) -> None:
    texts = Texts(language)
    assert texts.language == language
    assert [texts.gettext("Your question")] == catalogue(KALAUZ.path(language))["Your question"]


@pytest.mark.parametrize("language", SERVED)
def test_a_number_takes_the_languages_own_plural(language: str) -> None:
    texts = Texts(language)
    forms = catalogue(KALAUZ.path(language))["{count} step"]
    assert {texts.ngettext("{count} step", "{count} steps", count) for count in range(200)} == set(forms)


def test_the_languages_written_from_right_to_left_are_known() -> None:
    assert {language for language in languages() if is_right_to_left(language)} == {"ar", "fa", "ps", "ur"}


@pytest.mark.parametrize(
    ("reader", "language"),
    [("hu", "hu"), ("zh", "zh-Hans"), ("zh-Hant", "zh-Hans"), ("sr-RS", "sr"), ("pt", "en"), ("xx", "en")],
)
def test_a_reader_gets_the_nearest_language(reader: str, language: str) -> None:
    assert Texts(reader).language == language


def test_dates_and_languages_are_named_in_the_language() -> None:
    assert Texts("hu").date(date(2026, 11, 22)) == "2026. november 22."
    assert Texts("hu").language_name("en") == "angol"
    assert Texts("de").language_name("sr-Latn") == "Serbisch (Lateinisch)"
