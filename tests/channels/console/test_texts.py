import runpy
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog

from bot.texts import KALAUZ, Texts
from channels.console.texts import CONSOLE, apart, clock
from tests.bot.test_texts import catalogue, placeholders, sentences
from tests.conftest import ROOT

LANGUAGES = sorted(CONSOLE.languages() - {"en"})


@pytest.fixture(scope="module")
def collected() -> Catalog:
    found = runpy.run_path(str(ROOT / "bot/locale/update.py"), run_name="update")["collected"]("console")
    assert isinstance(found, Catalog)
    return found


def test_sentences_of_the_code_and_of_the_pages_are_collected(collected: Catalog) -> None:
    found = sentences(collected)
    assert {"Sign in", "This is not your password.", "Record of changes", "talks with migrants"} <= found
    assert "Your question" not in found


def test_the_console_speaks_hungarian_and_two_languages_from_right_to_left() -> None:
    assert LANGUAGES == ["ar", "fa", "hu"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_languages_catalogue_has_exactly_the_codes_sentences_and_leaves_none_empty(
    language: str, collected: Catalog
) -> None:
    found = catalogue(CONSOLE.path(language))
    assert set(found) == sentences(collected)
    assert [key for key, said in found.items() if not all(map(str.strip, said))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_sentences_placeholders(language: str) -> None:
    for key, said in catalogue(CONSOLE.path(language)).items():
        for form in said:
            assert placeholders(form) == placeholders(key), (key, form)


def test_the_console_and_what_migrants_read_are_apart() -> None:
    assert Texts("hu", CONSOLE).gettext("Sign in") == "Bejelentkezés"
    assert Texts("hu", KALAUZ).gettext("Sign in") == "Sign in"
    assert Texts("uk", CONSOLE).language == "en"
    assert Texts("uk", KALAUZ).language == "uk"


@pytest.mark.parametrize(
    ("second", "zone", "told"),
    [(0, "Europe/Budapest", "13:01"), (1, "Europe/Budapest", "13:02"), (1, None, "12:02 UTC")],
)
def test_a_time_is_told_late_enough(second: int, zone: str | None, told: str) -> None:
    until = datetime(2026, 11, 22, 12, 1, second, tzinfo=UTC)
    assert clock(Texts("hu", CONSOLE), until, ZoneInfo(zone) if zone else None) == told


def test_a_name_is_kept_apart_from_its_sentence() -> None:
    assert apart("سارا") == "\u2068سارا\u2069"
