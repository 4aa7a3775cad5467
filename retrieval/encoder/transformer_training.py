"""Train the small transformer: vocabulary, growth, lesson, teacher, distillation, and the folders that come of it.

Every stage leaves a file in the work folder, so that a run which was cut off goes on where it was.
"""

import json
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_base.documents import Content
from retrieval.encoder.corpus import sampled
from retrieval.encoder.distilling import Distillation, Recipe
from retrieval.encoder.exporting import write_distilled, write_sentence_transformer
from retrieval.encoder.growing import english_pieces, grow
from retrieval.encoder.ngram import NgramEncoder
from retrieval.encoder.parallel import lesson
from retrieval.encoder.teacher import load_teacher, teacher_vectors
from retrieval.encoder.tuning import tune
from retrieval.encoder.vocabulary import new_pieces, tokenizer_of

Floats = NDArray[np.float32]
Report = Callable[[str], None]

NEW_PIECES = 50_000
VOCABULARY_LINES = 36_000
PAIRS_A_LANGUAGE = 80_000
SENTENCES = 260_000
TUNING_STEPS, TUNING_RATE = 110, 0.35
# Longer texts are cut while learning.
LEARNT_TOKENS = 48


def vocabulary_lines(folders: list[Path], languages: list[str], seed: int) -> list[str]:
    """Texts to learn pieces from, about as many of each language."""
    rng = random.Random(seed)  # noqa: S311
    lines: list[str] = []
    for pairs in sampled(folders, languages, cap=VOCABULARY_LINES, rng=rng).values():
        texts = [pair.translation for pair in pairs]
        wanted = int(0.6 * VOCABULARY_LINES)
        lines += texts if len(texts) >= wanted else (texts * (wanted // len(texts) + 1))[:wanted]
    return lines


def train(
    folders: list[Path],
    out: Path,
    *,
    languages: list[str],
    teacher: Path,
    bag: NgramEncoder,
    recipe: Recipe,
    content: Content | None,
    report: Report,
) -> None:
    """Write `out` (what is served), and in `out-work` a sentence-transformers folder and what is needed to go on.

    With a content, the last steps are about what belongs together in it.
    """
    work = out.with_name(f"{out.name}-work")
    work.mkdir(parents=True, exist_ok=True)
    body, english_tokenizer = load_teacher(teacher)
    english = english_pieces(english_tokenizer)
    pieces_file = work / "pieces.json"
    if not pieces_file.exists():
        report("learning new pieces")
        found = new_pieces(iter(vocabulary_lines(folders, languages, recipe.seed)), NEW_PIECES, set(english))
        pieces_file.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    new = json.loads(pieces_file.read_text("utf-8"))
    tokenizer = tokenizer_of([*english, *new], LEARNT_TOKENS)
    taught = lesson(
        folders, languages, tokenizer, pairs_a_language=PAIRS_A_LANGUAGE, sentences=SENTENCES, seed=recipe.seed
    )
    report(f"{len(taught.english):,} texts of {len(taught.sentences):,} sentences")
    targets = _targets(work / "targets.npy", lambda: teacher_vectors(body, english_tokenizer, taught.sentences, report))
    student = grow(body, english, new, bag)
    run = Distillation(student, taught, targets, recipe)
    run.run(work / "state.pt", report)
    if content is not None:
        tune(run, content, tokenizer, steps=TUNING_STEPS, rate=TUNING_RATE, seed=recipe.seed, report=report)
    mean = targets.mean(0)
    training: dict[str, object] = {**asdict(recipe), "teacher": teacher.name, "texts": recipe.steps * recipe.batch}
    write_distilled(out, student, tokenizer, mean, name=out.name, training=training)
    write_sentence_transformer(work / "sentence-transformers", student, tokenizer, mean)


def _targets(path: Path, compute: Callable[[], Floats]) -> Floats:
    if not path.exists():
        np.save(path, compute())
    found: Floats = np.load(path)
    return found
