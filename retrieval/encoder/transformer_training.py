"""Train the small transformer: vocabulary, growth, lesson, teacher, distillation, and the folders that come of it.

Every stage leaves a file in the work folder, so that a run which was cut off goes on where it was.
"""

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from knowledge_base.documents import Content
from retrieval.encoder import EncoderError
from retrieval.encoder.corpus import sampled
from retrieval.encoder.distilling import Distillation, Recipe
from retrieval.encoder.exporting import write_distilled, write_sentence_transformer
from retrieval.encoder.growing import grow, pieces_of
from retrieval.encoder.ngram import NgramEncoder, read_config
from retrieval.encoder.parallel import lesson
from retrieval.encoder.teacher import body_of, load_teacher, teacher_vectors
from retrieval.encoder.tuning import tune
from retrieval.encoder.vocabulary import new_pieces, tokenizer_of

Floats = NDArray[np.float32]
Report = Callable[[str], None]

NEW_PIECES = 50_000
VOCABULARY_LINES = 36_000
PAIRS_A_LANGUAGE = 80_000
SENTENCES = 260_000
TUNING_STEPS, TUNING_RATE = 110, 0.35
# For pieces that have learnt before: their first new text must not throw them far.
ROWS_PATIENCE = 10.0
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
    start: Path | None = None,
) -> None:
    """Write `out` (what is served), and in `out-work` a sentence-transformers folder and what is needed to go on.

    With a content, the last steps are about what belongs together in it. With `start`, a folder that was written
    here before, its transformer learns on instead of a newly grown one; the teacher has to be the same.
    """
    if start is not None:
        recipe = replace(recipe, rows_patience=ROWS_PATIENCE)
    work = out.with_name(f"{out.name}-work")
    work.mkdir(parents=True, exist_ok=True)
    body, english_tokenizer = load_teacher(teacher)
    english = pieces_of(english_tokenizer)
    if start is None:
        pieces = [*english, *_new_pieces(work / "pieces.json", folders, languages, english, recipe.seed, report)]
    else:
        pieces = _served_pieces(start)
    tokenizer = tokenizer_of(pieces, LEARNT_TOKENS)
    taught = lesson(
        folders, languages, tokenizer, pairs_a_language=PAIRS_A_LANGUAGE, sentences=SENTENCES, seed=recipe.seed
    )
    report(f"{len(taught.english):,} texts of {len(taught.sentences):,} sentences")
    targets = _targets(work / "targets.npy", lambda: teacher_vectors(body, english_tokenizer, taught.sentences, report))
    student = grow(body, english, pieces[len(english) :], bag) if start is None else _served(start, body, len(pieces))
    run = Distillation(student, taught, targets, recipe)
    run.run(work / "state.pt", report)
    if content is not None:
        tune(run, content, tokenizer, steps=TUNING_STEPS, rate=TUNING_RATE, seed=recipe.seed, report=report)
    mean = targets.mean(0)
    training: dict[str, object] = {**asdict(recipe), "teacher": teacher.name, "texts": recipe.steps * recipe.batch}
    if start is not None:
        training["start"] = read_config(start)["training"]
    write_distilled(out, student, tokenizer, mean, name=out.name, training=training)
    write_sentence_transformer(work / "sentence-transformers", student, tokenizer, mean)


def _new_pieces(
    path: Path, folders: list[Path], languages: list[str], known: list[str], seed: int, report: Report
) -> list[str]:
    if not path.exists():
        report("learning new pieces")
        found = new_pieces(iter(vocabulary_lines(folders, languages, seed)), NEW_PIECES, set(known))
        path.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    kept: list[str] = json.loads(path.read_text("utf-8"))
    return kept


def _served_pieces(start: Path) -> list[str]:
    try:
        return pieces_of(Tokenizer.from_file(str(start / "tokenizer.json")))
    except Exception as error:  # tokenizers raises bare exceptions.
        raise EncoderError(f"{start} holds no transformer to go on from: {error}") from error


def _served(start: Path, teacher: BertModel, n_pieces: int) -> BertModel:
    config = BertConfig.from_dict({**teacher.config.to_dict(), "vocab_size": n_pieces})
    try:
        return body_of(start / "model.onnx", config)
    except Exception as error:  # onnx raises many kinds.
        raise EncoderError(f"nothing can go on from {start} with this teacher: {error}") from error


def _targets(path: Path, compute: Callable[[], Floats]) -> Floats:
    if not path.exists():
        np.save(path, compute())
    found: Floats = np.load(path)
    return found
