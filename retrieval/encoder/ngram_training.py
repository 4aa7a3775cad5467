"""Train the n-gram encoder on parallel text.

Loss: symmetric in-batch contrastive between the two sides of a pair (Henderson et al. 2017); where
the English side has a teacher vector, the same loss of both sides against it (multilingual
distillation, Reimers and Gurevych 2020). Gradients are written out; rows learn by row-wise Adagrad.
"""

import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from retrieval.encoder.corpus import corpus_files, sample_pairs, sampled, taught_sentences
from retrieval.encoder.features import N_ROWS, text_rows
from retrieval.encoder.ngram import save

Floats = NDArray[np.float32]
Report = Callable[[str], None]
Teacher = Callable[[list[str]], Floats]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is needed to train the same encoder again; rates and counts without unit."""

    steps: int = 5000
    batch: int = 1024
    dimensions: int = 192
    learning_rate: float = 0.5
    temperature: float = 0.07
    teacher_share: float = 0.6
    teacher_sentences: int = 260_000
    pairs_a_language: int = 80_000
    pairs_a_further_language: int = 10_000
    max_words: int = 40
    seed: int = 1


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


def _unit(vectors: Floats) -> tuple[Floats, Floats]:
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


def teacher_targets(vectors: Floats, dimensions: int) -> Floats:
    """Teacher vectors centred, reduced by PCA, normalised: `(n, dimensions) float32`."""
    centred = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(centred[:20_000], full_matrices=False)
    reduced = _unit(centred @ axes[:dimensions].T)[0].astype(np.float32)
    # Few sentences or a small teacher have fewer axes than wanted.
    return np.pad(reduced, ((0, 0), (0, dimensions - reduced.shape[1])))


def train(
    folders: list[Path], out: Path, *, languages: list[str], recipe: Recipe, teacher: Teacher, report: Report
) -> None:
    """Train and write the encoder folder `out`; `report` gets a line now and then.

    `languages` are those that matter most; the folders' other ones come with fewer pairs.
    """
    rng = random.Random(recipe.seed)  # noqa: S311
    own = sampled(folders, languages, cap=recipe.pairs_a_language, rng=rng)
    sentences = taught_sentences(own, recipe.teacher_sentences)
    files = corpus_files(folders)
    others = sorted(set(files) - set(languages))
    further = {other: sample_pairs(files[other], cap=recipe.pairs_a_further_language, rng=rng) for other in others}
    pairs = [pair for rows in (own | further).values() for pair in rows]
    report(f"{len(pairs):,} pairs; the teacher reads {len(sentences):,} sentences")
    targets = teacher_targets(teacher(sentences), recipe.dimensions)
    target_of = {sentence: i for i, sentence in enumerate(sentences)}
    english_ids = {text: i for i, text in enumerate(dict.fromkeys(p.english for p in pairs))}
    english_id = np.array([english_ids[p.english] for p in pairs])
    target_id = np.array([target_of.get(p.english, -1) for p in pairs])
    english = ragged(list(english_ids), recipe.max_words)
    translation = ragged([p.translation for p in pairs], recipe.max_words)
    report(f"{len(translation.rows):,} features")

    drawing = np.random.default_rng(recipe.seed)
    weights = drawing.normal(0, 0.1, (N_ROWS, recipe.dimensions)).astype(np.float32)
    squares = np.full(N_ROWS, 1e-6, np.float32)
    drawn_from = np.repeat(np.arange(len(pairs)), [p.weight for p in pairs])
    taught = drawn_from[target_id[drawn_from] >= 0]
    running = 0.0
    for step in range(recipe.steps):
        with_teacher = drawing.random() < recipe.teacher_share and len(taught) > 0
        index = drawing.choice(taught if with_teacher else drawn_from, recipe.batch)
        left, right = english.batch(english_id[index]), translation.batch(index)
        a, a_norm = _unit(left @ weights)
        b, b_norm = _unit(right @ weights)
        same = english_id[index][:, None] == english_id[index][None, :]
        np.fill_diagonal(same, False)
        loss, grad_a, grad_b = contrastive(a, b, same, recipe.temperature)
        if with_teacher:
            target = targets[target_id[index]]
            grad_a = grad_a + contrastive(a, target, same, recipe.temperature)[1]
            grad_b = grad_b + contrastive(b, target, same, recipe.temperature)[1]
        grad_a = (grad_a - (grad_a * a).sum(1, keepdims=True) * a) / a_norm
        grad_b = (grad_b - (grad_b * b).sum(1, keepdims=True) * b) / b_norm
        used = sp.vstack([left, right]).T.tocsr()
        rows = np.flatnonzero(np.diff(used.indptr))
        gradient = used[rows] @ np.concatenate([grad_a, grad_b])
        rate = recipe.learning_rate * min(1, (step + 1) / 100) * max(0.03, 1 - step / recipe.steps)
        squares[rows] += (gradient * gradient).mean(1)
        weights[rows] -= (rate / np.sqrt(squares[rows]))[:, None] * gradient
        running = loss if step == 0 else 0.98 * running + 0.02 * loss
        if (step + 1) % 200 == 0:
            report(f"step {step + 1} of {recipe.steps}, loss {running:.3f}")
    save(out, weights, name=out.name, training=asdict(recipe))
