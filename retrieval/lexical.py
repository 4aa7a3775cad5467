"""Search by words: TF-IDF over stems and over character n-grams, cosine between 0 and 1.

Stems where Snowball has the language, and character n-grams in every script, which forgive
inflection and typing (McNamee and Mayfield 2004).
"""

import functools
import hashlib
import math
import os
import threading
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import Stemmer
from numpy.typing import NDArray

from knowledge_base.languages import primary
from retrieval.encoder.features import UNSPACED, without_marks, words
from retrieval.language.scripts import main_script, writes

Floats = NDArray[np.float32]

CHARACTER_SIZES = (3, 4, 5)
# Grows when terms are made in another way, so that nothing kept outlives that.
VERSION = 1
PARTS = ("passages", "stems", "characters")
FILE = "words.npz"
# What stems and character n-grams count in a whole document's similarity; chosen with the index's weights.
STEM_SHARE, CHARACTER_SHARE = 0.6, 0.4

STEMMERS = {
    "ar": "arabic",
    "bs": "serbian",
    "cs": "czech",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fa": "persian",
    "fr": "french",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "pl": "polish",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "tr": "turkish",
}


# A Snowball stemmer keeps the word it works on: one thread at a time.
_stemming = threading.Lock()


@functools.cache
def _stemmer(language: str) -> "Stemmer.Stemmer | None":
    algorithm = STEMMERS.get(primary(language))
    return Stemmer.Stemmer(algorithm, 0) if algorithm else None


@functools.lru_cache(maxsize=200_000)
def _stems(word: str, language: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (1, 2) for i in range(len(word) - n + 1))
    stemmer = _stemmer(language)
    if stemmer is not None:
        with _stemming:
            word = str(stemmer.stemWord(word))
    return (without_marks(word),)


@functools.lru_cache(maxsize=200_000)
def _characters(word: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (2, 3) for i in range(len(word) - n + 1))
    bounded = f"<{without_marks(word)}>"
    return tuple(bounded[i : i + n] for n in CHARACTER_SIZES for i in range(len(bounded) - n + 1))


@functools.lru_cache(maxsize=100_000)
def _stems_in(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The word's stems in the languages that are written in its script; the word itself where there is none."""
    written = _written_in(main_script(word), languages)
    return tuple(dict.fromkeys(stem for language in written for stem in _stems(word, language)))


@functools.lru_cache(maxsize=1000)
def _written_in(script: str | None, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Of the languages that are written in a script, one of each stemmer; "" where there is none."""
    written = [language for language in languages if script and writes(language, script)] or [""]
    return tuple({STEMMERS.get(language, ""): language for language in written}.values())


def stem_terms(text: str, languages: Iterable[str]) -> list[str]:
    """Stems without marks in each of the languages; single characters and pairs of Han and Thai runs."""
    known = tuple(primary(language) for language in languages)
    return [term for word in words(text) for term in _stems_in(word, known)]


def character_terms(text: str) -> list[str]:
    """Character n-grams within words."""
    return [term for word in words(text) for term in _characters(word)]


class TermIndex:
    """TF-IDF of one kind of term: log term frequency, smoothed inverse document frequency, unit length."""

    def __init__(self, terms: list[str], idf: Floats, postings: sp.csc_array) -> None:
        self._ids = {term: i for i, term in enumerate(terms)}
        self._idf = idf
        self._postings = postings
        self._unseen_idf = np.float32(np.log(1 + postings.shape[0]) + 1)

    @classmethod
    def of(cls, texts: Iterable[list[str]]) -> "TermIndex":
        """The index of texts that are given as their terms."""
        ids: dict[str, int] = {}
        return cls._weighted(_counted(texts, ids), ids)

    def after(self, rows: Sequence[int | None], new: Iterable[list[str]]) -> "TermIndex":
        """The index of some of these texts, by their numbers, and of `new` ones, which stand where there is none.

        The terms of the texts that stay are not counted again.
        """
        ids = dict(self._ids)
        added = _counted(new, ids)
        old = self._postings.tocsr()
        # A text's length is lost, but only the proportions of its terms count.
        kept = sp.csr_array(
            (old.data / self._idf[old.indices], old.indices, old.indptr), shape=(old.shape[0], len(ids))
        )
        places = iter(range(kept.shape[0], kept.shape[0] + added.shape[0]))
        order = [next(places) if row is None else row for row in rows]
        return self._weighted(sp.csr_array(sp.vstack([kept, added], format="csr")[order]), ids)

    @classmethod
    def _weighted(cls, matrix: sp.csr_array, ids: Mapping[str, int]) -> "TermIndex":
        shape = matrix.shape
        frequency = np.bincount(matrix.indices, minlength=shape[1])
        idf = (np.log((1 + shape[0]) / (1 + frequency)) + 1).astype(np.float32)
        matrix.data *= idf[matrix.indices]
        text = np.repeat(np.arange(shape[0]), np.diff(matrix.indptr))
        norms = np.sqrt(np.bincount(text, matrix.data**2, shape[0])).astype(np.float32)
        matrix.data /= np.maximum(norms, 1e-9)[text]
        return cls(list(ids), idf, matrix.tocsc())

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """What `from_arrays` makes the same index of."""
        terms = np.frombuffer("\n".join(self._ids).encode("utf-8", "surrogatepass"), np.uint8)
        postings = self._postings
        shape = np.array(postings.shape)
        parts: list[NDArray[Any]] = [terms, self._idf, postings.data, postings.indices, postings.indptr, shape]
        return {f"{name}{i}": part for i, part in enumerate(parts)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> "TermIndex":
        terms, idf, data, indices, starts, shape = (arrays[f"{name}{i}"] for i in range(6))
        known = terms.tobytes().decode("utf-8", "surrogatepass").split("\n") if len(idf) else []
        postings = (data, indices.astype(np.int32), starts.astype(np.int32))
        return cls(known, idf, sp.csc_array(postings, shape=tuple(shape)))

    def scores(self, terms: list[str]) -> Floats:
        """Similarity of every text to the terms of a query, `(n_texts,) float32` in [0, 1]."""
        square = 0.0
        spans: list[slice] = []
        weights: list[float] = []
        for term, count in Counter(terms).items():
            column = self._ids.get(term)
            weight = (1 + math.log(count)) * float(self._unseen_idf if column is None else self._idf[column])
            square += weight * weight
            if column is not None:
                spans.append(slice(*self._postings.indptr[column : column + 2].tolist()))
                weights.append(weight)
        n_texts = self._postings.shape[0]
        if not spans:
            return np.zeros(n_texts, np.float32)
        texts = np.concatenate([self._postings.indices[span] for span in spans])
        shares = np.concatenate([self._postings.data[span] for span in spans])
        shares *= np.repeat(np.array(weights, np.float32), [span.stop - span.start for span in spans])
        scores = np.bincount(texts, shares, n_texts) / math.sqrt(square)
        return np.minimum(scores, 1).astype(np.float32)


def _counted(texts: Iterable[list[str]], ids: dict[str, int]) -> sp.csr_array:
    """Log term frequencies, `(n_texts, n_terms) float32`; terms without a number get the next one in `ids`."""
    indices: list[int] = []
    values: list[float] = []
    starts = [0]
    for terms in texts:
        for term, count in Counter(terms).items():
            indices.append(ids.setdefault(term, len(ids)))
            values.append(1 + math.log(count))
        starts.append(len(indices))
    # SciPy takes 64 bits for all numbers where one array has them.
    arrays = (np.array(values, np.float32), np.array(indices, np.int32), np.array(starts, np.int32))
    return sp.csr_array(arrays, shape=(len(starts) - 1, len(ids)))


class LexicalIndex:
    """Stems of passages, and stems and character n-grams of whole documents.

    `passages` and `documents` are (language, text); a query is stemmed in every language of its script.
    With a `folder` what was counted is kept there, for the next start. What `before` has counted is not counted again;
    then no file is read or written (`keep` does).
    """

    def __init__(
        self,
        passages: list[tuple[str, str]],
        documents: list[tuple[str, str]],
        *,
        folder: Path | None = None,
        before: "LexicalIndex | None" = None,
    ) -> None:
        self._texts = passages, documents
        self._languages = sorted({primary(language) for language, _ in documents})
        self._passages: TermIndex
        self._stems: TermIndex
        self._characters: TermIndex
        if before is not None:
            rows, new = _difference(before._texts[0], passages)
            self._passages = before._passages.after(rows, (stem_terms(text, [language]) for language, text in new))
            rows, new = _difference(before._texts[1], documents)
            self._stems = before._stems.after(rows, (stem_terms(text, [language]) for language, text in new))
            self._characters = before._characters.after(rows, (character_terms(text) for _, text in new))
            return
        kept = _kept(folder / FILE, self._mark()) if folder else None
        if kept is not None:
            self._passages, self._stems, self._characters = kept
            return
        self._passages = TermIndex.of(stem_terms(text, [language]) for language, text in passages)
        self._stems = TermIndex.of(stem_terms(text, [language]) for language, text in documents)
        self._characters = TermIndex.of(character_terms(text) for _, text in documents)
        if folder:
            self.keep(folder)

    def keep(self, folder: Path) -> None:
        """Write what was counted into the folder."""
        parts = zip(PARTS, (self._passages, self._stems, self._characters), strict=True)
        arrays = {key: array for name, index in parts for key, array in index.arrays(name).items()}
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"words.{os.getpid()}.partial.npz"
        np.savez(partial, mark=self._mark(), **arrays)  # type: ignore[arg-type]
        os.replace(partial, folder / FILE)

    def _mark(self) -> NDArray[np.uint8]:
        return np.frombuffer(_digest(*self._texts), np.uint8)

    def scores(self, query: str) -> tuple[Floats, Floats]:
        """Similarity of every passage and of every document to the query, float32 in [0, 1]."""
        stems = stem_terms(query, self._languages)
        documents = STEM_SHARE * self._stems.scores(stems)
        documents += CHARACTER_SHARE * self._characters.scores(character_terms(query))
        return self._passages.scores(stems), documents.astype(np.float32)


def _difference(
    old: list[tuple[str, str]], texts: list[tuple[str, str]]
) -> tuple[list[int | None], list[tuple[str, str]]]:
    """Where each text stands in the old ones, None where it does not; and those that do not."""
    known = {text: number for number, text in enumerate(old)}
    return [known.get(text) for text in texts], [text for text in texts if text not in known]


def _digest(passages: list[tuple[str, str]], documents: list[tuple[str, str]]) -> bytes:
    digest = hashlib.blake2b(f"{VERSION} {CHARACTER_SIZES}".encode(), digest_size=16)
    for language, text in (*passages, ("", ""), *documents):
        digest.update(f"{language}\t{text}\0".encode("utf-8", "surrogatepass"))
    return digest.digest()


def _kept(path: Path, mark: NDArray[np.uint8]) -> tuple[TermIndex, TermIndex, TermIndex] | None:
    """What the file holds, if it was counted from the same texts."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            if arrays["mark"].tobytes() != mark.tobytes():
                return None
            first, second, third = (TermIndex.from_arrays(arrays, name) for name in PARTS)
            return first, second, third
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        # A damaged file costs only the time to count again.
        return None
