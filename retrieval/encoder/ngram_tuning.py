"""Teach an n-gram encoder what belongs together in a content, after it has learnt from parallel text.

A question in any language is to be nearer to the other texts of its article than to those of other articles of
the same country; other countries' articles are no rivals, as search leaves them out. Between these steps it goes
on with translations, so that what was learnt stays.
"""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from knowledge_base.documents import Content
from retrieval.encoder.corpus import sampled
from retrieval.encoder.counterparts import Texts, draw, texts_of
from retrieval.encoder.ngram import NgramEncoder, read_config, save
from retrieval.encoder.ngram_learning import Rows, others_of, ragged
from retrieval.question_sets import ENOUGH, set_aside

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is needed to tune the same encoder again; rates and counts without unit."""

    steps: int = 1500
    batch: int = 1024
    learning_rate: float = 0.05
    temperature: float = 0.07
    content_share: float = 0.5
    pairs_a_language: int = 30_000
    max_words: int = 60
    warm_up: int = 50
    seed: int = 1


class Own:
    """Articles with their countries, to draw questions and counterparts from."""

    def __init__(self, content: Content, max_words: int) -> None:
        found = [(article, texts) for article in content.articles if (texts := texts_of(article))]
        if not found:
            raise ValueError("no published article has questions")
        aside = sum(len(set_aside(article)) for article, _ in found)
        if aside < ENOUGH:
            raise ValueError(
                f"only {aside} questions could be set aside, one an article and language, to tell afterwards how sure "
                f"an answer is; {ENOUGH} are needed: write more search questions"
            )
        self._texts: list[Texts] = [texts for _, texts in found]
        self._countries = np.array([str(article.facts.country) for article, _ in found])
        pool: dict[str, int] = {}
        for texts in self._texts:
            for text in [*texts.passages, *(question for asked in texts.questions.values() for question in asked)]:
                pool.setdefault(text, len(pool))
        self._number = pool
        self._rows = ragged(list(pool), max_words)

    def batch(
        self, size: int, rng: random.Random, drawing: np.random.Generator
    ) -> tuple[csr_matrix, csr_matrix, NDArray[np.bool_]]:
        """Questions, their counterparts, and which pairs are no negatives: same article, or another country."""
        articles = drawing.choice(len(self._texts), size)
        pairs = [draw(self._texts[i], rng) for i in articles]
        left, right = (np.array([self._number[text] for text in side]) for side in zip(*pairs, strict=True))
        countries = self._countries[articles]
        elsewhere = countries[:, None] != countries[None, :]
        return self._rows.batch(left), self._rows.batch(right), others_of(articles) | elsewhere


def tune(
    start: Path,
    folders: list[Path],
    out: Path,
    *,
    languages: list[str],
    content: Content,
    recipe: Tuning,
    report: Report,
) -> None:
    """Write `out`, the encoder of the folder `start` tuned to the content; `languages` of the folders' are kept up.

    Raises EncoderError where `start` holds no n-gram encoder, ValueError where the content asks nothing.
    """
    rows = Rows(NgramEncoder.load(start).table())
    own = Own(content, recipe.max_words)
    rng = random.Random(recipe.seed)  # noqa: S311
    lessons = sampled(folders, languages, cap=recipe.pairs_a_language, rng=rng)
    pairs = [pair for of_language in lessons.values() for pair in of_language]
    english_ids = {text: i for i, text in enumerate(dict.fromkeys(pair.english for pair in pairs))}
    english_id = np.array([english_ids[pair.english] for pair in pairs])
    english = ragged(list(english_ids), recipe.max_words)
    translation = ragged([pair.translation for pair in pairs], recipe.max_words)
    cumulative = np.cumsum([pair.weight for pair in pairs])
    report(f"{len(pairs):,} pairs beside the content")

    drawing = np.random.default_rng(recipe.seed)
    running = 0.0
    for step in range(recipe.steps):
        if of_content := bool(drawing.random() < recipe.content_share):
            left, right, same = own.batch(recipe.batch, rng, drawing)
        else:
            index = np.searchsorted(cumulative, drawing.random(recipe.batch) * cumulative[-1], side="right")
            left, right, same = english.batch(english_id[index]), translation.batch(index), others_of(english_id[index])
        rate = recipe.learning_rate * min(1, (step + 1) / recipe.warm_up) * max(0.03, 1 - step / recipe.steps)
        loss = rows.learn(left, right, same, rate=rate, temperature=recipe.temperature)
        if of_content:
            running = 0.97 * running + 0.03 * loss if running else loss
        if (step + 1) % 100 == 0:
            report(f"step {step + 1} of {recipe.steps}, loss {running:.3f}")
    training = {**read_config(start)["training"], "tuned": asdict(recipe)}
    save(out, rows.weights, name=out.name, training=training)
