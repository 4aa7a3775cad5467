"""YAML as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.yaml_text import YamlError, YamlText, dump


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("16:00", "16:00"),
        ("2026-11-22", "2026-11-22"),
        ("2026-06-06T00:00", "2026-06-06T00:00"),
        ("0x1F", "0x1F"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("+36", "+36"),
        ("=", "="),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("-7", -7),
        ("1.50", 1.5),
        ("'null'", "null"),
        ('"16"', "16"),
    ],
)
def test_only_words_that_mean_it_are_special(written: str, value: object) -> None:
    assert YamlText(f"field: {written}").value == {"field": value}


def mistake(text: str) -> YamlError | None:
    try:
        assert isinstance(YamlText(text).value, dict)
    except YamlError as error:
        return error
    return None


@given(st.text())
def test_any_text_is_a_mapping_or_a_named_mistake(text: str) -> None:
    error = mistake(text)
    assert error is None or (error.reason and 1 <= error.line <= len(text) + 1)


MARKS = ["a", ":", " ", "\n", "-", "[", "]", "{", "}", "!!int", "&a", "*a", "?", "'", "|", "1"]


@given(st.lists(st.sampled_from(MARKS)).map("".join))
def test_any_play_with_marks_is_a_mapping_or_a_named_mistake(text: str) -> None:
    error = mistake(text)
    assert error is None or error.reason


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: 2\na: 3\n", 3), ("a: 1\nb: &x 2\nc: *x\n", 3), ("a: 1\nb: \x00\n", 2), ("a: 1\n- b\n", 2)],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(YamlError) as caught:
        YamlText(text)
    assert caught.value.line == line


def test_a_value_that_stands_twice_is_written_twice() -> None:
    papers = ["Passport"]
    assert YamlText(dump({"first": papers, "second": papers})).value == {"first": papers, "second": papers}


def test_nothing_is_an_empty_mapping() -> None:
    assert YamlText("# only a comment\n").value == {}


def test_every_value_knows_its_line() -> None:
    text = YamlText("a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n")
    assert [text.line(place) for place in [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "d")]] == [1, 2, 3, 4, 5]


def test_a_value_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    text = YamlText("a: 1\nb:\n  - x\n")
    assert [text.line(place) for place in [(), ("c",), ("b", 9), ("b", "c"), ("a", "deep", "deeper")]] == [
        1,
        1,
        2,
        2,
        1,
    ]
