import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import Stemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.encoder.features import without_marks, words
from retrieval.lexical import STEMMERS, LexicalIndex, TermIndex, character_terms, stem_terms

TEXTS = [
    ("en", "Residence permit for work"),
    ("hu", "Tartózkodási engedély munkavállaláshoz"),
    ("en", "Health insurance card"),
    ("zh-Hans", "如何申请居留许可"),
    ("zh-Hans", "医院和医生"),
    ("sr", "Дозвола боравка за рад"),
]
WRITING = "abcdé 居留许可жőع"


def index_of(*texts: str) -> LexicalIndex:
    """Each English text is a document with one passage."""
    return LexicalIndex([("en", text) for text in texts], [("en", text) for text in texts])


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex(TEXTS, TEXTS)


def best(index: LexicalIndex, query: str) -> str:
    return TEXTS[int(index.scores(query)[1].argmax())][1]


def test_a_chinese_word_of_two_characters_is_found_within_a_run(index: LexicalIndex) -> None:
    for scores, text in ((index.scores("居留"), 3), (index.scores("医生"), 4)):
        assert [side.argmax() for side in scores] == [text, text]


def test_a_hungarian_word_is_found_with_any_suffix(index: LexicalIndex) -> None:
    assert best(index, "engedélyeket") == TEXTS[1][1]
    assert best(index, "munkavállalásról") == TEXTS[1][1]
    assert index.scores("engedélyeket")[0].argmax() == 1


def test_a_word_is_found_without_its_accents_and_with_a_misspelling(index: LexicalIndex) -> None:
    assert best(index, "tartozkodasi") == TEXTS[1][1]
    assert best(index, "insurence") == TEXTS[2][1]


def test_a_word_is_stemmed_in_each_language_that_has_a_stemmer() -> None:
    assert stem_terms("permits", ["en"]) == ["permit"]
    assert stem_terms("permits", ["vi"]) == ["permits"]
    assert set(stem_terms("engedélyeket", ["vi", "hu"])) == {"engedelyeket", "engedely"}


def test_the_same_stem_in_two_languages_counts_once() -> None:
    assert stem_terms("visa", ["vi", "sq"]) == ["visa"]


def test_chinese_terms_are_characters_and_pairs() -> None:
    assert sorted(stem_terms("居留", ["en"])) == sorted(["居", "留", "居留"])
    assert character_terms("居留许") == ["居留", "留许", "居留许"]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    index = index_of("permit office", "permit school", "permit doctor", "permit")
    assert index.scores("permit doctor")[1].argmax() == 2
    assert index.scores("permit doctor office")[1][3] < index.scores("permit doctor office")[1][2]


def test_an_unknown_word_lowers_the_score_of_what_is_found(index: LexicalIndex) -> None:
    assert index.scores("insurance brzx")[0][2] < index.scores("insurance")[0][2]


def test_threads_get_the_stems_that_one_gets() -> None:
    words = [f"{stem}{i}{ending}" for i in range(60) for stem in ("iskola", "gyerek") for ending in ("okban", "knak")]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda word: stem_terms(word, ["hu"]), words))
    finally:
        sys.setswitchinterval(interval)
    alone = Stemmer.Stemmer("hungarian")
    assert together == [[without_marks(alone.stemWord(word))] for word in words]


@pytest.mark.parametrize("query", ["", "?!", "\x00\ud800", "👍", "qqqq"])
def test_a_query_without_known_words_scores_nothing(index: LexicalIndex, query: str) -> None:
    assert not any(side.any() for side in index.scores(query))


@pytest.mark.parametrize("texts", [[], [""], ["?!", "👍"]])
def test_an_index_without_words_scores_nothing(texts: list[str]) -> None:
    for side in index_of(*texts).scores("permit"):
        assert side.shape == (len(texts),)
        assert not side.any()


def kept_in(folder: Path, texts: list[tuple[str, str]]) -> LexicalIndex:
    return LexicalIndex(texts, texts, folder=folder)


def same_scores(one: LexicalIndex, other: LexicalIndex) -> bool:
    queries = ["engedélyeket", "insurence", "居留", "дозвола", "nothing of the kind", "\ud800"]
    return all(
        np.array_equal(a, b) for query in queries for a, b in zip(one.scores(query), other.scores(query), strict=True)
    )


def test_what_was_counted_is_kept_for_the_next_start(index: LexicalIndex, tmp_path: Path) -> None:
    kept_in(tmp_path / "index", TEXTS)
    counted = (tmp_path / "index" / "words.npz").stat()
    assert same_scores(kept_in(tmp_path / "index", TEXTS), index)
    assert (tmp_path / "index" / "words.npz").stat() == counted
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["words.npz"]


@pytest.mark.parametrize(
    "changed",
    [
        [*TEXTS, ("en", "Driving licence")],
        TEXTS[::-1],
        [("hu", text) for _, text in TEXTS],
        [("en", "visa\tpermit"), ("en", "")],
        [],
    ],
)
def test_what_was_counted_of_other_texts_is_not_used(tmp_path: Path, changed: list[tuple[str, str]]) -> None:
    kept_in(tmp_path, TEXTS)
    assert same_scores(kept_in(tmp_path, changed), LexicalIndex(changed, changed))
    assert same_scores(kept_in(tmp_path, changed), LexicalIndex(changed, changed))


def test_a_passage_is_no_document_where_texts_are_compared(tmp_path: Path) -> None:
    LexicalIndex(TEXTS[:2], TEXTS[2:], folder=tmp_path)
    found = LexicalIndex(TEXTS[:3], TEXTS[3:], folder=tmp_path)
    assert same_scores(found, LexicalIndex(TEXTS[:3], TEXTS[3:]))


texts_to_count = st.lists(
    st.tuples(st.sampled_from(["en", "hu", "zh-Hans"]), st.text(WRITING, max_size=12)), max_size=6
)


@given(texts_to_count, texts_to_count, texts_to_count, st.text(WRITING, max_size=8))
def test_an_index_after_another_scores_as_if_it_were_counted_anew(
    first: list[tuple[str, str]], second: list[tuple[str, str]], third: list[tuple[str, str]], query: str
) -> None:
    texts = [[*first, *second], [*second, *third], [*third, *first, *third]]
    index = None
    for passages, documents in zip(texts, reversed(texts), strict=True):
        index = LexicalIndex(passages, documents, before=index)
        anew = LexicalIndex(passages, documents)
        for one, other in zip(index.scores(query), anew.scores(query), strict=True):
            assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.parametrize("keep", [0, 1, 4, 100, 2000, -1, -200])
def test_a_damaged_file_is_counted_again(index: LexicalIndex, tmp_path: Path, keep: int) -> None:
    kept_in(tmp_path, TEXTS)
    path = tmp_path / "words.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    assert same_scores(kept_in(tmp_path, TEXTS), index)
    assert path.read_bytes() == whole


def test_a_file_with_something_else_inside_is_counted_again(index: LexicalIndex, tmp_path: Path) -> None:
    np.savez(tmp_path / "words.npz", mark=np.zeros(3))
    assert same_scores(kept_in(tmp_path, TEXTS), index)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=30), max_size=4), st.text(st.characters(codec=None)))
def test_any_texts_are_kept_as_they_were_counted(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], query: str
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    said = [("en", text) for text in texts]
    counted, kept = kept_in(folder, said), kept_in(folder, said)
    for one, other in zip(counted.scores(query), kept.scores(query), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("word", "languages", "stems"),
    [
        ("permits", ["ru", "en"], ["permit"]),
        ("дозволы", ["ru", "en"], ["дозвол"]),
        ("дозволы", ["hu", "en"], ["дозволы"]),
        ("дозволами", ["sr", "ru"], ["dozvolam", "дозвол"]),
        ("permits", ["ru", "uk"], ["permits"]),
    ],
)
def test_a_word_is_stemmed_in_the_languages_of_its_script_only(
    word: str, languages: list[str], stems: list[str]
) -> None:
    assert stem_terms(word, languages) == stems


@settings(deadline=None)
@given(st.lists(st.text(WRITING, max_size=30), min_size=1, max_size=8), st.text(WRITING, max_size=30))
def test_scores_are_between_zero_and_one(texts: list[str], query: str) -> None:
    for side in index_of(*texts).scores(query):
        assert side.dtype == np.float32
        assert ((side >= 0) & (side <= 1)).all()


@settings(deadline=None)
@given(st.lists(st.text(WRITING, min_size=1, max_size=30).filter(character_terms), min_size=1, max_size=8))
def test_a_text_is_most_similar_to_itself(texts: list[str]) -> None:
    index = index_of(*texts)
    for number, text in enumerate(texts):
        for side in index.scores(text):
            assert side[number] == pytest.approx(1, abs=1e-5)
            assert side[number] >= side.max() - 1e-5


@given(st.lists(st.lists(st.sampled_from("abcde"), min_size=1), min_size=1, max_size=6))
def test_terms_score_as_the_cosine_counted_by_hand(texts: list[list[str]]) -> None:
    def vector(terms: list[str]) -> np.ndarray:
        count = np.array([terms.count(term) for term in "abcde"], dtype=float)
        frequency = np.array([sum(term in text for text in texts) for term in "abcde"])
        idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
        weights = np.where(count > 0, 1 + np.log(np.maximum(count, 1)), 0) * idf
        return weights / np.linalg.norm(weights)

    query = ["a", "b", "b", "e"]
    expected = [float(vector(text) @ vector(query)) for text in texts]
    assert TermIndex.of(texts).scores(query) == pytest.approx(expected, abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_can_be_stemmed_in_every_language(text: str) -> None:
    stems = [stem_terms(text, [language]) for language in STEMMERS]
    assert len({len(found) for found in stems}) == 1


@settings(deadline=None)
@given(st.lists(st.text(WRITING, max_size=30), min_size=1, max_size=8), st.data())
def test_wherever_a_word_stands_it_may_stand(texts: list[str], data: st.DataObject) -> None:
    index = index_of(*texts)
    said = sorted({word for text in texts for word in words(text)})
    for word in data.draw(st.lists(st.sampled_from(said), max_size=3)) if said else []:
        assert {number for number, text in enumerate(texts) if word in words(text)} <= set(index.may_say(word).tolist())
    assert len(index.may_say("unheardof")) == 0
