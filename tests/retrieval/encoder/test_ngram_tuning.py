"""An n-gram encoder learns which questions belong to which article of a content."""

import random
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.documents import Content
from retrieval.encoder import DEFAULT, EncoderError, load_encoder
from retrieval.encoder.counterparts import texts_of
from retrieval.encoder.features import N_ROWS
from retrieval.encoder.ngram import NgramEncoder, read_config, save
from retrieval.encoder.ngram_learning import Rows, others_of
from retrieval.encoder.ngram_tuning import Own, Tuning, tune
from tests import builders
from tests.retrieval.encoder import tiny

# Nobody could tell from translations that these words belong to these articles.
ASKED = {
    "card": {"en": ["plastic thing for the doctor", "taj"], "hu": ["hol a kártya", "biztosított vagyok?"]},
    "flat": {"en": ["landlord wants deposit", "rent"], "hu": ["kaució", "albérlet szerződés"]},
    "school": {"en": ["my son is six", "kindergarten"], "hu": ["óvoda", "beíratás"]},
}
# So many languages that enough questions are set aside to tell how sure an answer is; "hu" is one more.
FURTHER = [f"x{chr(97 + i)}" for i in range(33)]
SMALL = Tuning(steps=40, batch=32, pairs_a_language=100)


def content() -> Content:
    said = {"card": "Health insurance", "flat": "Renting a home", "school": "Education of children"}
    articles = [
        builders.article(
            id=name, en=builders.revision(builders.text(title, f"{title}: ask the office.", questions=[]))
        ).model_copy(update={"asked": ASKED[name] | {language: [f"{language} {name}"] for language in FURTHER}})
        for name, title in said.items()
    ]
    return builders.content(*articles)


def rivals(folder: Path) -> float:
    """How much nearer the questions of different articles are than those of the same one in two languages."""
    encoder = load_encoder(folder)
    taught = [texts.questions for article in content().articles if (texts := texts_of(article))]
    english, hungarian = (
        encoder.encode_queries([questions[language][0] for questions in taught]) for language in ("en", "hu")
    )
    cosines = english @ hungarian.T
    others = cosines[~np.eye(len(cosines), dtype=bool)]
    return float(others.mean() - np.diagonal(cosines).mean())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_corpus(tmp_path_factory.mktemp("given") / "corpus")


def tuned(out: Path, corpus: Path, recipe: Tuning = SMALL) -> Path:
    lines: list[str] = []
    tune(DEFAULT / "ngram", [corpus], out, languages=["hu"], content=content(), recipe=recipe, report=lines.append)
    assert lines[0] == "66 pairs beside the content"
    return out


def test_questions_of_one_article_come_nearer_to_each_other_than_to_others(corpus: Path, tmp_path: Path) -> None:
    assert rivals(tuned(tmp_path / "mine", corpus)) < min(-0.3, rivals(DEFAULT / "ngram"))


def test_what_was_learnt_from_translations_stays(corpus: Path, tmp_path: Path) -> None:
    encoder = load_encoder(tuned(tmp_path / "mine", corpus))
    cosines = encoder.encode_queries(list(tiny.WORDS.values())) @ encoder.encode_passages(list(tiny.WORDS)).T
    assert (cosines.argmax(axis=1) == np.arange(len(tiny.WORDS))).mean() > 0.9


def test_the_same_seed_tunes_the_same_encoder_and_another_another(corpus: Path, tmp_path: Path) -> None:
    first, again = (load_encoder(tuned(tmp_path / name / "mine", corpus)).digest for name in ("a", "b"))
    other = load_encoder(tuned(tmp_path / "c" / "mine", corpus, Tuning(steps=40, batch=32, seed=2))).digest
    assert first == again != other


def test_the_encoder_tells_how_it_was_trained_and_tuned(corpus: Path, tmp_path: Path) -> None:
    training = read_config(tuned(tmp_path / "mine", corpus))["training"]
    assert training["tuned"]["steps"] == 40
    assert {key: value for key, value in training.items() if key != "tuned"}.items() <= read_config(DEFAULT / "ngram")[
        "training"
    ].items()


def test_a_content_without_questions_cannot_be_learnt(corpus: Path, tmp_path: Path) -> None:
    silent = builders.content(builders.article(en=builders.revision(builders.text(questions=[]))))
    with pytest.raises(ValueError, match="no published article has questions"):
        tune(
            DEFAULT / "ngram", [corpus], tmp_path, languages=["hu"], content=silent, recipe=SMALL, report=lambda _: None
        )


def test_a_content_too_small_to_be_judged_afterwards_is_not_taught() -> None:
    few = content().model_copy(update={"articles": content().articles[:2]})
    with pytest.raises(ValueError, match="only 70 questions could be set aside"):
        Own(few, 40)


def test_another_kind_of_encoder_is_not_tuned(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="kalauz-distilled-1"):
        tune(
            DEFAULT / "transformer", [corpus], tmp_path, languages=["hu"], content=content(), recipe=SMALL,
            report=lambda _: None,
        )  # fmt: skip


def test_articles_of_other_countries_are_no_rivals() -> None:
    abroad = builders.article("elsewhere", facts=builders.facts(country="SI"))
    asked = {"asked": {language: [language] for language in [*FURTHER, "hu"]}}
    three = (builders.article("here"), builders.article("there"), abroad)
    both = builders.content(*(article.model_copy(update=asked) for article in three))
    _, _, same = Own(both, 40).batch(60, random.Random(1), np.random.default_rng(1))
    drawn = np.random.default_rng(1).choice(3, 60)
    for i, j in zip(*np.triu_indices(60, 1), strict=True):
        assert same[i, j] == (drawn[i] == drawn[j] or 2 in (drawn[i], drawn[j]))
    assert not np.diagonal(same).any()


def test_rows_that_no_text_has_do_not_move() -> None:
    table = np.random.default_rng(1).normal(size=(N_ROWS, 8)).astype(np.float32)
    rows = Rows(table.copy())
    own = Own(content(), 40)
    left, right, same = own.batch(8, random.Random(1), np.random.default_rng(1))
    rows.learn(left, right, same, rate=0.1, temperature=0.1)
    moved = np.flatnonzero((rows.weights != table).any(axis=1))
    assert set(moved) == set(left.indices) | set(right.indices)
    # Adagrad that starts at medians of the first step's gradients throws no rare row far.
    assert np.abs(rows.weights - table).mean(axis=1).max() < 0.1


def test_others_of_the_same_key_are_no_negatives() -> None:
    assert others_of(["a", "b", "a"]).tolist() == [[False, False, True], [False, False, False], [True, False, False]]


def test_a_tuned_table_is_that_of_the_folder(tmp_path: Path) -> None:
    table = np.random.default_rng(1).normal(size=(N_ROWS, 8)).astype(np.float32)
    save(tmp_path / "x", table, name="x", training={})
    assert np.abs(NgramEncoder.load(tmp_path / "x").table() - table).max() < np.abs(table).max() / 127
