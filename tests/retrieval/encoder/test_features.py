import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder.features import N_ROWS, text_rows, transliteration, without_marks, word_rows, words


def shared(a: str, b: str) -> float:
    """The share of the smaller word's rows that the other has too."""
    first, second = set(word_rows(a)), set(word_rows(b))
    return len(first & second) / min(len(first), len(second))


@pytest.mark.parametrize(
    ("word", "variant"),
    [
        ("engedély", "engedélyhez"),
        ("engedély", "engedely"),
        ("dozvola", "дозвола"),
        ("permit", "permits"),
        ("oturma", "oturmak"),
        ("şehir", "sehir"),
    ],
)
def test_inflected_unaccented_and_transliterated_words_share_rows(word: str, variant: str) -> None:
    assert shared(word, variant) > 0.5
    assert shared(word, "brzx") == 0


def test_a_misspelt_word_still_shares_rows() -> None:
    assert shared("registration", "registraton") > 0.4


def test_arabic_letter_variants_are_one_letter() -> None:
    assert without_marks("إقامة") == without_marks("اقامه")
    assert without_marks("كيف") == without_marks("کیف")


def test_words_are_lower_cased_and_compatibility_forms_unified() -> None:
    assert words("TAJ-Kártya ﬁle Ａ") == ["taj", "kártya", "file", "a"]


@pytest.mark.parametrize("text", ["मुझे निवास", "আমি বসবাস", "ਮੈਨੂੰ", "இந்தியா", "మాట్లాడు"])
def test_vowel_signs_belong_to_the_words_of_indian_scripts(text: str) -> None:
    assert words(text) == text.split()
    assert [without_marks(word) for word in words(text)] == text.split()


def test_words_that_differ_in_a_vowel_sign_are_different_words() -> None:
    assert without_marks("की") != without_marks("को")
    assert set(word_rows("की")) != set(word_rows("को"))


def test_arabic_vowel_signs_belong_to_the_word_and_are_left_out() -> None:
    assert words("تَأْشِيرَة") == ["تَأْشِيرَة"]
    assert without_marks("تَأْشِيرَة") == without_marks("تأشيرة")


def test_a_decomposed_accent_belongs_to_the_word() -> None:
    assert words("e\u0301n vagyok") == ["én", "vagyok"]
    assert words("x\u0301y") == ["x\u0301y"]
    assert without_marks("x\u0301y") == "xy"


def test_an_apostrophe_within_a_word_belongs_to_it() -> None:
    assert words("l’hôpital м'ята 'quoted'") == ["l’hôpital", "м'ята", "quoted"]


def test_transliteration_is_ascii_where_there_is_an_ascii_form() -> None:
    assert transliteration("виза") == "viza"
    assert transliteration("őrség") == "orseg"


def test_chinese_gives_characters_pairs_and_triples() -> None:
    assert len(word_rows("居留许可")) == 4 + 3 + 2
    assert set(word_rows("居留")) <= set(word_rows("居留许可"))


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x07\x1b", "\ud800\udfff", "👍🏽🇭🇺", "?!… ---", "___"])
def test_a_text_without_letters_or_digits_has_no_rows(text: str) -> None:
    assert text_rows(text).shape == (0,)


def test_control_characters_and_surrogates_do_not_hide_the_words_around_them() -> None:
    assert set(text_rows("work\x00 \ud83d permit")) == set(text_rows("work permit"))


def test_the_end_of_a_very_long_word_costs_nothing() -> None:
    assert np.array_equal(text_rows("a" * 64 + "b" * 100_000), text_rows("a" * 64))


def test_only_the_first_words_of_a_long_text_count() -> None:
    assert np.array_equal(text_rows("one two three", max_words=2), text_rows("one two"))


@given(st.text(st.characters(codec=None)))
def test_any_text_gives_rows_of_the_table(text: str) -> None:
    rows = text_rows(text)
    assert rows.dtype == np.int32
    assert ((rows >= 0) & (rows < N_ROWS)).all()


@given(st.text("aAéÉőŐжЖїЇıİ ąĄ9"))
def test_upper_and_lower_case_are_the_same(text: str) -> None:
    assert np.array_equal(text_rows(text), text_rows(text.lower()))
