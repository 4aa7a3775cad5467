"""Search by words: TF-IDF over words and character n-grams, cosine between 0 and 1.

Character n-grams stand in for stemming in every script (McNamee and Mayfield 2004).
"""

import functools
from collections import Counter
from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from retrieval.encoder.features import UNSPACED, without_marks, words

CHARACTER_SIZES = (3, 4, 5)


@functools.lru_cache(maxsize=200_000)
def _word_terms(word: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (1, 2) for i in range(len(word) - n + 1))
    return (without_marks(word),)


@functools.lru_cache(maxsize=200_000)
def _character_terms(word: str) -> tuple[str, ...]:
    if UNSPACED.search(word):
        return tuple(word[i : i + n] for n in (2, 3) for i in range(len(word) - n + 1))
    bounded = f"<{without_marks(word)}>"
    return tuple(bounded[i : i + n] for n in CHARACTER_SIZES for i in range(len(bounded) - n + 1))


def word_terms(text: str) -> list[str]:
    """Words without marks; single characters and pairs of Han and Thai runs."""
    return [term for word in words(text) for term in _word_terms(word)]


def character_terms(text: str) -> list[str]:
    """Character n-grams within words."""
    return [term for word in words(text) for term in _character_terms(word)]


class _TermSpace:
    """TF-IDF of one kind of term: log term frequency, smoothed inverse document frequency, unit length."""

    def __init__(self, texts: list[list[str]]) -> None:
        self._ids: dict[str, int] = {}
        indices: list[int] = []
        values: list[float] = []
        starts = [0]
        for terms in texts:
            for term, count in Counter(terms).items():
                indices.append(self._ids.setdefault(term, len(self._ids)))
                values.append(1 + np.log(count))
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

    def cosines(self, terms: Iterable[str]) -> NDArray[np.float32]:
        scores = np.zeros(self._postings.shape[0], dtype=np.float32)
        square = 0.0
        for term, count in Counter(terms).items():
            column = self._ids.get(term)
            weight = (1 + np.log(count)) * (self._unseen_idf if column is None else self._idf[column])
            square += weight * weight
            if column is not None:
                begin, end = self._postings.indptr[column], self._postings.indptr[column + 1]
                scores[self._postings.indices[begin:end]] += weight * self._postings.data[begin:end]
        return (scores / (np.sqrt(square) or 1)).astype(np.float32)


class LexicalIndex:
    """Words and character n-grams over the same texts, half and half."""

    def __init__(self, texts: list[str]) -> None:
        self._words = _TermSpace([word_terms(text) for text in texts])
        self._characters = _TermSpace([character_terms(text) for text in texts])

    def scores(self, query: str) -> NDArray[np.float32]:
        """Similarity of every text to the query, `(n_texts,) float32` in [0, 1]."""
        by_word = self._words.cosines(word_terms(query))
        by_character = self._characters.cosines(character_terms(query))
        return ((by_word + by_character) / 2).astype(np.float32)
