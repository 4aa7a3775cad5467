"""Vectors that stand in groups, to be compared with all of some groups: the passages of an article, say.

A FAISS inverted file for each part of the encoder, whose lists are the groups. The vectors lie there in half precision,
in which they are kept between runs too, and nowhere else: NumPy would need them in twice the size, and read twice as
much for every question.
"""

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Spans
from retrieval.vectors import Halves

Floats = NDArray[np.float32]
# Below every inner product.
ANY = -1e9


class GroupedVectors:
    """`vectors` `(n, dimensions) float16`; the group g has the rows from `starts[g]` to `starts[g + 1]`."""

    def __init__(self, vectors: Halves, starts: NDArray[np.int64], spans: Spans) -> None:
        self._starts = starts
        self._parts = [(name, part, share, _lists(vectors[:, part], starts)) for name, (part, share) in spans.items()]

    def __len__(self) -> int:
        return int(self._starts[-1])

    def cosines(self, vector: Floats, groups: Sequence[int]) -> dict[str, Floats]:
        """Of `vector` `(dimensions,)` with every row of the groups in the order given, by the name of the part."""
        probed = np.array([groups], np.int64)
        unused = np.zeros(probed.shape, np.float32)
        chosen = faiss.SearchParametersIVF(nprobe=probed.size)  # type: ignore[call-arg]
        found: dict[str, Floats] = {}
        for name, part, share, lists in self._parts:
            asked = vector[part].astype(np.float32) / np.float32(share)
            result = faiss.RangeSearchResult(1)
            # Python's own method takes the number of lists from the index, where another thread may change it.
            pointers = [faiss.swig_ptr(array) for array in (asked, probed, unused)]
            lists.range_search_preassigned_c(1, pointers[0], ANY, *pointers[1:], result, False, chosen)
            rows = int(faiss.rev_swig_ptr(result.lims, 2)[1])
            found[name] = faiss.rev_swig_ptr(result.distances, rows).copy()
        return found

    def rows(self, begin: int, end: int) -> Halves:
        """The vectors of some rows, as they were given."""
        dimensions = sum(lists.d for *_, lists in self._parts)
        vectors = np.empty((end - begin, dimensions), np.float16)
        first = int(np.searchsorted(self._starts, begin, "right")) - 1
        for _, part, _, lists in self._parts:
            for group in range(first, len(self._starts) - 1):
                start, stop = max(begin, int(self._starts[group])), min(end, int(self._starts[group + 1]))
                if start >= end:
                    break
                if start < stop:
                    offset = int(self._starts[group])
                    vectors[start - begin : stop - begin, part] = _held(lists, group)[start - offset : stop - offset]
        return vectors


def _lists(vectors: Halves, starts: NDArray[np.int64]) -> Any:
    dimensions, groups = vectors.shape[1], max(len(starts) - 1, 1)
    # Which list is looked into is always said: the centres are never compared with.
    centres = faiss.IndexFlatIP(dimensions)
    centres.add(np.zeros((groups, dimensions), np.float32))
    half = faiss.ScalarQuantizer.QT_fp16
    index: Any = faiss.IndexIVFScalarQuantizer(centres, dimensions, groups, half, faiss.METRIC_INNER_PRODUCT, False)
    index.is_trained = True
    for group, (begin, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        codes = np.ascontiguousarray(vectors[begin:end]).view(np.uint8)
        numbers = np.arange(begin, end, dtype=np.int64)
        if end > begin:
            index.invlists.add_entries(group, end - begin, faiss.swig_ptr(numbers), faiss.swig_ptr(codes))
    index.ntotal = len(vectors)
    return index


def _held(lists: Any, group: int) -> Halves:
    size = lists.invlists.list_size(group)
    codes = faiss.rev_swig_ptr(lists.invlists.get_codes(group), size * lists.code_size)
    halves: Halves = codes.view(np.float16).reshape(size, lists.d)
    return halves
