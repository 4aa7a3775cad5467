"""What the transformer learns from: rows of (text in any language, English sentence) to imitate the teacher on."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.encoder.corpus import sampled, taught_sentences

# Of the rows in these scripts, this share is also learnt as people type it with Latin letters.
ROMANISED = frozenset({"ar", "fa", "ur", "ps", "hi", "bn", "hy", "zh"})
ROMANISED_SHARE = 0.06
MISSPELT_SHARE = 0.08
# English itself, so that it is not forgotten.
ENGLISH_SHARE = 0.06
# How much the languages with many pairs are drawn more often than those with few: 0 is all alike, 1 as they come.
LANGUAGE_POWER = 0.4


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts end to end as token ids; text i is `ids[starts[i]:starts[i + 1]]` and means `english[i]`."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    english: NDArray[np.int32]
    probability: NDArray[np.float64]
    sentences: list[str]

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.starts)


def misspelt(text: str, rng: random.Random) -> str:
    """The text with one or two slips of the finger: a letter lost, doubled or swapped with the next."""
    for _ in range(rng.choice((1, 1, 2))):
        if len(text) < 4:
            break
        i = rng.randrange(1, len(text) - 2)
        text = rng.choice(
            (text[:i] + text[i + 1 :], text[:i] + text[i] + text[i:], text[:i] + text[i + 1] + text[i] + text[i + 2 :])
        )
    return text


def lesson(
    folders: list[Path], languages: list[str], tokenizer: Tokenizer, *, pairs_a_language: int, sentences: int, seed: int
) -> Lesson:
    """Rows of the languages whose English side is among the `sentences` that stand for most pairs."""
    rng = random.Random(seed)  # noqa: S311
    pairs = sampled(folders, languages, cap=pairs_a_language, rng=rng)
    chosen = {english: i for i, english in enumerate(taught_sentences(pairs, sentences))}
    texts: list[str] = []
    english: list[int] = []
    weights: list[float] = []

    def add(text: str, sentence: str, weight: float) -> None:
        texts.append(text)
        english.append(chosen[sentence])
        weights.append(weight)

    for language, rows in pairs.items():
        kept = [pair for pair in rows if pair.english in chosen]
        share = len(kept) ** LANGUAGE_POWER / max(1, sum(pair.weight for pair in kept))
        for pair in kept:
            add(pair.translation, pair.english, pair.weight * share)
            if language in ROMANISED and rng.random() < ROMANISED_SHARE:
                add(anyascii(pair.translation), pair.english, pair.weight * share)
            if rng.random() < MISSPELT_SHARE:
                add(misspelt(pair.translation, rng), pair.english, pair.weight * share)
    share = ENGLISH_SHARE * sum(weights) / len(chosen)
    for sentence in chosen:
        add(misspelt(sentence, rng) if rng.random() < 0.3 else sentence, sentence, share)
    chunks = (texts[begin : begin + 10_000] for begin in range(0, len(texts), 10_000))
    encoded = [encoding.ids for chunk in chunks for encoding in tokenizer.encode_batch(chunk)]
    starts = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(ids) for ids in encoded], out=starts[1:])
    probability = np.array(weights)
    return Lesson(
        np.fromiter((i for ids in encoded for i in ids), np.int32, count=int(starts[-1])),
        starts,
        np.array(english, np.int32),
        probability / probability.sum(),
        list(chosen),
    )
