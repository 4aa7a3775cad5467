"""The classifier of our own: what it takes from a text, and plain facts about the one that ships."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.language.ngrams import MAX_WORDS, N_ROWS, NgramClassifier, text_rows

WITHOUT_LETTERS = ["", " \n", "12 345", "?!…", "👍🏽", "\x00\x1b", "__"]


@pytest.fixture(scope="module")
def shipped() -> NgramClassifier:
    return NgramClassifier.load()


def likeliest(classifier: NgramClassifier, text: str) -> str:
    found = classifier.log_probabilities(text)
    return max(found, key=lambda label: found[label])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("privet kak prodlit vnzh", "ru-Latn"),
        ("yak otrymaty dovidku pro mistse prozhyvannya", "uk-Latn"),
        ("salam chetor mitoonam eghamat begiram", "fa-Latn"),
        ("kif halak biddi ashtaghil", "ar-Latn"),
        ("wo yao ban juliu xuke", "zh-Latn"),
        ("Как получить вид на жительство?", "ru"),
        ("Як отримати посвідку на проживання?", "uk"),
        ("怎么办理居留许可？", "zh"),
        ("Hogyan kapok tartózkodási engedélyt?", "hu"),
        ("hogyan kapok tartozkodasi engedelyt", "hu"),
    ],
)
def test_the_shipped_one_knows_plain_sentences_in_their_letters_and_in_latin_ones(
    shipped: NgramClassifier, text: str, label: str
) -> None:
    assert likeliest(shipped, text) == label


def test_hindi_and_urdu_in_latin_letters_are_nearly_one_and_unlike_all_else(shipped: NgramClassifier) -> None:
    found = shipped.log_probabilities("mujhe apna pata kahan darj karwana hai")
    assert np.exp(found["hi-Latn"]) + np.exp(found["ur-Latn"]) > 0.95


def test_serbo_croatian_in_latin_letters_is_one_cluster_unlike_all_else(shipped: NgramClassifier) -> None:
    found = shipped.log_probabilities("Kako da dobijem dozvolu boravka")
    assert np.exp([found[label] for label in ("sr-Latn", "bs", "hr")]).sum() > 0.95


def test_the_shipped_one_knows_who_types_with_latin_letters_too(shipped: NgramClassifier) -> None:
    latin = {label.removesuffix("-Latn") for label in shipped.labels if label.endswith("-Latn")}
    assert latin == {"ar", "bn", "fa", "hi", "hy", "ps", "ru", "sr", "uk", "ur", "zh"}
    assert latin < set(shipped.labels)


def test_a_saved_classifier_is_read_again(shipped: NgramClassifier, tmp_path: Path) -> None:
    shipped.save(tmp_path / "ngrams.safetensors")
    again = NgramClassifier.load(tmp_path / "ngrams.safetensors")
    assert again.labels == shipped.labels
    for text in ("privet", "szia", "你好", "1"):
        assert again.log_probabilities(text) == shipped.log_probabilities(text)


def test_a_rows_logits_are_its_table_row_times_the_scale_and_texts_are_their_sum_over_the_root() -> None:
    table = np.zeros((N_ROWS, 2), np.int8)
    [*rows] = text_rows("ab")
    table[rows[0]] = (4, -2)
    classifier = NgramClassifier(["x", "y"], table, 0.5, np.array([0.25, 0], np.float32))
    logits = np.array([4, -2]) * 0.5 * rows.count(rows[0]) / np.sqrt(len(rows)) + [0.25, 0]
    expected = logits - np.log(np.exp(logits).sum())
    assert list(classifier.log_probabilities("ab").values()) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("text", WITHOUT_LETTERS)
def test_a_text_without_letters_says_nothing(shipped: NgramClassifier, text: str) -> None:
    assert text_rows(text) == []
    assert shipped.log_probabilities(text) == {}


def test_a_han_character_counts_alone() -> None:
    assert len(text_rows("居留许可")) == 4
    assert set(text_rows("居留")) < set(text_rows("居留许可"))


def test_upper_and_lower_case_are_the_same() -> None:
    assert text_rows("Őrség ÉS Жизнь") == text_rows("őrség és жизнь")


def test_digits_and_signs_between_words_say_nothing() -> None:
    assert text_rows("visa 2026 – permit!") == text_rows("visa permit")


def test_an_apostrophe_within_a_word_belongs_to_it() -> None:
    assert text_rows("м'ята") != text_rows("м ята")
    assert text_rows("'visa'") == text_rows("visa")


def test_the_end_of_a_long_text_or_word_says_nothing_new() -> None:
    assert text_rows("a " * MAX_WORDS + "hogyan") == text_rows("a " * MAX_WORDS)
    assert text_rows("a" * 40 + "b" * 1000) == text_rows("a" * 40)


@given(st.text(st.characters(codec=None)))
def test_any_text_gives_rows_of_the_table_and_probabilities_that_sum_to_one(
    shipped: NgramClassifier, text: str
) -> None:
    assert all(0 <= row < N_ROWS for row in text_rows(text))
    found = shipped.log_probabilities(text)
    if found:
        assert sum(np.exp(list(found.values()))) == pytest.approx(1, abs=1e-4)
