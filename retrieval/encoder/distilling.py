"""Teach the grown transformer: a text's vector is to be the teacher's vector of its English meaning.

Multilingual distillation (Reimers and Gurevych 2020): in-batch contrastive against the teacher's vectors,
plus their cosine. Vectors are compared with the teacher's mean taken off, which spreads them out (Mu and
Viswanath 2018). Input vectors learn by row-wise Adagrad, the body by AdamW, in bfloat16 where the processor
has it. State is saved now and then; a run that was cut off goes on from there.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import BertModel

from retrieval.encoder.parallel import Lesson

Floats = NDArray[np.float32]
Report = Callable[[str], None]

# Batches that are drawn together and then sorted by length.
MEGABATCH = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is needed to teach the same again; rates and counts without unit."""

    steps: int = 1900
    batch: int = 256
    body_rate: float = 1e-4
    rows_rate: float = 0.03
    # Adagrad's first sum of squares, in medians of the first step's.
    rows_patience: float = 0.0
    temperature: float = 0.05
    cosine_weight: float = 10.0
    warm_up: int = 100
    seed: int = 1
    save_every: int = 250


def batches(lesson: Lesson, recipe: Recipe, first: int) -> Iterator[NDArray[np.int64]]:
    """Rows of each step from `first` on, texts of like length together; the same for the same seed."""
    cumulative = np.cumsum(lesson.probability)
    lengths = lesson.lengths
    for block in range(first // MEGABATCH, -(-recipe.steps // MEGABATCH)):
        rng = np.random.default_rng((recipe.seed, block))
        drawn = np.searchsorted(cumulative, rng.random(MEGABATCH * recipe.batch) * cumulative[-1])
        drawn = drawn[np.argsort(lengths[drawn] + rng.random(len(drawn)))].reshape(MEGABATCH, recipe.batch)
        for step, order in enumerate(rng.permutation(MEGABATCH), block * MEGABATCH):
            if first <= step < recipe.steps:
                yield drawn[order]


def padded(lesson: Lesson, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask, `(n, longest)`; 0 pads."""
    lengths = lesson.lengths[rows]
    columns = np.arange(lengths.max())
    mask = columns < lengths[:, None]
    at = np.minimum(lesson.starts[rows][:, None] + columns, len(lesson.ids) - 1)
    return torch.from_numpy(np.where(mask, lesson.ids[at], 0).astype(np.int64)), torch.from_numpy(mask)


def mean_pooled(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask[..., None].float()
    return functional.normalize((hidden.float() * weights).sum(1) / weights.sum(1), dim=1)


def has_bfloat16() -> bool:
    """Whether the processor calculates in bfloat16 itself; emulated, it is many times slower than float32."""
    # Older versions of torch do not say.
    can: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(can.get("amx_bf16") or can.get("avx512_bf16"))


class Distillation:
    """One run: `body` learns `targets` `(n_sentences, width) float32`, unit teacher vectors of the lesson."""

    def __init__(self, body: BertModel, lesson: Lesson, targets: Floats, recipe: Recipe) -> None:
        self.body, self.lesson, self.recipe = body, lesson, recipe
        body.config._attn_implementation = "eager"  # torch's fused attention is many times slower backwards on a CPU
        self.mean = torch.from_numpy(targets.mean(0))
        self.targets = torch.from_numpy(targets)
        for module in body.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.rows = body.embeddings.word_embeddings.weight
        self.rows.requires_grad_(False)
        self.squares = torch.zeros(len(self.rows))
        others = [parameter for parameter in body.parameters() if parameter is not self.rows]
        self.optimiser = torch.optim.AdamW(others, lr=recipe.body_rate, weight_decay=0.0, fused=True)
        self.step = 0

    def centred(self, vectors: torch.Tensor) -> torch.Tensor:
        return functional.normalize(vectors - self.mean, dim=1)

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.body.load_state_dict(state["body"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.squares, self.step = state["squares"], state["step"]

    def save(self, path: Path) -> None:
        partial = path.with_suffix(".partial")
        state = {"body": self.body.state_dict(), "optimiser": self.optimiser.state_dict()}
        torch.save({**state, "squares": self.squares, "step": self.step}, partial)
        partial.replace(path)

    def loss(self, vectors: torch.Tensor, english: NDArray[np.int32]) -> torch.Tensor:
        target = self.centred(self.targets[torch.from_numpy(english.astype(np.int64))])
        scores = self.centred(vectors) @ target.T / self.recipe.temperature
        same = torch.from_numpy(english[:, None] == english[None, :]).fill_diagonal_(False)
        scores = scores.masked_fill(same, -1e4)
        own = torch.arange(len(english))
        contrast = functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)
        return contrast + self.recipe.cosine_weight * (1 - scores.diagonal().mean() * self.recipe.temperature)

    def learn(self, drawn: NDArray[np.int64]) -> float:
        """One step on the drawn rows; returns the loss."""
        ids, mask = padded(self.lesson, drawn)
        share = min(1.0, (self.step + 1) / self.recipe.warm_up) * max(0.02, 1 - self.step / self.recipe.steps)
        loss = self.improve(ids, mask, lambda vectors: self.loss(vectors, self.lesson.english[drawn]), share)
        self.step += 1
        return loss

    def improve(
        self, ids: torch.Tensor, mask: torch.Tensor, loss_of: Callable[[torch.Tensor], torch.Tensor], share: float
    ) -> float:
        """Move the weights down the loss of the texts' vectors, at a share of the rates; returns the loss."""
        used, where = torch.unique(ids, return_inverse=True)
        leaf = self.rows[used].requires_grad_()
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16()):
            hidden = self.body(inputs_embeds=leaf[where], attention_mask=mask).last_hidden_state
        loss = loss_of(mean_pooled(hidden, mask))
        loss.backward()  # type: ignore[no-untyped-call]
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.body_rate * share
        torch.nn.utils.clip_grad_norm_(self.optimiser.param_groups[0]["params"], 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        gradient = leaf.grad
        assert gradient is not None  # noqa: S101
        with torch.no_grad():
            squares = gradient.pow(2).mean(1)
            if not self.squares.any():
                self.squares.fill_(self.recipe.rows_patience * squares.median())
            self.squares[used] += squares
            self.rows[used] -= self.recipe.rows_rate * share * gradient / (self.squares[used].sqrt()[:, None] + 1e-8)
        return float(loss.detach())

    def run(self, saved: Path, report: Report) -> None:
        """All steps that are left; goes on from `saved` where it exists."""
        if saved.exists():
            self.load(saved)
            report(f"going on from step {self.step}")
        self.body.train()
        running, began, first = 0.0, time.monotonic(), self.step
        for drawn in batches(self.lesson, self.recipe, first):
            loss = self.learn(drawn)
            running = loss if self.step == first + 1 else 0.98 * running + 0.02 * loss
            if self.step % 50 == 0:
                rate = (self.step - first) * self.recipe.batch / (time.monotonic() - began)
                report(f"step {self.step} of {self.recipe.steps}, loss {running:.3f}, {rate:.0f} texts a second")
            if self.step % self.recipe.save_every == 0 or self.step == self.recipe.steps:
                self.save(saved)
        self.body.eval()  # type: ignore[no-untyped-call]
