"""Search by words: TF-IDF over stems and over character n-grams, cosine between 0 and 1.

Stems where Snowball has the language, and character n-grams in every script, which forgive
inflection and typing (McNamee and Mayfield 2004).
"""

import functools
import math
import threading
from collections import Counter
from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
import snowballstemmer
from numpy.typing import NDArray

from knowledge_base.languages import primary
from retrieval.encoder.features import UNSPACED, without_marks, words

CHARACTER_SIZES = (3, 4, 5)
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
def _stemmer(language: str) -> "snowballstemmer.BaseStemmer | None":
    algorithm = STEMMERS.get(primary(language))
    return snowballstemmer.stemmer(algorithm) if algorithm else None


@functools.lru_cache(maxsize=200_000)
def _stems(word: str, language: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (1, 2) for i in range(len(word) - n + 1))
    stemmer = _stemmer(language)
    if stemmer is not None:
        with _stemming:
            word = stemmer.stemWord(word)
    return (without_marks(word),)


@functools.lru_cache(maxsize=200_000)
def _characters(word: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (2, 3) for i in range(len(word) - n + 1))
    bounded = f"<{without_marks(word)}>"
    return tuple(bounded[i : i + n] for n in CHARACTER_SIZES for i in range(len(bounded) - n + 1))


def stem_terms(text: str, languages: Iterable[str]) -> list[str]:
    """Stems without marks in each of the languages; single characters and pairs of Han and Thai runs."""
    return [term for word in words(text) for term in dict.fromkeys(t for lang in languages for t in _stems(word, lang))]


def character_terms(text: str) -> list[str]:
    """Character n-grams within words."""
    return [term for word in words(text) for term in _characters(word)]


class TermIndex:
    """TF-IDF of one kind of term: log term frequency, smoothed inverse document frequency, unit length."""

    def __init__(self, texts: list[list[str]]) -> None:
        self._ids: dict[str, int] = {}
        indices: list[int] = []
        values: list[float] = []
        starts = [0]
        for terms in texts:
            for term, count in Counter(terms).items():
                indices.append(self._ids.setdefault(term, len(self._ids)))
                values.append(1 + math.log(count))
            starts.append(len(indices))
        shape = (len(texts), len(self._ids))
        arrays = (np.array(values, np.float32), np.array(indices, np.int32), np.array(starts))
        matrix = sp.csr_array(arrays, shape=shape)
        frequency = np.bincount(matrix.indices, minlength=shape[1])
        self._idf = (np.log((1 + shape[0]) / (1 + frequency)) + 1).astype(np.float32)
        self._unseen_idf = np.float32(np.log(1 + shape[0]) + 1)
        matrix.data *= self._idf[matrix.indices]
        norms = np.sqrt(matrix.multiply(matrix).sum(axis=1)).astype(np.float32)
        matrix.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(matrix.indptr))
        self._postings = matrix.tocsc()

    def scores(self, terms: list[str]) -> NDArray[np.float32]:
        """Similarity of every text to the terms of a query, `(n_texts,) float32` in [0, 1]."""
        scores = np.zeros(self._postings.shape[0], dtype=np.float32)
        square = 0.0
        for term, count in Counter(terms).items():
            column = self._ids.get(term)
            weight = (1 + math.log(count)) * float(self._unseen_idf if column is None else self._idf[column])
            square += weight * weight
            if column is not None:
                begin, end = self._postings.indptr[column], self._postings.indptr[column + 1]
                scores[self._postings.indices[begin:end]] += weight * self._postings.data[begin:end]
        return np.minimum(scores / (np.sqrt(square) or 1), 1).astype(np.float32)


class LexicalIndex:
    """Stems of passages, and stems and character n-grams of whole documents.

    `passages` and `documents` are (language, text); a query is stemmed in every language there is.
    """

    def __init__(self, passages: list[tuple[str, str]], documents: list[tuple[str, str]]) -> None:
        self._languages = sorted({primary(language) for language, _ in documents})
        self._passages = TermIndex([stem_terms(text, [language]) for language, text in passages])
        self._stems = TermIndex([stem_terms(text, [language]) for language, text in documents])
        self._characters = TermIndex([character_terms(text) for _, text in documents])

    def scores(self, query: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Similarity of every passage and of every document to the query, float32 in [0, 1]."""
        stems = stem_terms(query, self._languages)
        documents = STEM_SHARE * self._stems.scores(stems)
        documents += CHARACTER_SHARE * self._characters.scores(character_terms(query))
        return self._passages.scores(stems), documents.astype(np.float32)
