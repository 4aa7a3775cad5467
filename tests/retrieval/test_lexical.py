import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lexical import LexicalIndex, character_terms, word_terms

TEXTS = [
    "Residence permit for work",
    "Tartózkodási engedély munkavállaláshoz",
    "Health insurance card",
    "如何申请居留许可",
    "医院和医生",
    "Дозвола боравка за рад",
]


def best(query: str) -> str:
    return TEXTS[int(LexicalIndex(TEXTS).scores(query).argmax())]


def test_a_chinese_word_of_two_characters_is_found_within_a_run() -> None:
    assert best("居留") == TEXTS[3]
    assert best("医生") == TEXTS[4]


def test_a_hungarian_word_is_found_with_any_suffix() -> None:
    assert best("engedélyeket") == TEXTS[1]
    assert best("munkavállalásról") == TEXTS[1]


def test_a_word_is_found_without_its_accents_and_with_a_misspelling() -> None:
    assert best("tartozkodasi") == TEXTS[1]
    assert best("insurence") == TEXTS[2]


def test_chinese_terms_are_characters_and_pairs() -> None:
    assert sorted(word_terms("居留")) == sorted(["居", "留", "居留"])
    assert character_terms("居留许") == ["居留", "留许", "居留许"]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    texts = ["permit office", "permit school", "permit doctor", "permit"]
    scores = LexicalIndex(texts).scores("permit doctor")
    assert scores.argmax() == 2
    assert LexicalIndex(texts).scores("doctor")[2] > LexicalIndex(texts).scores("permit")[2]


def test_an_unknown_word_lowers_the_score_of_what_is_found() -> None:
    index = LexicalIndex(TEXTS)
    assert index.scores("insurance brzx")[2] < index.scores("insurance")[2]


@pytest.mark.parametrize("query", ["", "?!", "\x00\ud800", "👍", "qqqq"])
def test_a_query_without_known_words_scores_nothing(query: str) -> None:
    assert not LexicalIndex(TEXTS).scores(query).any()


@pytest.mark.parametrize("texts", [[], [""], ["?!", "👍"]])
def test_an_index_without_words_scores_nothing(texts: list[str]) -> None:
    scores = LexicalIndex(texts).scores("permit")
    assert scores.shape == (len(texts),)
    assert not scores.any()


@given(
    st.lists(st.text("abcé 居留许可жő", max_size=30), min_size=1, max_size=8), st.text("abcé 居留许可жő", max_size=30)
)
def test_scores_are_between_zero_and_one(texts: list[str], query: str) -> None:
    scores = LexicalIndex(texts).scores(query)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()


@given(st.lists(st.text("abcdé 居留许可жő", min_size=1, max_size=30).filter(word_terms), min_size=1, max_size=8))
def test_a_text_is_most_similar_to_itself(texts: list[str]) -> None:
    index = LexicalIndex(texts)
    for number, text in enumerate(texts):
        scores = index.scores(text)
        # A single Han character has no pair: only half of the measure sees it.
        assert scores[number] == pytest.approx(1 if character_terms(text) else 0.5, abs=1e-5)
        assert scores[number] >= scores.max() - 1e-5
