"""A tiny BERT learns Hungarian from an English one: what one run does, a run that was cut off does too."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder.distilling import MEGABATCH, Distillation, Recipe, batches, mean_pooled, padded
from retrieval.encoder.parallel import ENGLISH_SHARE, Lesson, lesson
from retrieval.encoder.teacher import teacher_vectors
from tests.retrieval.encoder import tiny

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(steps=60, batch=16, warm_up=5, save_every=20, body_rate=1e-3)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    corpus = tiny.write_corpus(tmp_path_factory.mktemp("distilling") / "corpus")
    return lesson([corpus], ["hu"], tiny.tokenizer(), pairs_a_language=100, sentences=100, seed=1)


@pytest.fixture(scope="module")
def targets(taught: Lesson) -> np.ndarray:
    return teacher_vectors(tiny.bert(), tiny.tokenizer(), taught.sentences, lambda line: None)


def quiet(line: str) -> None:
    pass


def student(taught: Lesson, targets: np.ndarray, recipe: Recipe = RECIPE) -> Distillation:
    return Distillation(tiny.bert(), taught, targets, recipe)


def loss_of(run: Distillation) -> float:
    """Over every text of the lesson."""
    rows = np.arange(len(run.lesson.english))
    ids, mask = padded(run.lesson, rows)
    with torch.no_grad():
        hidden = run.body(input_ids=ids, attention_mask=mask).last_hidden_state
        return float(run.loss(mean_pooled(hidden, mask), run.lesson.english))


@pytest.fixture(scope="module")
def through(taught: Lesson, targets: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Distillation:
    """A student after a whole run."""
    run = student(taught, targets)
    run.run(tmp_path_factory.mktemp("run") / "state.pt", quiet)
    return run


def same_weights(one: Distillation, other: Distillation) -> bool:
    weights = other.body.state_dict()
    return all(torch.equal(value, weights[name]) for name, value in one.body.state_dict().items())


def test_the_loss_falls(taught: Lesson, targets: np.ndarray, through: Distillation) -> None:
    before, after = loss_of(student(taught, targets)), loss_of(through)
    assert after < before - 1
    assert through.step == RECIPE.steps


def test_the_same_seed_gives_the_same_weights(
    taught: Lesson, targets: np.ndarray, through: Distillation, tmp_path: Path
) -> None:
    again = student(taught, targets)
    again.run(tmp_path / "state.pt", quiet)
    assert same_weights(again, through)


class CutOffError(Exception):
    pass


def test_a_run_that_was_cut_off_goes_on_to_the_same_weights(
    taught: Lesson, targets: np.ndarray, through: Distillation, tmp_path: Path
) -> None:
    def cut_off(line: str) -> None:
        if line.startswith("step 50"):
            raise CutOffError

    with pytest.raises(CutOffError):
        student(taught, targets).run(tmp_path / "state.pt", cut_off)
    lines: list[str] = []
    second = student(taught, targets)
    second.run(tmp_path / "state.pt", lines.append)
    assert lines[0] == "going on from step 40"
    assert same_weights(second, through)
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_a_run_that_is_done_does_nothing_more(
    taught: Lesson, targets: np.ndarray, through: Distillation, tmp_path: Path
) -> None:
    through.save(tmp_path / "state.pt")
    again = student(taught, targets)
    again.run(tmp_path / "state.pt", quiet)
    assert same_weights(again, through)


def test_pieces_that_no_text_has_are_not_moved(through: Distillation) -> None:
    never = tiny.PIECES.index("!")
    assert never not in through.lesson.ids
    before, after = tiny.bert().embeddings.word_embeddings.weight, through.rows
    assert torch.equal(after[never], before[never])
    seen = tiny.PIECES.index("permit")
    assert not torch.equal(after[seen], before[seen])


def test_progress_tells_step_and_loss(taught: Lesson, targets: np.ndarray, tmp_path: Path) -> None:
    lines: list[str] = []
    student(taught, targets).run(tmp_path / "state.pt", lines.append)
    assert [line.split(",")[0] for line in lines] == ["step 50 of 60"]


@given(st.integers(0, RECIPE.steps))
def test_the_batches_from_a_step_on_are_those_of_the_whole_run(taught: Lesson, first: int) -> None:
    whole = list(batches(taught, RECIPE, 0))
    later = list(batches(taught, RECIPE, first))
    assert len(whole) == RECIPE.steps
    assert len(later) == RECIPE.steps - first
    assert all(np.array_equal(a, b) for a, b in zip(whole[first:], later, strict=True))


def test_texts_of_like_length_are_learnt_together(taught: Lesson) -> None:
    spread = [np.ptp(taught.lengths[rows]) for rows in batches(taught, RECIPE, 0)][:MEGABATCH]
    assert np.mean(spread) < np.ptp(taught.lengths) / 3


def test_a_likelier_text_is_drawn_more_often(taught: Lesson) -> None:
    rows = np.concatenate(list(batches(taught, Recipe(steps=320, batch=64), 0)))
    drawn = np.bincount(rows, minlength=len(taught.english))
    english = len(taught.sentences)
    assert drawn[-english:].sum() / drawn[:-english].sum() == pytest.approx(ENGLISH_SHARE, rel=0.2)


def test_padding_changes_no_vector(taught: Lesson) -> None:
    body = tiny.bert()
    rows = np.argsort(taught.lengths)[[0, -1]]
    ids, mask = padded(taught, rows)
    assert mask.sum(1).tolist() == taught.lengths[rows].tolist()
    assert not ids[~mask].any()
    with torch.no_grad():
        together = mean_pooled(body(input_ids=ids, attention_mask=mask).last_hidden_state, mask)
        for row, vector in zip(rows, together, strict=True):
            own, own_mask = padded(taught, np.array([row]))
            alone = mean_pooled(body(input_ids=own, attention_mask=own_mask).last_hidden_state, own_mask)
            assert torch.allclose(alone[0], vector, atol=1e-5)


def test_the_same_sentence_is_no_negative_of_itself(taught: Lesson, targets: np.ndarray) -> None:
    run = student(taught, targets)
    vectors = torch.from_numpy(targets[[0, 0, 1]])
    apart = run.loss(vectors, np.array([0, 2, 1], np.int32))
    assert run.loss(vectors, np.array([0, 0, 1], np.int32)) < apart
