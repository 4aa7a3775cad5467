"""What the transformer reads of a text: pieces that related words share across scripts and spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder.vocabulary import SPECIAL, new_pieces, normaliser, tokenizer_of

# Every letter is a piece, alone and within a word.
LETTERS = "abcdefghijklmnopqrstuvwxyzकखनवमपरहस居留许可اقمهکیفتشر"
SIGNS = "ािीुे"
PIECES = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS + SIGNS), "dozvol", "##vola", "?"]


def read(text: str) -> list[str]:
    """The pieces of a text, without what marks its begin and end."""
    return tokenizer_of(PIECES, 64).encode(text).tokens[1:-1]


def normal(text: str) -> str:
    return normaliser().normalize_str(text)


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [("дозвола боравка", "dozvola boravka"), ("ћирилица", "ćirilica"), ("љубав", "ljubav"), ("виза", "viza")],
)
def test_serbian_in_both_scripts_gives_the_same_pieces(cyrillic: str, latin: str) -> None:
    assert read(cyrillic) == read(latin)
    assert "[UNK]" not in read(cyrillic)


@pytest.mark.parametrize(
    ("cyrillic", "typed"),
    [("Как продлить визу?", "kak prodlit vizu?"), ("Где жить", "gde zhit"), ("посвідка", "posvidka")],
)
def test_cyrillic_is_read_as_people_type_it_with_latin_letters(cyrillic: str, typed: str) -> None:
    assert normal(cyrillic) == typed


@pytest.mark.parametrize(
    ("accented", "plain"),
    [
        ("Tartózkodási ENGEDÉLY", "tartozkodasi engedely"),
        ("e\u0301n", "en"),
        ("Żółw", "zolw"),
        ("đak ığdır straße", "dak igdir strasse"),
        ("giấy phép", "giay phep"),
        ("ё й ї", "e i i"),
    ],
)
def test_accents_are_dropped(accented: str, plain: str) -> None:
    assert normal(accented) == plain


@pytest.mark.parametrize("word", ["निवास", "परमिट", "कैसे", "বসবাসের"])
def test_vowel_signs_of_indian_scripts_are_kept(word: str) -> None:
    assert normal(word) == word


def test_words_that_differ_in_a_vowel_sign_have_different_pieces() -> None:
    assert read("कि") == ["क", "##ि"] != read("के")


@pytest.mark.parametrize(
    ("one", "other"), [("إقامة", "اقامه"), ("كيف", "کیف"), ("تَأْشِيرَة", "تأشيرة"), ("آ", "ا"), ("مـــرحبا", "مرحبا")]
)
def test_arabic_letter_variants_and_vowel_signs_are_one(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_han_characters_stand_alone() -> None:
    assert read("居留许可") == ["居", "留", "许", "可"]


def test_a_text_stands_between_its_marks() -> None:
    assert tokenizer_of(PIECES, 64).encode("viza").tokens == ["[CLS]", "v", "##i", "##z", "##a", "[SEP]"]


def test_pieces_keep_their_order_as_ids() -> None:
    tokenizer = tokenizer_of(PIECES, 64)
    assert [tokenizer.id_to_token(i) for i in range(len(PIECES))] == PIECES


def test_a_text_is_cut_after_the_most_tokens() -> None:
    encoded = tokenizer_of(PIECES, 6).encode("abcdefghij")
    assert encoded.tokens == ["[CLS]", "a", "##b", "##c", "##d", "[SEP]"]


TEXTS = ["tartózkodási engedély", "engedélyt kérek", "tartózkodási engedélyek", "居留许可", "निवास परमिट"] * 10


def test_new_pieces_are_those_of_the_texts_that_are_not_known_yet() -> None:
    known = {"e", "##n", "engedely"}
    found = new_pieces(iter(TEXTS), 500, known)
    assert not known & set(found)
    assert len(found) == len(set(found))
    assert {"居", "tartozkodasi", "निवास"} <= set(found)


def test_there_are_no_more_new_pieces_than_wanted() -> None:
    assert len(new_pieces(iter(TEXTS), 20, set())) == 20


def test_what_is_seldom_seen_gives_no_piece_of_its_own() -> None:
    assert "vilagutlevel" not in new_pieces(iter([*TEXTS, "világútlevél"]), 500, set())


def test_texts_are_read_with_few_new_pieces() -> None:
    tokenizer = tokenizer_of([*SPECIAL, *new_pieces(iter(TEXTS), 500, set(SPECIAL))], 64)
    assert tokenizer.encode("Tartózkodási engedély").tokens == ["[CLS]", "tartozkodasi", "engedely", "[SEP]"]


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_has_pieces(text: str) -> None:
    tokens = tokenizer_of(PIECES, 64).encode(text).tokens
    assert (tokens[0], tokens[-1]) == ("[CLS]", "[SEP]")
    assert len(tokens) <= 64
    assert set(tokens) <= {*PIECES}


@given(st.text("aAéÉőŐжЖїЇ ąĄ居ि"))
def test_upper_and_lower_case_are_the_same(text: str) -> None:
    assert normal(text) == normal(text.lower()) == normal(text.upper())
