"""Search by words: TF-IDF over stems and over character n-grams, cosine between 0 and 1.

Stems where Snowball has the language, and character n-grams in every script, which forgive
inflection and typing (McNamee and Mayfield 2004).
"""

import functools
import hashlib
import os
import threading
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sp
import Stemmer
from numpy.typing import NDArray

from knowledge_base.languages import primary
from retrieval.encoder.features import UNSPACED, without_marks, words
from retrieval.language.scripts import main_script, writes

Floats = NDArray[np.float32]
Keys = NDArray[np.uint32]
T = TypeVar("T")

CHARACTER_SIZES = (3, 4, 5)
# Grows when terms are made in another way, so that nothing kept outlives that.
VERSION = 2
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


@functools.lru_cache(maxsize=50_000)
def _stems(word: str, language: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (1, 2) for i in range(len(word) - n + 1))
    stemmer = _stemmer(language)
    if stemmer is not None:
        with _stemming:
            word = str(stemmer.stemWord(word))
    return (without_marks(word),)


@functools.lru_cache(maxsize=20_000)
def _characters(word: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (2, 3) for i in range(len(word) - n + 1))
    bounded = f"<{without_marks(word)}>"
    return tuple(bounded[i : i + n] for n in CHARACTER_SIZES for i in range(len(bounded) - n + 1))


@functools.lru_cache(maxsize=50_000)
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
    """TF-IDF of one kind of term: log term frequency, smoothed inverse document frequency, unit length.

    A term is known by its CRC-32, as for the encoder: the strings would need more memory than all that is counted.
    """

    def __init__(self, keys: Keys, idf: Floats, postings: sp.csc_array) -> None:
        """`keys` are ascending; each has its column in `postings`, `(n_texts, n_keys)`."""
        self._keys = keys
        self._idf = idf
        self._postings = postings
        self._unseen_idf = np.float32(np.log(1 + postings.shape[0]) + 1)

    @classmethod
    def of(cls, texts: Iterable[list[str]]) -> "TermIndex":
        """The index of texts that are given as their terms."""
        return cls._weighted(*_counted(texts))

    def after(self, rows: Sequence[int | None], new: Iterable[list[str]]) -> "TermIndex":
        """The index of some of these texts, by their numbers, and of `new` ones, which stand where there is none.

        The terms of the texts that stay are not counted again.
        """
        added, keys = _counted(new)
        together = np.union1d(self._keys, keys)
        old = self._postings.tocsr()
        # A text's length is lost, but only the proportions of its terms count.
        counted = sp.csr_array((old.data / self._idf[old.indices], old.indices, old.indptr), shape=old.shape)
        kept = _among(together, self._keys, counted)
        places = iter(range(kept.shape[0], kept.shape[0] + added.shape[0]))
        order = [next(places) if row is None else row for row in rows]
        stacked = sp.vstack([kept, _among(together, keys, added)], format="csr")
        return self._weighted(sp.csr_array(stacked[order]), together)

    @classmethod
    def _weighted(cls, matrix: sp.csr_array, keys: Keys) -> "TermIndex":
        shape = matrix.shape
        frequency = np.bincount(matrix.indices, minlength=shape[1])
        idf = (np.log((1 + shape[0]) / (1 + frequency)) + 1).astype(np.float32)
        matrix.data *= idf[matrix.indices]
        text = np.repeat(np.arange(shape[0]), np.diff(matrix.indptr))
        norms = np.sqrt(np.bincount(text, matrix.data**2, shape[0])).astype(np.float32)
        matrix.data /= np.maximum(norms, 1e-9)[text]
        return cls(keys, idf, matrix.tocsc())

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """What `from_arrays` makes the same index of."""
        postings = self._postings
        shape = np.array(postings.shape)
        parts: list[NDArray[Any]] = [self._keys, self._idf, postings.data, postings.indices, postings.indptr, shape]
        return {f"{name}{i}": part for i, part in enumerate(parts)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> "TermIndex":
        keys, idf, data, indices, starts, shape = (arrays[f"{name}{i}"] for i in range(6))
        postings = (data, indices.astype(np.int32), starts.astype(np.int32))
        return cls(keys, idf, sp.csc_array(postings, shape=tuple(shape)))

    def scores(self, terms: list[str]) -> Floats:
        """Similarity of every text to the terms of a query, `(n_texts,) float32` in [0, 1]."""
        keys, counts = _counts(terms)
        columns = np.searchsorted(self._keys, keys)
        is_known = self._keys.take(columns, mode="clip") == keys if len(self._keys) else np.zeros(len(keys), bool)
        columns = columns[is_known]
        idf = np.full(len(keys), self._unseen_idf)
        idf[is_known] = self._idf[columns]
        weights = (1 + np.log(counts)).astype(np.float32) * idf
        if not len(columns):
            return np.zeros(self._postings.shape[0], np.float32)
        scores: Floats = self._postings[:, columns] @ (weights[is_known] / np.linalg.norm(weights))
        return np.minimum(scores, np.float32(1))

    def having(self, terms: list[str]) -> NDArray[np.int64]:
        """The texts that have all the terms."""
        keys, _ = _counts(terms)
        columns = np.searchsorted(self._keys, keys)
        if not np.array_equal(self._keys[columns[columns < len(self._keys)]], keys):
            return np.zeros(0, np.int64)
        found = np.bincount(self._postings[:, columns].indices, minlength=self._postings.shape[0])
        return np.flatnonzero(found == len(keys))


def _counts(terms: list[str]) -> tuple[Keys, NDArray[np.int64]]:
    """The terms' keys, ascending, and how often each comes."""
    keys = np.array([zlib.crc32(term.encode("utf-8", "surrogatepass")) for term in terms], np.uint32)
    return np.unique(keys, return_counts=True)


def _counted(texts: Iterable[list[str]]) -> tuple[sp.csr_array, Keys]:
    """Log term frequencies, `(n_texts, n_keys) float32`, and the keys, ascending."""
    found = [_counts(terms) for terms in texts]
    keys, indices = np.unique(np.concatenate([np.zeros(0, np.uint32), *(own for own, _ in found)]), return_inverse=True)
    values = 1 + np.log(np.concatenate([np.zeros(0), *(counts for _, counts in found)]))
    # SciPy takes 64 bits for all numbers where one array has them.
    starts = np.cumsum([0, *(len(own) for own, _ in found)], dtype=np.int32)
    arrays = (values.astype(np.float32), indices.astype(np.int32), starts)
    return sp.csr_array(arrays, shape=(len(found), len(keys))), keys


def _among(together: Keys, keys: Keys, matrix: sp.csr_array) -> sp.csr_array:
    """The matrix with a column for each of `together`, some of which are its own `keys`."""
    columns = np.searchsorted(together, keys).astype(np.int32)
    arrays = (matrix.data, columns[matrix.indices], matrix.indptr)
    return sp.csr_array(arrays, shape=(matrix.shape[0], len(together)))


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
        # Of the documents, which repeat the passages, only what tells them apart.
        self._texts = passages, [(language, _digest([text])) for language, text in documents]
        self._languages = sorted({primary(language) for language, _ in documents})
        self._passages: TermIndex
        self._stems: TermIndex
        self._characters: TermIndex
        if before is not None:
            rows, new = _difference(before._texts[0], self._texts[0], passages)
            self._passages = before._passages.after(rows, (stem_terms(text, [language]) for language, text in new))
            rows, new = _difference(before._texts[1], self._texts[1], documents)
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
        passages, documents = self._texts
        named = (f"{language}\t{text}" for language, text in passages)
        told = [f"{VERSION} {CHARACTER_SIZES}", *named, "", *map(str, documents)]
        return np.frombuffer(_digest(told), np.uint8)

    def scores(self, query: str) -> tuple[Floats, Floats]:
        """Similarity of every passage and of every document to the query, float32 in [0, 1]."""
        stems = stem_terms(query, self._languages)
        documents = STEM_SHARE * self._stems.scores(stems)
        documents += CHARACTER_SHARE * self._characters.scores(character_terms(query))
        return self._passages.scores(stems), documents.astype(np.float32)

    def may_say(self, word: str) -> NDArray[np.int64]:
        """The documents in which a word may stand: they have all its parts."""
        return self._characters.having(character_terms(word))


def _difference(
    old: Sequence[T], now: Sequence[T], texts: list[tuple[str, str]]
) -> tuple[list[int | None], list[tuple[str, str]]]:
    """Where each text stands in the old ones, None where it does not; and those that do not.

    `old` and `now` tell the texts apart.
    """
    known = {text: number for number, text in enumerate(old)}
    rows = [known.get(text) for text in now]
    return rows, [text for text, row in zip(texts, rows, strict=True) if row is None]


def _digest(texts: Iterable[str]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
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
