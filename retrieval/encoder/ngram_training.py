"""Train the n-gram encoder on parallel text.

Loss: symmetric in-batch contrastive between the two sides of a pair; where the English side has a teacher
vector, the same loss of both sides against it (multilingual distillation, Reimers and Gurevych 2020).
"""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.corpus import corpus_files, sample_pairs, sampled, taught_sentences
from retrieval.encoder.features import N_ROWS
from retrieval.encoder.ngram import save
from retrieval.encoder.ngram_learning import Rows, others_of, ragged, unit

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


def teacher_targets(vectors: Floats, dimensions: int) -> Floats:
    """Teacher vectors centred, reduced by PCA, normalised: `(n, dimensions) float32`."""
    centred = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(centred[:20_000], full_matrices=False)
    reduced = unit(centred @ axes[:dimensions].T)[0].astype(np.float32)
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
    rows = Rows(weights, np.full(N_ROWS, 1e-6, np.float32))
    drawn_from = np.repeat(np.arange(len(pairs)), [p.weight for p in pairs])
    taught = drawn_from[target_id[drawn_from] >= 0]
    running = 0.0
    for step in range(recipe.steps):
        with_teacher = drawing.random() < recipe.teacher_share and len(taught) > 0
        index = drawing.choice(taught if with_teacher else drawn_from, recipe.batch)
        left, right = english.batch(english_id[index]), translation.batch(index)
        rate = recipe.learning_rate * min(1, (step + 1) / 100) * max(0.03, 1 - step / recipe.steps)
        loss = rows.learn(
            left,
            right,
            others_of(english_id[index]),
            rate=rate,
            temperature=recipe.temperature,
            target=targets[target_id[index]] if with_teacher else None,
        )
        running = loss if step == 0 else 0.98 * running + 0.02 * loss
        if (step + 1) % 200 == 0:
            report(f"step {step + 1} of {recipe.steps}, loss {running:.3f}")
    save(out, weights, name=out.name, training=asdict(recipe))
