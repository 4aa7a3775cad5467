"""Teach the transformer what belongs together in our own content: how people ask, and the article that answers.

A question in any language is to be nearer to the other texts of its article than to those of other articles, in
the batch (Henderson et al. 2017). Every other step goes on with the lesson, so that what was learnt stays.
"""

import random
from collections.abc import Callable
from dataclasses import replace

import torch
from tokenizers import Tokenizer
from torch.nn import functional

from knowledge_base.documents import Content
from retrieval.encoder.counterparts import draw, texts_of
from retrieval.encoder.distilling import Distillation, batches, padded

Report = Callable[[str], None]

ARTICLES_A_STEP = 128
MAX_TOKENS = 48


def tune(
    run: Distillation, content: Content, tokenizer: Tokenizer, *, steps: int, rate: float, seed: int, report: Report
) -> None:
    """`steps` on our content, each followed by one of the lesson, at `rate` of the recipe's rates, falling to none."""
    rng = random.Random(seed)  # noqa: S311
    known = [texts for article in content.articles if (texts := texts_of(article))]
    lessons = batches(run.lesson, replace(run.recipe, steps=max(steps, run.recipe.steps)), 0)
    tokenizer.enable_truncation(MAX_TOKENS)
    running = 0.0
    run.body.train()
    for step in range(steps):
        share = rate * (1 - step / steps)
        pairs = [draw(texts, rng) for texts in rng.sample(known, min(ARTICLES_A_STEP, len(known)))]
        encoded = [encoding.ids for encoding in tokenizer.encode_batch([text for pair in pairs for text in pair])]
        ids = torch.zeros(len(encoded), max(map(len, encoded)), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1

        def together(vectors: torch.Tensor, n: int = len(pairs)) -> torch.Tensor:
            centred = run.centred(vectors)
            scores = centred[0::2] @ centred[1::2].T / run.recipe.temperature
            own = torch.arange(n)
            return functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)

        loss = run.improve(ids, mask, together, share)
        running = loss if step == 0 else 0.95 * running + 0.05 * loss
        drawn = next(lessons)
        lesson_ids, lesson_mask = padded(run.lesson, drawn)
        run.improve(lesson_ids, lesson_mask, lambda v, d=drawn: run.loss(v, run.lesson.english[d]), share)  # type: ignore[misc]
        if (step + 1) % 20 == 0:
            report(f"own content: step {step + 1} of {steps}, loss {running:.3f}")
    run.body.eval()  # type: ignore[no-untyped-call]
