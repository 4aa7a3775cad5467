"""What a message is; how often that is right is measured, and here only kept from falling far."""

import copy
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax

from retrieval.encoder import Encoder
from retrieval.phrases import FAMILIES, Family, Phrase
from retrieval.question_sets import read_questions
from retrieval.recognition import (
    NEAREST,
    QUESTION,
    SHIPPED,
    PhraseIndex,
    Recognised,
    Recogniser,
    Weights,
    family_scores,
)
from retrieval.recognition_fitting import fit, held_out_features
from retrieval.starter import phrases
from retrieval.vectors import VectorCache
from tests import warm
from tests.conftest import ROOT

HANDFUL = {
    "urgent-violence": [
        "he hit me",
        "my husband beat me again",
        "he hits me and the children",
        "my boss hit me with a belt",
        "he said he will kill me",
        "he beats me when he is drunk",
    ],
    "urgent-medical": [
        "he cannot breathe",
        "my baby is not breathing",
        "she is bleeding a lot",
        "my father does not wake up",
        "she cannot breathe and is blue",
        "he is bleeding and does not wake up",
    ],
    "human": [
        "I want to talk to a person",
        "let me talk to a human",
        "can I talk to somebody",
        "a real person please",
        "I want a human, not a robot",
        "call me, I want to talk",
    ],
    "greeting": ["hello", "hi there", "good morning", "good evening", "hello, how are you", "hi, good day"],
    "ask-cost": [
        "how much?",
        "how much does it cost",
        "is it free?",
        "do I have to pay?",
        "what does it cost",
        "how much do I pay",
    ],
    "not-urgent": ["what is the punishment for hitting somebody?", "the rent is killing me"],
}
QUESTIONS = [
    "How do I get a residence permit?",
    "Where is the tax office?",
    "How do I register my address?",
    "What is a health card?",
    "How do I rent a flat?",
    "Which papers does a student need?",
    "How do I open a bank account?",
    "When does school begin?",
    "How do I find a doctor?",
    "How do I bring my family here?",
    "Where do I learn Hungarian?",
    "How do I change my licence?",
]
LETTERS = st.characters(categories=["L"])
LEAST_RECALL, MOST_FALSE_ALARMS = 0.9, 0.04


def index_of(encoder: Encoder, handful: dict[str, list[str]], questions: list[str]) -> PhraseIndex:
    return PhraseIndex(
        [Phrase(kind, "en", text) for kind, texts in handful.items() for text in texts], questions, encoder
    )


@pytest.fixture(scope="module")
def index(encoder: Encoder) -> PhraseIndex:
    return index_of(encoder, HANDFUL, QUESTIONS)


@pytest.fixture(scope="module")
def weights(index: PhraseIndex) -> Weights:
    return fit(index)


@pytest.fixture(scope="module")
def recogniser(index: PhraseIndex, weights: Weights) -> Recogniser:
    return Recogniser(index, weights)


@pytest.fixture(scope="module")
def shipped_index() -> PhraseIndex:
    return warm.phrase_index()


@pytest.fixture(scope="module")
def shipped(shipped_index: PhraseIndex) -> Recogniser:
    return Recogniser(shipped_index, Weights.load(SHIPPED, shipped_index.fingerprint))


def n_features(index: PhraseIndex) -> int:
    """For each kind the means of its nearest, by each part of the encoder and by words."""
    return len(NEAREST) * (len(index.encoder.spans) + 1) * len(index.kinds)


def always(index: PhraseIndex, likelihoods: dict[str, float], thresholds: dict[str, float]) -> Recogniser:
    """Whatever the text, each kind with its likelihood."""
    rows = tuple((0.0,) * n_features(index) for _ in likelihoods)
    logits = tuple(math.log(likelihood) for likelihood in likelihoods.values())
    return Recogniser(index, Weights(index.fingerprint, tuple(likelihoods), rows, logits, thresholds))


def test_the_shipped_weights_fit_the_shipped_phrases_and_encoder(shipped_index: PhraseIndex) -> None:
    weights = Weights.load(SHIPPED, shipped_index.fingerprint)
    assert weights is not None, "run `make recognition`: the phrases or the questions have changed"
    assert weights.kinds == shipped_index.kinds
    assert set(weights.kinds) == {QUESTION, *(kind for kind, family in FAMILIES.items() if family)}
    assert [len(row) for row in weights.coefficients] == [n_features(shipped_index)] * len(weights.kinds)
    assert len(weights.intercepts) == len(weights.kinds)
    assert set(weights.thresholds) == {family for family in FAMILIES.values() if family}
    assert all(0 < threshold < 1 for threshold in weights.thresholds.values())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my husband is beating me and has locked the door", "urgent-violence"),
        ("a férjem most is ver, félek", "urgent-violence"),
        ("не хочу больше жить, выпила таблетки", "urgent-suicide"),
        ("I want to speak with a real person please", "human"),
        ("köszönöm szépen!", "thanks"),
        ("Guten Morgen!", "greeting"),
        ("how much does it cost?", "ask-cost"),
        ("How do I get a TAJ card?", None),
        ("What is the punishment for domestic violence?", None),
        ("Hol tudom meghosszabbítani a tartózkodási engedélyemet?", None),
    ],
)
def test_the_shipped_weights_tell_plain_examples_apart(shipped: Recogniser, text: str, kind: str | None) -> None:
    assert shipped.recognise(text).kind == kind


def test_few_messages_without_danger_are_taken_for_it(shipped: Recogniser) -> None:
    files = sorted((ROOT / "tests/benchmarks/questions").glob("*.tsv"))
    harmless = [one.text for path in files for one in read_questions(path) if one.kind != "urgent"]
    assert len(harmless) > 1000
    alarms = [text for text in harmless if shipped.recognise(text).outcome == "urgent"]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(harmless), alarms


def test_danger_is_recognised_in_all_languages(shipped: Recogniser) -> None:
    files = sorted((ROOT / "tests/benchmarks/questions").glob("*.tsv"))
    danger = [one.text for path in files for one in read_questions(path) if one.kind == "urgent"]
    assert len(danger) > 100
    missed = [text for text in danger if shipped.recognise(text).outcome != "urgent"]
    assert len(missed) <= (1 - LEAST_RECALL) * len(danger), missed


@pytest.mark.parametrize(
    ("text", "kind", "outcome", "urgency"),
    [
        ("my husband hit me", "urgent-violence", "urgent", "violence"),
        ("he is not breathing", "urgent-medical", "urgent", "medical"),
        ("can I talk to a real human", "human", "human", None),
        ("hello!", "greeting", "smalltalk", None),
        ("how much is it?", "ask-cost", None, None),
        ("How do I register a company?", None, None, None),
    ],
)
def test_a_fit_to_a_handful_of_phrases_recognises_others_like_them(
    recogniser: Recogniser, text: str, kind: str | None, outcome: str | None, urgency: str | None
) -> None:
    found = recogniser.recognise(text)
    assert (found.kind, found.outcome, found.urgency) == (kind, outcome, urgency)


def test_a_fit_gives_the_same_weights_again(index: PhraseIndex, weights: Weights) -> None:
    assert fit(index) == weights


def test_over_what_was_fitted_each_kind_is_as_likely_as_it_is_frequent(index: PhraseIndex, weights: Weights) -> None:
    logits = held_out_features(index) @ np.array(weights.coefficients).T + np.array(weights.intercepts)
    expected = [index.labels.count(kind) for kind in weights.kinds]
    assert softmax(logits, axis=1).sum(0) == pytest.approx(expected, abs=0.05)


def test_a_near_miss_is_a_question(index: PhraseIndex) -> None:
    assert "not-urgent" not in index.labels
    assert dict(zip(index.texts, index.labels, strict=True))["the rent is killing me"] == QUESTION


@pytest.mark.parametrize("text", ["he hit me", "hello", "How do I get a residence permit?"])
def test_without_phrases_or_weights_everything_is_a_question(index: PhraseIndex, weights: Weights, text: str) -> None:
    for bare in (Recogniser(), Recogniser(index), Recogniser(None, weights)):
        assert bare.recognise(text) == Recognised(None, 0.0, None, {})


@given(st.text())
def test_any_text_with_a_letter_gives_probabilities_that_sum_to_one(recogniser: Recogniser, text: str) -> None:
    found = recogniser.recognise(text)
    if not found.likely:
        assert found == Recognised()
        assert not any(character.isalpha() for character in text)
        return
    assert set(found.likely) == {QUESTION, *HANDFUL} - {"not-urgent"}
    assert all(0 <= probability <= 1 for probability in found.likely.values())
    assert sum(found.likely.values()) == pytest.approx(1, abs=1e-5)
    assert 0 <= found.probability <= 1 + 1e-5


@given(st.text(LETTERS, min_size=1))
def test_what_is_recognised_is_the_likeliest_of_its_family_and_sure_enough(
    recogniser: Recogniser, weights: Weights, text: str
) -> None:
    found = recogniser.recognise(text)
    scores = family_scores(found.likely)
    sure = {family for family, score in scores.items() if score >= weights.thresholds[family]}
    assert (found.kind is None) == (not sure)
    if found.kind is not None:
        family = FAMILIES[found.kind]
        assert family in sure
        assert found.probability == scores[family]
        likely = found.family(family)
        assert likely[found.kind] == max(likely.values())


@pytest.mark.parametrize("text", ["", "?!", "👍👍", "112", "٣ ٤", "__"])
def test_a_text_without_a_letter_is_a_question(recogniser: Recogniser, shipped: Recogniser, text: str) -> None:
    assert recogniser.recognise(text) == shipped.recognise(text) == Recognised()


LIKELIHOODS = {"greeting": 0.5, "human": 0.3, "urgent-violence": 0.15, QUESTION: 0.05}
SURE = {"smalltalk": 0.1, "human": 0.1, "urgent": 0.1}


@pytest.mark.parametrize(
    ("unsure", "kind", "outcome"),
    [
        ([], "urgent-violence", "urgent"),
        (["urgent"], "human", "human"),
        (["human"], "urgent-violence", "urgent"),
        (["urgent", "human"], "greeting", "smalltalk"),
        (["urgent", "human", "smalltalk"], None, None),
    ],
)
def test_danger_is_heard_before_a_wish_for_a_person_and_that_before_all_else(
    index: PhraseIndex, unsure: list[str], kind: str | None, outcome: str | None
) -> None:
    thresholds = SURE | dict.fromkeys(unsure, 0.9)
    found = always(index, LIKELIHOODS, thresholds).recognise("hello")
    assert (found.kind, found.outcome) == (kind, outcome)
    assert found.likely == pytest.approx(LIKELIHOODS, abs=1e-6)


def test_a_familys_kinds_count_together_and_the_likeliest_names_it(index: PhraseIndex) -> None:
    likelihoods = {"ask-cost": 0.2, "ask-time": 0.25, "ask-who": 0.15, QUESTION: 0.4}
    found = always(index, likelihoods, {"follow_up": 0.55}).recognise("hello")
    assert (found.kind, found.outcome, found.urgency) == ("ask-time", None, None)
    assert found.probability == pytest.approx(0.6)
    assert found.family("follow_up") == pytest.approx({k: p for k, p in likelihoods.items() if k != QUESTION})
    assert found.family("human") == {}


def test_the_likeliest_danger_names_the_urgency(index: PhraseIndex) -> None:
    likelihoods = {"urgent-child": 0.3, "urgent-medical": 0.4, "urgent-violence": 0.2, QUESTION: 0.1}
    found = always(index, likelihoods, {"urgent": 0.7}).recognise("hello")
    assert (found.kind, found.urgency) == ("urgent-medical", "medical")


def test_a_plea_that_is_half_a_call_for_a_person_is_no_less_urgent(index: PhraseIndex) -> None:
    plea = {"urgent-child": 0.35, "human": 0.6, QUESTION: 0.05, "greeting": 1e-6}
    sure = {"urgent": 0.5, "human": 0.5, "smalltalk": 0.5}
    assert always(index, plea, sure).recognise("hello").outcome == "urgent"
    for harmless in (QUESTION, "greeting"):
        other = {"urgent-child": 0.35, "human": 0.05, QUESTION: 1e-6, "greeting": 1e-6} | {harmless: 0.6}
        assert always(index, other, sure).recognise("hello").outcome != "urgent"


def test_danger_that_hardly_shows_is_no_danger(index: PhraseIndex) -> None:
    found = always(index, {"urgent-child": 0.02, "human": 0.98}, {"urgent": 0.5, "human": 0.99}).recognise("hello")
    assert found.kind is None


@given(st.lists(st.floats(1e-6, 1), min_size=len(FAMILIES), max_size=len(FAMILIES)))
def test_scores_lie_between_nought_and_one_and_grow_with_danger(shares: list[float]) -> None:
    kinds = [QUESTION, *(kind for kind, family in FAMILIES.items() if family)]
    likely = {kind: share / sum(shares) for kind, share in zip(kinds, shares, strict=True)}
    scores = family_scores(likely)
    assert set(scores) == set(get_args(Family))
    assert all(0 <= score <= 1 + 1e-9 for score in scores.values())
    moved = likely | {QUESTION: 0.0, "urgent-child": likely["urgent-child"] + likely[QUESTION]}
    assert family_scores(moved)["urgent"] >= scores["urgent"]


def test_among_what_is_not_danger_the_likeliest_family_is_meant(index: PhraseIndex) -> None:
    likelihoods = {"greeting": 0.3, "ask-cost": 0.35, "thanks": 0.2, QUESTION: 0.15}
    found = always(index, likelihoods, {"smalltalk": 0.1, "follow_up": 0.1}).recognise("hello")
    assert (found.kind, found.outcome) == ("greeting", "smalltalk")


def test_an_opening_without_a_topic_is_small_talk(index: PhraseIndex) -> None:
    assert always(index, {"vague": 0.9, QUESTION: 0.1}, {"vague": 0.5}).recognise("help").outcome == "smalltalk"


def test_saved_weights_are_read_again(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "index" / "recognition.json"
    weights.save(path)
    assert Weights.load(path, weights.fingerprint) == weights
    assert [file.name for file in path.parent.iterdir()] == ["recognition.json"]


def test_weights_of_another_fingerprint_are_not_read(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "recognition.json"
    weights.save(path)
    assert Weights.load(path, f"{weights.fingerprint}0") is None
    assert Weights.load(tmp_path / "gone.json", weights.fingerprint) is None


@given(st.data())
def test_weights_that_were_cut_off_are_not_read(
    weights: Weights, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "recognition.json"
    weights.save(path)
    whole = path.read_bytes().rstrip()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert Weights.load(path, weights.fingerprint) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda fields: None,
        lambda fields: [],
        lambda fields: "x",
        lambda fields: {key: value for key, value in fields.items() if key != "thresholds"},
        lambda fields: fields | {"coefficients": None},
        lambda fields: fields | {"kinds": 3},
        lambda fields: fields | {"coefficients": [row[:-1] for row in fields["coefficients"][:1]]},
        lambda fields: fields | {"coefficients": [fields["coefficients"][0][:-1], *fields["coefficients"][1:]]},
        lambda fields: fields | {"thresholds": 0.5},
    ],
)
def test_weights_with_something_else_inside_are_not_read(
    weights: Weights, tmp_path: Path, damage: Callable[[dict[str, Any]], object]
) -> None:
    path = tmp_path / "recognition.json"
    weights.save(path)
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    assert Weights.load(path, weights.fingerprint) is None


def test_weights_that_are_not_text_are_not_read(weights: Weights, tmp_path: Path) -> None:
    (tmp_path / "recognition.json").write_bytes(b"\xff\xfe\x00")
    assert Weights.load(tmp_path / "recognition.json", weights.fingerprint) is None


def test_another_phrase_kind_question_or_encoder_asks_for_another_fit(encoder: Encoder, index: PhraseIndex) -> None:
    other = copy.copy(encoder)
    other.digest = "another encoder"
    one_more = HANDFUL | {"thanks": ["thank you"]}
    moved = HANDFUL | {"urgent-medical": [], "urgent-child": HANDFUL["urgent-medical"]}
    changed = [
        index_of(encoder, one_more, QUESTIONS),
        index_of(encoder, moved, QUESTIONS),
        index_of(encoder, HANDFUL, QUESTIONS[1:]),
        index_of(other, HANDFUL, QUESTIONS),
    ]
    assert len({index.fingerprint, *(one.fingerprint for one in changed)}) == 5


def test_the_order_and_repetition_of_phrases_ask_for_no_other_fit(encoder: Encoder, index: PhraseIndex) -> None:
    turned = {kind: texts[::-1] * 2 for kind, texts in reversed(HANDFUL.items())}
    assert index_of(encoder, turned, QUESTIONS[::-1]).fingerprint == index.fingerprint


def test_kept_vectors_are_those_of_the_encoder(encoder: Encoder, index: PhraseIndex, tmp_path: Path) -> None:
    given_phrases = [Phrase(kind, "en", text) for kind, texts in HANDFUL.items() for text in texts]
    for _ in range(2):
        kept = PhraseIndex(given_phrases, QUESTIONS, encoder, cache=VectorCache(tmp_path))
        assert np.array_equal(kept.vectors, index.vectors)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".npz", ".npz"]


@pytest.mark.parametrize("data", [b"", b"PK", None])
def test_kept_words_are_those_of_the_phrases(
    encoder: Encoder, index: PhraseIndex, tmp_path: Path, data: bytes | None
) -> None:
    given_phrases = [Phrase(kind, "en", text) for kind, texts in HANDFUL.items() for text in texts]
    cache, file = VectorCache(tmp_path), tmp_path / "words.npz"
    # Of other phrases, as before an update.
    PhraseIndex(given_phrases[1:], QUESTIONS, encoder, cache=cache)
    for _ in range(2):
        kept = PhraseIndex(given_phrases, QUESTIONS, encoder, cache=cache)
        assert (kept.words != index.words).nnz == 0
        if data is not None:
            file.write_bytes(data)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_phrase_is_like_itself_in_meaning_and_words(index: PhraseIndex) -> None:
    for row, text in enumerate(index.texts):
        *meanings, words = index.similarities(text)
        # Kept vectors are rounded to half precision.
        for similarities, off in (*((meaning, 1e-3) for meaning in meanings), (words, 1e-5)):
            assert similarities[row] == pytest.approx(1, abs=off)
            assert similarities.max() == pytest.approx(1, abs=off)


def test_meaning_is_compared_by_each_part_of_the_encoder(encoder: Encoder, index: PhraseIndex) -> None:
    query, phrases_of = encoder.encode_queries(["he hit me"])[0], encoder.encode_passages(index.texts)
    *meanings, words = index.similarities("he hit me")
    assert len(meanings) == len(encoder.spans) == 2
    for meaning, (span, share) in zip(meanings, encoder.spans.values(), strict=True):
        assert meaning.shape == words.shape == (len(index.texts),)
        # Kept vectors are rounded to half precision.
        assert meaning == pytest.approx(phrases_of[:, span] @ query[span] / share, abs=1e-3)


def similarities_to(n_phrases: int) -> st.SearchStrategy[Any]:
    return arrays(np.float32, n_phrases, elements=st.floats(-1, 1, width=32))


@given(st.data())
def test_features_are_the_means_of_each_kinds_nearest(index: PhraseIndex, data: st.DataObject) -> None:
    given_ones = [data.draw(similarities_to(len(index.texts))) for _ in range(data.draw(st.integers(1, 3)))]
    expected = []
    for similarities in given_ones:
        for kind in index.kinds:
            own = sorted(
                (s for s, label in zip(similarities, index.labels, strict=True) if label == kind), reverse=True
            )
            expected += [float(np.mean(own[:nearest])) for nearest in NEAREST]
    assert index.features(given_ones) == pytest.approx(expected, abs=1e-5)


def test_a_kind_of_one_phrase_is_as_near_as_that(encoder: Encoder) -> None:
    index = index_of(encoder, {"greeting": ["hello"]}, ["How do I rent a flat?"])
    meaning, words = np.array([0.5, 0.2], np.float32), np.array([0.1, 0.0], np.float32)
    assert index.kinds == ("greeting", QUESTION)
    assert index.features([meaning, words]) == pytest.approx([0.5, 0.5, 0.2, 0.2, 0.1, 0.1, 0, 0])


def test_no_phrase_is_its_own_neighbour_when_weights_are_fitted(encoder: Encoder) -> None:
    """Over more phrases than are taken at once."""
    english = [phrase for phrase in phrases() if phrase.language == "en"]
    index = PhraseIndex(english, QUESTIONS, encoder)
    found = held_out_features(index)
    assert len(found) == len(index.texts) > 450
    for row in (0, 399, 400, len(index.texts) - 1):
        own = [*index.meanings(index.vectors[row]), index.similarities(index.texts[row])[-1]]
        for similarities in own:
            similarities[row] = -1
        assert found[row] == pytest.approx(index.features(own), abs=1e-5)


def test_a_higher_threshold_never_recognises_more(index: PhraseIndex, weights: Weights) -> None:
    strict = Recogniser(index, replace(weights, thresholds=dict.fromkeys(weights.thresholds, 1.01)))
    assert all(strict.recognise(text).kind is None for text in index.texts)
