import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.question import MAX_CHARACTERS, QuestionError, checked

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u200b\u200f\ufeff", "\u00a0\u3000"])
def test_a_text_that_shows_nothing_is_empty(text: str) -> None:
    with pytest.raises(QuestionError) as error:
        checked(text)
    assert error.value.code == "empty"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\x7fa", "a\x85b", "a\ud83d", "\udc80 b"])
def test_control_characters_and_lone_surrogates_are_not_text(text: str) -> None:
    with pytest.raises(QuestionError, match=r"U\+[0-9A-F]{4}") as error:
        checked(text)
    assert error.value.code == "not_text"


def test_the_longest_question_is_taken_and_one_more_character_is_not() -> None:
    assert len(checked("é" * MAX_CHARACTERS)) == MAX_CHARACTERS
    with pytest.raises(QuestionError, match=str(MAX_CHARACTERS + 1)) as error:
        checked("é" * (MAX_CHARACTERS + 1))
    assert error.value.code == "too_long"


def test_space_around_a_long_question_does_not_make_it_too_long() -> None:
    assert checked(" " * 5000 + "hi" + "\n" * 5000) == "hi"


@pytest.mark.parametrize("text", ["first\nsecond", "a\tb", "a\r\nb", "👩‍👩‍👧 ?", "<b>x</b>", "می‌خواهم"])
def test_lines_tabs_emoji_markup_and_joiners_are_text(text: str) -> None:
    assert checked(text) == text


@given(ANY_TEXT)
def test_what_is_taken_can_be_stored_and_taken_again(text: str) -> None:
    try:
        taken = checked(text)
    except QuestionError:
        return
    assert taken.encode("utf-8")
    assert checked(taken) == taken == text.strip()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t\r" for c in taken)


@given(ANY_TEXT, st.sampled_from("\x00\x08\x1b\x7f\ud800\udfff"), ANY_TEXT)
def test_one_bad_character_anywhere_inside_is_refused(before: str, bad: str, after: str) -> None:
    with pytest.raises(QuestionError):
        checked(f"x{before}{bad}{after}x")
