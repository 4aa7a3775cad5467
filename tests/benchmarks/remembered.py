"""An encoder that reads a text once, however often the benchmarks ask for it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder

Floats = NDArray[np.float32]
Vectors = dict[str, Floats]


class Remembered:
    """Gives another encoder's vectors and keeps them all: for corpora that fit into memory."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.digest = encoder.name, encoder.digest
        self.dimensions, self.spans = encoder.dimensions, encoder.spans
        self._queries: Vectors = {}
        self._passages: Vectors = {}

    def encode_queries(self, texts: list[str]) -> Floats:
        return self._vectors(texts, self._queries, self._encoder.encode_queries)

    def encode_passages(self, texts: list[str]) -> Floats:
        return self._vectors(texts, self._passages, self._encoder.encode_passages)

    def _vectors(self, texts: list[str], known: Vectors, encode: Callable[[list[str]], Floats]) -> Floats:
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(missing, encode(missing), strict=True))
        return np.stack([known[text] for text in texts])
