"""How the n-gram encoder's rows learn: in-batch contrast (Henderson et al. 2017), row-wise Adagrad.

Gradients are written out, so that no torch is needed.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from retrieval.encoder.features import N_ROWS, text_rows

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Feature rows of many texts, end to end: text i has `rows[starts[i]:starts[i + 1]]`."""

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]

    def batch(self, index: NDArray[np.int64]) -> sp.csr_matrix:
        """Mean weights of the texts' rows, `(len(index), N_ROWS)` sparse float32."""
        lengths = (self.starts[index + 1] - self.starts[index]).astype(np.int64)
        ends = np.cumsum(lengths)
        flat = np.arange(ends[-1]) + np.repeat(self.starts[index] - (ends - lengths), lengths)
        weights = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
        return sp.csr_matrix((weights, self.rows[flat], np.r_[0, ends]), shape=(len(index), N_ROWS))


def _features(texts: list[str], max_words: int) -> list[NDArray[np.int32]]:
    return [text_rows(text, max_words) for text in texts]


def ragged(texts: list[str], max_words: int) -> Ragged:
    chunks = [texts[i : i + 20_000] for i in range(0, len(texts), 20_000)]
    with ProcessPoolExecutor() as pool:
        rows = [r for part in pool.map(_features, chunks, [max_words] * len(chunks)) for r in part]
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(r) for r in rows], out=starts[1:])
    return Ragged(np.concatenate(rows), starts)


def unit(vectors: Floats) -> tuple[Floats, Floats]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8
    return vectors / norms, norms


def contrastive(a: Floats, b: Floats, same: NDArray[np.bool_], temperature: float) -> tuple[float, Floats, Floats]:
    """Symmetric InfoNCE of rows that belong together.

    `a`, `b` are `(n, d)` unit vectors; `same[i, j]` masks a pair that is no negative because both
    have the same English text. Returns the loss and its gradients to `a` and `b`.
    """
    scores = a @ b.T / temperature
    scores[same] = -30
    exp = np.exp(np.maximum(scores - scores.max(), -60))
    rows, columns = exp / exp.sum(1, keepdims=True), exp / exp.sum(0, keepdims=True)
    n = len(a)
    loss = -(np.log(np.diagonal(rows) + 1e-12).mean() + np.log(np.diagonal(columns) + 1e-12).mean()) / 2
    delta = (rows + columns) / 2
    delta[np.arange(n), np.arange(n)] -= 1
    delta /= n * temperature
    return float(loss), delta @ b, delta.T @ a


class Rows:
    """The table while it learns: `weights` `(N_ROWS, dimensions)`, `squares` `(N_ROWS,)` of gradients so far, float32.

    Without squares, all start at some medians of the first step's: else a rare row's first text would throw it far.
    """

    PATIENCE = 10

    def __init__(self, weights: Floats, squares: Floats | None = None) -> None:
        self.weights, self.squares = weights, squares

    def learn(
        self,
        left: sp.csr_matrix,
        right: sp.csr_matrix,
        same: NDArray[np.bool_],
        *,
        rate: float,
        temperature: float,
        target: Floats | None = None,
    ) -> float:
        """One step on texts that belong together, and both to a `target` where there is one; returns their loss."""
        a, a_norm = unit(left @ self.weights)
        b, b_norm = unit(right @ self.weights)
        loss, grad_a, grad_b = contrastive(a, b, same, temperature)
        if target is not None:
            grad_a = grad_a + contrastive(a, target, same, temperature)[1]
            grad_b = grad_b + contrastive(b, target, same, temperature)[1]
        grad_a = (grad_a - (grad_a * a).sum(1, keepdims=True) * a) / a_norm
        grad_b = (grad_b - (grad_b * b).sum(1, keepdims=True) * b) / b_norm
        used = sp.vstack([left, right]).T.tocsr()
        rows = np.flatnonzero(np.diff(used.indptr))
        gradient = used[rows] @ np.concatenate([grad_a, grad_b])
        squares = (gradient * gradient).mean(1)
        if self.squares is None:
            self.squares = np.full(len(self.weights), self.PATIENCE * np.median(squares), np.float32)
        self.squares[rows] += squares
        self.weights[rows] -= (rate / np.sqrt(self.squares[rows]))[:, None] * gradient
        return loss


def others_of(keys: Sequence[object] | NDArray[np.generic]) -> NDArray[np.bool_]:
    """`(n, n)`: whether two different rows have the same key, and so are no negatives of each other."""
    array = np.asarray(keys)
    same: NDArray[np.bool_] = array[:, None] == array[None, :]
    np.fill_diagonal(same, False)
    return same
