import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.encoder import load_encoder
from retrieval.encoder.features import N_ROWS, text_rows
from retrieval.encoder.ngram_learning import contrastive, ragged
from retrieval.encoder.ngram_training import Recipe, teacher_targets, train

WORDS = {
    "permit": "engedély", "office": "iroda", "school": "iskola", "doctor": "orvos", "flat": "lakás", "money": "pénz",
    "child": "gyerek", "work": "munka", "police": "rendőr", "train": "vonat", "letter": "levél", "help": "segítség",
}  # fmt: skip
SMALL = Recipe(steps=60, batch=64, dimensions=32, seed=1)


def teacher(texts: list[str]) -> np.ndarray:
    """Vectors that depend on the text alone."""
    return np.stack([np.random.default_rng(zlib.crc32(t.encode())).normal(size=48) for t in texts]).astype(np.float32)


def write_corpus(folder: Path) -> Path:
    pairs = [
        (f"the {a} and the {b}", f"ez {WORDS[a]} meg {WORDS[b]}") for a in WORDS for b in WORDS if a != b
    ]  # 132 sentences
    folder.mkdir()
    (folder / "en-hu.tsv").write_text("".join(f"{english}\t{translation}\ttest\n" for english, translation in pairs))
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("training")
    corpus = write_corpus(folder / "corpus")
    lines: list[str] = []
    train([corpus], folder / "encoder", languages=["hu"], recipe=SMALL, teacher=teacher, report=lines.append)
    return folder / "encoder", lines


def test_training_brings_translations_nearer_than_other_words(trained: tuple[Path, list[str]]) -> None:
    encoder = load_encoder(trained[0])
    cosines = encoder.encode_queries(list(WORDS.values())) @ encoder.encode_passages(list(WORDS)).T
    assert (cosines.argmax(axis=1) == np.arange(len(WORDS))).mean() > 0.9


def test_training_says_how_much_it_reads(trained: tuple[Path, list[str]]) -> None:
    assert trained[1][0] == "132 pairs; the teacher reads 132 sentences"


def test_the_same_seed_trains_the_same_encoder(trained: tuple[Path, list[str]], tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    out = tmp_path / "encoder"
    train([corpus], out, languages=["hu"], recipe=SMALL, teacher=teacher, report=lambda line: None)
    assert load_encoder(out).digest == load_encoder(trained[0]).digest


def test_labels_are_taught_too(tmp_path: Path) -> None:
    (tmp_path / "en-hu.tsv").write_text("".join(f"{english}\t{word}\n" for english, word in WORDS.items()))
    recipe = Recipe(steps=2, batch=8, dimensions=8)
    read: list[str] = []

    def reads(texts: list[str]) -> np.ndarray:
        read.extend(texts)
        return teacher(texts)

    train([tmp_path], tmp_path / "out", languages=["hu"], recipe=recipe, teacher=reads, report=lambda line: None)
    assert load_encoder(tmp_path / "out").dimensions == 8
    assert sorted(read) == sorted(WORDS)


def trained_on(folder: Path, languages: list[str], recipe: Recipe) -> str:
    """The first line of what the training says."""
    lines: list[str] = []
    out = folder / "out"
    train([folder], out, languages=languages, recipe=recipe, teacher=teacher, report=lines.append)
    return lines[0]


def test_a_corpus_without_one_good_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-hu.tsv").write_text("only english\n")
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        trained_on(tmp_path, ["hu"], SMALL)


def write_sentences(folder: Path, language: str) -> None:
    rows = (f"sentence number {i} in {language}\tx\n" for i in range(30))
    (folder / f"en-{language}.tsv").write_text("".join(rows))


def test_further_languages_give_fewer_pairs_and_are_not_read_by_the_teacher(tmp_path: Path) -> None:
    for language in ("hu", "xx"):
        write_sentences(tmp_path, language)
    recipe = Recipe(steps=1, batch=8, dimensions=8, pairs_a_language=20, pairs_a_further_language=10)
    assert trained_on(tmp_path, ["hu"], recipe) == "21 pairs; the teacher reads 14 sentences"
    assert trained_on(tmp_path, ["hu", "xx"], recipe) == "28 pairs; the teacher reads 28 sentences"


def test_a_further_language_without_one_good_line_does_no_harm(tmp_path: Path) -> None:
    write_sentences(tmp_path, "hu")
    (tmp_path / "en-xx.tsv").write_text("only english\n")
    recipe = Recipe(steps=1, batch=8, dimensions=8, pairs_a_language=20)
    assert trained_on(tmp_path, ["hu"], recipe) == "14 pairs; the teacher reads 14 sentences"


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 6), st.integers(2, 5), st.integers(0, 1000), st.booleans())
def test_the_contrastive_gradient_is_the_slope_of_the_loss(n: int, d: int, seed: int, twins: bool) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n, d)) / np.sqrt(d)
    same = np.zeros((n, n), dtype=bool)
    same[0, 1] = same[1, 0] = twins
    _, grad_a, grad_b = contrastive(a, b, same, 0.5)
    for array, gradient in ((a, grad_a), (b, grad_b)):
        i, j = rng.integers(n), rng.integers(d)
        before = array[i, j]
        array[i, j] = before + 1e-5
        above = contrastive(a, b, same, 0.5)[0]
        array[i, j] = before - 1e-5
        below = contrastive(a, b, same, 0.5)[0]
        array[i, j] = before
        assert gradient[i, j] == pytest.approx((above - below) / 2e-5, abs=1e-5)


def test_the_loss_is_lower_where_pairs_agree() -> None:
    same = np.zeros((4, 4), dtype=bool)
    vectors = np.eye(4, dtype=np.float32)
    assert contrastive(vectors, vectors, same, 0.07)[0] < contrastive(vectors, vectors[::-1], same, 0.07)[0]


def test_the_same_english_text_is_no_negative() -> None:
    vectors = np.ones((2, 2), np.float32) / np.sqrt(2)
    masked = ~np.eye(2, dtype=bool)
    assert contrastive(vectors, vectors, masked, 0.07)[0] == pytest.approx(0, abs=1e-6)
    assert contrastive(vectors, vectors, ~masked & masked, 0.07)[0] == pytest.approx(np.log(2), abs=1e-6)


def test_a_batch_has_the_mean_weights_of_each_text() -> None:
    texts = ["permit", "", "doctor doctor"]
    batch = ragged(texts, 40).batch(np.array([2, 1, 0])).toarray()
    expected = np.zeros((3, N_ROWS), np.float32)
    for line, text in enumerate(reversed(texts)):
        np.add.at(expected[line], text_rows(text), 1)
        expected[line] /= max(1, len(text_rows(text)))
    assert np.allclose(batch, expected)


@pytest.mark.parametrize(("n", "of_teacher"), [(100, 48), (5, 48), (100, 6)])
def test_teacher_targets_are_unit_vectors_of_the_encoders_size(n: int, of_teacher: int) -> None:
    targets = teacher_targets(np.random.default_rng(0).normal(size=(n, of_teacher)).astype(np.float32), 16)
    assert targets.shape == (n, 16)
    assert targets.dtype == np.float32
    assert np.allclose(np.linalg.norm(targets, axis=1), 1, atol=1e-4)
