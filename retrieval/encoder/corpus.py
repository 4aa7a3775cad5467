"""Parallel text to train on: `en-XX.tsv[.gz|.xz]` files of english, translation, source tag."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.compressed import open_text

# Beside English, in the order in which what ships was trained: another order draws other pairs.
LANGUAGES = [
    "hu", "de", "fr", "ru", "zh", "sr", "sl", "hr", "bs", "sq", "ro", "sk", "pl", "vi",
    "cs", "uk", "hy", "ar", "es", "fa", "tr", "ps", "ur", "so", "bn", "hi",
]  # fmt: skip
# Sources of human sentences near what migrants ask: weighted three times.
NEAR_SOURCES = (
    "tatoeba", "tico19", "refugee-phrasebook", "hornmt", "xquad", "ud-pud", "udhr", "odoo-hr", "primero",
    "sahana-eden", "sormas", "storybooks", "medic-cht", "openmrs", "gnuhealth", "gov-uk", "clarat", "login.gov",
    "vita-min", "kolibri", "hrms",
)  # fmt: skip
# A language with fewer pairs than this is small.
FEW = 30_000
# At most this share of a language's pairs may be single words and two-word labels.
SHORT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Pair:
    english: str
    translation: str
    weight: int


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


def sampled(folders: list[Path], languages: list[str], *, cap: int, rng: random.Random) -> dict[str, list[Pair]]:
    """At most `cap` pairs of each language, in the order of the languages; each has at least one."""
    files = corpus_files(folders)
    pairs = {language: sample_pairs(files.get(language, []), cap=cap, rng=rng) for language in languages}
    missing = [language for language, rows in pairs.items() if not rows]
    if missing:
        where = ", ".join(map(str, folders))
        raise FileNotFoundError(f"no english<TAB>translation lines of {', '.join(missing)} in {where}")
    return pairs


def taught_sentences(pairs: dict[str, list[Pair]], limit: int) -> list[str]:
    """The English sentences that stand for most pairs: those that a teacher reads.

    Where a language has few pairs, each counts for more, so that small languages lose none.
    """
    counts: Counter[str] = Counter()
    for rows in pairs.values():
        worth = max(1.0, FEW / len(rows))
        for pair in rows:
            counts[pair.english] += pair.weight * worth  # type: ignore[assignment]
    return [english for english, _ in counts.most_common(limit)]
