"""Teach the language classifier: `python -m retrieval.language.fitting CORPUS…` writes the one that ships."""

import random
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from anyascii import anyascii
from sklearn.linear_model import SGDClassifier

from knowledge_base.languages import primary
from retrieval.compressed import open_text
from retrieval.encoder.corpus import LANGUAGES, corpus_files
from retrieval.encoder.vocabulary import CYRILLIC
from retrieval.language.ngrams import N_ROWS, WEIGHTS, NgramClassifier, text_rows
from retrieval.language.scripts import main_script, writes

# Taught in Latin letters too. What the transliteration lacks (Arabic vowels), real examples must show.
ROMANISED = ("ru", "uk", "ar", "fa", "ur", "hi", "bn", "ps", "zh", "hy")
SENTENCES = 9_000
SNIPPETS_A_SENTENCE = 3
# How often a line of our own content is taken: it is nearer to what people write than corpora are.
OWN_TIMES = 2
EPOCHS, RIDGE = 4, 2e-7


def latin(text: str, language: str) -> str:
    """The text as people type it who have Latin letters only."""
    if language in ("ru", "uk", "sr"):
        return "".join(CYRILLIC.get(c, CYRILLIC.get(unicodedata.normalize("NFD", c)[:1], c)) for c in text.lower())
    return anyascii(text)


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")


def snippets(text: str, rng: random.Random) -> Iterator[str]:
    """The whole text, and pieces of one to six words of it."""
    yield text
    words = text.split() if " " in text else list(text)
    for _ in range(SNIPPETS_A_SENTENCE - 1):
        n = rng.choice((1, 2, 2, 3, 4, 6))
        begin = rng.randrange(max(1, len(words) - n + 1))
        yield (" " if " " in text else "").join(words[begin : begin + n * (1 if " " in text else 2)])


def examples(folders: list[Path], own: list[Path], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Label and text."""
    files = corpus_files(folders)
    for language in ("en", *LANGUAGES):
        of_corpus: list[str] = []
        for path in files.get(language, next(iter(files.values())) if language == "en" else []):
            with open_text(path) as lines:
                column = 0 if language == "en" else 1
                of_corpus += [line.split("\t")[column] for line in lines if line.count("\t") >= 1]
        chosen = rng.sample(of_corpus, min(SENTENCES, len(of_corpus)))
        mine = [
            line.rstrip("\n").split("\t")[1]
            for folder in own
            for path in folder.glob(f"{language}*.tsv")
            for line in path.read_text("utf-8").splitlines()
            if primary(path.stem) == language and "\t" in line
        ]
        for text in chosen + mine * OWN_TIMES:
            script = main_script(text)
            if script is None or (script == "LATIN" and not writes(language, script) and language not in ROMANISED):
                continue
            label = language
            if script == "LATIN" and (not writes(language, script) or language == "sr"):
                label = f"{language}-Latn"
            if label == language and not writes(language, script):
                continue
            for piece in snippets(text, rng):
                yield label, without_accents(piece) if script == "LATIN" and rng.random() < 0.25 else piece
            if label in ROMANISED and rng.random() < 0.4:
                for piece in snippets(latin(text, language), rng):
                    yield f"{language}-Latn", piece


def teach(pairs: list[tuple[str, str]]) -> NgramClassifier:
    """One logistic regression a label against all others, by stochastic gradient descent."""
    rows = [(label, found) for label, text in pairs if (found := text_rows(text))]
    lengths = np.array([len(found) for _, found in rows])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    flat = np.fromiter((row for _, found in rows for row in found), np.int32, count=int(starts[-1]))
    matrix = sp.csr_matrix((np.repeat(1 / np.sqrt(lengths), lengths), flat, starts), shape=(len(rows), N_ROWS))
    matrix.sum_duplicates()
    learner = SGDClassifier(
        loss="log_loss", alpha=RIDGE, max_iter=EPOCHS, tol=None, random_state=1, class_weight="balanced", n_jobs=2
    )
    learner.fit(matrix, [label for label, _ in rows])
    learnt = learner.coef_.T.astype(np.float32)
    scale = float(np.quantile(np.abs(learnt), 0.9999) / 127)
    # safetensors writes memory as it lies.
    table = np.ascontiguousarray(np.clip(np.round(learnt / scale), -127, 127).astype(np.int8))
    return NgramClassifier(list(learner.classes_), table, scale, learner.intercept_.astype(np.float32))


if __name__ == "__main__":
    content = Path(__file__).parents[2] / "knowledge_base" / "content"
    own_lines = [content / "asked", content / "phrases"]
    taught = list(examples([Path(argument) for argument in sys.argv[1:]], own_lines, random.Random(1)))  # noqa: S311
    print(f"{len(taught):,} snippets")
    teach(taught).save(WEIGHTS)
