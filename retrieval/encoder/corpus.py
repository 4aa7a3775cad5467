"""Parallel text to train on: `en-XX.tsv[.gz|.xz]` files of english, translation, source tag."""

import gzip
import lzma
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Sources of human sentences near what migrants ask: weighted three times.
NEAR_SOURCES = (
    "tatoeba", "tico19", "refugee-phrasebook", "hornmt", "xquad", "ud-pud", "udhr", "odoo-hr", "primero",
    "sahana-eden", "sormas", "storybooks", "medic-cht", "openmrs", "gnuhealth", "gov-uk", "clarat", "login.gov",
    "vita-min", "kolibri", "hrms",
)  # fmt: skip
# At most this share of a language's pairs may be single words and two-word labels.
SHORT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Pair:
    english: str
    translation: str
    weight: int


def open_text(path: Path) -> IO[str]:
    """Open a plain, gzip or xz text file for reading."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def corpus_files(folders: list[Path]) -> dict[str, list[Path]]:
    """Language code to its files, for every `en-XX.tsv`, `.tsv.gz` and `.tsv.xz` of the folders."""
    files: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("en-*.tsv*")):
            language, suffix = path.name.removeprefix("en-").split(".", 1)
            if suffix in ("tsv", "tsv.gz", "tsv.xz"):
                files.setdefault(language, []).append(path)
    if not files:
        raise FileNotFoundError(f"no en-XX.tsv, .tsv.gz or .tsv.xz in {', '.join(map(str, folders))}")
    return files


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    with open_text(path) as lines:
        for line in lines:
            columns = line.rstrip("\n").split("\t")
            if len(columns) >= 2 and columns[0] and columns[1]:
                yield columns[0], columns[1], columns[2] if len(columns) > 2 else ""


def sample_pairs(paths: list[Path], *, cap: int, rng: random.Random) -> list[Pair]:
    """At most `cap` pairs of one language: near sources first, then sentences, then a share of short ones."""
    near: list[Pair] = []
    sentences: list[Pair] = []
    short: list[Pair] = []
    for path in paths:
        for english, translation, source in _rows(path):
            if source.startswith(NEAR_SOURCES) or "covid" in source:
                near.append(Pair(english, translation, 3))
            elif len(english.split()) >= 3:
                sentences.append(Pair(english, translation, 1))
            else:
                short.append(Pair(english, translation, 1))
    for group in (near, sentences, short):
        rng.shuffle(group)
    chosen = near[:cap]
    chosen += sentences[: int((cap - len(chosen)) * (1 - SHORT_SHARE))]
    return chosen + short[: cap - len(chosen)]


def teacher_sentences(pairs: list[Pair], limit: int) -> list[str]:
    """The English sentences of three or more words that occur in most (weighted) pairs."""
    counts: Counter[str] = Counter()
    for pair in pairs:
        if len(pair.english.split()) >= 3:
            counts[pair.english] += pair.weight
    return [sentence for sentence, _ in counts.most_common(limit)]
