"""The nearest passages by inner product: a FAISS inverted file (Jégou, Douze and Schmid 2011).

Passages stand in lists around k-means centres, and a search looks into the lists whose centres are nearest. Into how
many follows from how many passages may be found: one rule serves a small content, where the search is exact, a large
one, and a country of which there is little. Of a large content each number is kept in eight bits: what is found is only
the choice of what is looked at closely (`retrieval/grouped.py`).
"""

import math
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.vectors import Halves

Floats = NDArray[np.float32]

# With about so many passages a question is compared, at least with this share of them; where no more are allowed, the
# search is exact.
COMPARED, SHARE = 20_000, 0.05
# How many passages a centre is learned from, and in how many rounds.
LEARNED_FROM, ROUNDS = 64, 10
# So many vectors are put into the lists at a time: FAISS wants them in full precision.
CHUNK = 8192


class Neighbours:
    """Finds rows of `vectors`, `(n, dimensions) float16`. `before` lends its centres where it has as many lists."""

    def __init__(self, vectors: Halves, *, before: "Neighbours | None" = None) -> None:
        count, dimensions = vectors.shape
        self._lists = lists_for(count)
        is_known = before is not None and before._lists == self._lists and before._centres.d == dimensions
        self._centres: Any = before._centres if before is not None and is_known else faiss.IndexFlatIP(dimensions)
        kind = faiss.ScalarQuantizer.QT_fp16 if self._lists == 1 else faiss.ScalarQuantizer.QT_8bit_uniform
        self._index: Any = faiss.IndexIVFScalarQuantizer(
            self._centres, dimensions, self._lists, kind, faiss.METRIC_INNER_PRODUCT, False
        )
        self._index.cp.max_points_per_centroid = LEARNED_FROM
        self._index.cp.niter = ROUNDS
        if self._lists == 1 and not self._centres.ntotal:
            # All in one list: there is nothing to learn.
            self._centres.add(np.zeros((1, dimensions), np.float32))
        if count:
            self._index.train(_sample(vectors, LEARNED_FROM * self._lists).astype(np.float32))
        for begin in range(0, count, CHUNK):
            self._index.add(vectors[begin : begin + CHUNK].astype(np.float32))

    def nearest(self, vector: Floats, depth: int, *, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """The rows nearest to `vector`, `(dimensions,) float32`, best first, at most `depth`.

        `allowed` `(n,) bool` says which rows may be found.
        """
        count = self._index.ntotal if allowed is None else int(allowed.sum())
        if not count:
            return np.zeros(0, np.int64)
        selector = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        probed = math.ceil(self._lists * min(1, max(COMPARED / count, SHARE)))
        parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probed)  # type: ignore[call-arg]
        _, found = self._index.search(vector[None], depth, params=parameters)
        rows: NDArray[np.int64] = found[0][found[0] >= 0]
        return rows


def lists_for(count: int) -> int:
    """About the square root of how many vectors there are: a power of two, which small changes do not change."""
    return 1 if count <= COMPARED else 1 << round(math.log2(count) / 2)


def _sample(vectors: Halves, most: int) -> Halves:
    """Some of many vectors, always the same ones."""
    if len(vectors) <= most:
        return vectors
    return vectors[np.sort(np.random.default_rng(0).choice(len(vectors), most, replace=False))]
