"""Languages by their own names, directions and fallbacks."""

import pytest

from knowledge_base.languages import TAG, endonym, fallbacks, is_right_to_left, primary


@pytest.mark.parametrize(
    ("tag", "name"), [("hu", "magyar"), ("uk", "українська"), ("ar", "العربية"), ("sr-Latn", "srpski (latinica)")]
)
def test_a_language_is_named_in_itself(tag: str, name: str) -> None:
    assert endonym(tag) == name


def test_a_language_that_nobody_can_name_keeps_its_tag() -> None:
    assert endonym("rom") == "rom"


@pytest.mark.parametrize("tag", ["ar", "fa", "ur", "ps", "he"])
def test_languages_that_run_from_right_to_left(tag: str) -> None:
    assert is_right_to_left(tag)


@pytest.mark.parametrize("tag", ["hu", "zh-Hans", "so", "rom"])
def test_languages_that_run_from_left_to_right(tag: str) -> None:
    assert not is_right_to_left(tag)


@pytest.mark.parametrize("tag", ["hu", "fil", "sr-Latn", "zh-Hans", "pt-BR", "zh-Hant-HK"])
def test_language_tags(tag: str) -> None:
    assert TAG.fullmatch(tag)
    assert primary(tag) == tag.split("-")[0]


@pytest.mark.parametrize(
    ("reader", "available", "order"),
    [
        ("hu", {"en", "hu", "de"}, ["hu", "en", "de"]),
        ("de", {"en", "hu"}, ["en", "hu"]),
        ("zh-Hans", {"en", "zh-Hant"}, ["zh-Hant", "en"]),
        ("sr", {"en", "hr", "sr-Latn"}, ["sr-Latn", "hr", "en"]),
        ("hr", {"en", "bs", "hu"}, ["bs", "en", "hu"]),
        ("so", {"hu", "cs"}, ["cs", "hu"]),
        ("so", set(), []),
    ],
)
def test_what_to_show_a_reader_whose_language_may_be_missing(
    reader: str, available: set[str], order: list[str]
) -> None:
    assert fallbacks(reader, available) == order
