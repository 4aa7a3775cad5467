"""What kind of message a text is, by its nearest example phrases: danger, a wish for a person, a greeting, "how much?".

For each kind, the text's similarities to its nearest phrases, by meaning and by words, go into a multinomial
logistic regression whose weights were fitted with every phrase held out of its own neighbours
(`retrieval.recognition_fitting`). Questions are a kind too, so that danger has something to stand against.
"""

import hashlib
import itertools
import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import get_args

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import softmax

from retrieval.encoder import Encoder
from retrieval.encoder.features import N_ROWS, text_rows
from retrieval.grouped import GroupedVectors
from retrieval.phrases import FAMILIES, Family, Phrase
from retrieval.shown import Outcome
from retrieval.vectors import Halves, VectorCache

Floats = NDArray[np.float32]

# The weights for the phrases and the encoder that come with the program.
SHIPPED = Path(__file__).parent / "recognition.json"

# What was counted of the phrases' words.
COUNTS = "words.npz"
QUESTION = "question"
LETTER = re.compile(r"[^\W\d_]")
# Grows when features or scores are made in another way, so that no saved fit outlives that.
VERSION = 3
# How many of a kind's nearest phrases are averaged: the nearest says most, four are steadier.
NEAREST = (1, 4)
# Who needs a person is heard before anything else is.
FIRST: tuple[Family, ...] = ("urgent", "human")
# Keeps a small probability of danger small where everything else is small too.
CAUTION = 0.1
OUTCOMES: dict[Family, Outcome] = {
    "urgent": "urgent",
    "human": "human",
    "smalltalk": "smalltalk",
    "vague": "smalltalk",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """`kind` is None for a question. `outcome` is what it makes of a message that stands alone.

    `likely` holds the probability of every kind, the question's too, for who knows what was said before.
    """

    kind: str | None = None
    probability: float = 0.0
    outcome: Outcome | None = None
    likely: dict[str, float] = field(default_factory=dict)

    def family(self, name: Family) -> dict[str, float]:
        """The probabilities of a family's kinds."""
        return {kind: p for kind, p in self.likely.items() if FAMILIES.get(kind) == name}

    @property
    def urgency(self) -> str | None:
        """The kind of danger, as a site's contacts name it."""
        return self.kind.removeprefix("urgent-") if self.outcome == "urgent" and self.kind else None


@dataclass(frozen=True, slots=True)
class Weights:
    """The fit: `kinds` name the rows of `coefficients`; `thresholds` say from which probability a family counts."""

    fingerprint: str
    kinds: tuple[str, ...]
    coefficients: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]
    thresholds: dict[str, float]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(asdict(self)) + "\n", "utf-8")
        os.replace(partial, path)

    @classmethod
    def load(cls, path: Path, fingerprint: str) -> "Weights | None":
        """The saved weights, or None where there are none of this fingerprint."""
        try:
            fields = json.loads(path.read_text("utf-8"))
            if fields["fingerprint"] != fingerprint:
                return None
            rows = tuple(tuple(row) for row in fields["coefficients"])
            kinds, intercepts = tuple(fields["kinds"]), tuple(fields["intercepts"])
            thresholds = {str(family): float(fields["thresholds"][family]) for family in get_args(Family)}
            width = len(rows[0]) if rows else 0
            uneven = any(len(row) != width for row in rows) or width % (len(kinds) * len(NEAREST))
            if not len(kinds) == len(intercepts) == len(rows) or uneven:
                return None
            return cls(fingerprint, kinds, rows, intercepts, thresholds)
        except (OSError, ValueError, KeyError, TypeError):
            return None


class PhraseIndex:
    """Phrases and questions with their vectors and their words; features of a text are its nearest of every kind."""

    def __init__(
        self, phrases: list[Phrase], questions: list[str], encoder: Encoder, *, cache: VectorCache | None = None
    ) -> None:
        named = [(QUESTION if FAMILIES[p.kind] is None else p.kind, p.text) for p in phrases]
        named += [(QUESTION, text) for text in questions]
        # Sorted by kind, so that a kind is a slice.
        named = sorted(dict.fromkeys(named))
        self.labels = [kind for kind, _ in named]
        self.texts = [text for _, text in named]
        self.kinds = tuple(dict.fromkeys(self.labels))
        self.encoder = encoder
        starts = [*(self.labels.index(kind) for kind in self.kinds), len(named)]
        self.slices = list(itertools.pairwise(starts))
        self.fingerprint = _fingerprint(encoder.digest, named)
        vectors = (cache or VectorCache(None)).vectors(self.texts, encoder)
        self._vectors = GroupedVectors(vectors, np.array(starts), encoder.spans)
        counts = self._counted(cache.folder if cache else None)
        frequency = np.bincount(counts.indices, minlength=N_ROWS)
        self._idf = (np.log((1 + len(named)) / (1 + frequency)) + 1).astype(np.float32)
        self._postings = self._weighted(counts).tocsc()

    def _counted(self, folder: Path | None) -> sp.csr_array:
        """The counts of all texts; with a folder they are kept there, for the next start."""
        path = folder / COUNTS if folder else None
        mark = np.frombuffer(self.fingerprint.encode(), np.uint8)
        try:
            if path is not None and path.exists():
                with path.open("rb") as file, np.load(file) as kept:
                    if np.array_equal(kept["mark"], mark):
                        arrays = (kept["data"], kept["indices"], kept["indptr"])
                        return sp.csr_array(arrays, shape=(len(self.texts), N_ROWS))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            # A damaged file costs only the time to count again.
            pass
        counts = _counts(self.texts)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.partial.npz")
            np.savez(partial, mark=mark, data=counts.data, indices=counts.indices, indptr=counts.indptr)
            os.replace(partial, path)
        return counts

    def _weighted(self, counts: sp.csr_array) -> sp.csr_array:
        """TF-IDF rows of unit length."""
        weighted = counts.copy()
        weighted.data = ((1 + np.log(counts.data)) * self._idf[counts.indices]).astype(np.float32)
        norms = np.sqrt(weighted.multiply(weighted).sum(axis=1))
        weighted.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(weighted.indptr)).astype(np.float32)
        return weighted

    def similarities(self, text: str) -> list[Floats]:
        """To every phrase, `(n_phrases,) float32` each: by meaning for each part of the encoder, and by words."""
        query = self._weighted(_counts([text]))
        spans = [slice(*self._postings.indptr[row : row + 2].tolist()) for row in query.indices]
        weights = np.repeat(query.data, [span.stop - span.start for span in spans])
        found = np.concatenate([self._postings.indices[span] for span in spans] or [np.zeros(0, np.int32)])
        shares = np.concatenate([self._postings.data[span] for span in spans] or [np.zeros(0, np.float32)])
        words = np.bincount(found, weights * shares, len(self.texts)).astype(np.float32)
        return [*self.meanings(self.encoder.encode_queries([text])[0]), words]

    def meanings(self, vector: Floats) -> list[Floats]:
        """Cosines of a vector to every phrase, for each part of the encoder."""
        return list(self._vectors.cosines(vector, range(len(self.kinds))).values())

    @property
    def words(self) -> sp.csr_array:
        """A copy of the phrases' words, `(n_phrases, N_ROWS)`: TF-IDF rows of unit length."""
        return self._postings.tocsr()

    @property
    def vectors(self) -> Halves:
        """A copy of the phrases' vectors, `(n_phrases, dimensions)`."""
        return self._vectors.rows(0, len(self._vectors))

    def features(self, similarities_of: list[Floats]) -> Floats:
        """`(..., n_phrases)` similarities to `(..., n_features)`: the means of each kind's nearest."""
        together = np.stack(similarities_of, axis=-2)
        nearest = np.empty((*together.shape[:-1], len(self.kinds), max(NEAREST)), np.float32)
        for i, (begin, end) in enumerate(self.slices):
            depth = min(max(NEAREST), end - begin)
            part = np.partition(together[..., begin:end], end - begin - depth, axis=-1)[..., -depth:]
            nearest[..., i, :depth] = -np.sort(-part, axis=-1)
            # A kind of few phrases is averaged over these.
            nearest[..., i, depth:] = np.nan
        means = np.stack([np.nanmean(nearest[..., :n], axis=-1) for n in NEAREST], axis=-1)
        features: Floats = means.reshape(*means.shape[:-3], -1)
        return features


class Recogniser:
    """Safe to use from several threads. Without phrases or weights, every text is a question."""

    def __init__(self, index: PhraseIndex | None = None, weights: Weights | None = None) -> None:
        self._index = index
        self._weights = weights
        if index is not None and weights is not None:
            self._coefficients = np.array(weights.coefficients, dtype=np.float32)
            self._intercepts = np.array(weights.intercepts, dtype=np.float32)

    def recognise(self, text: str) -> Recognised:
        """The likeliest kind, danger first, then a wish for a person; a question where no family is sure enough."""
        index, weights = self._index, self._weights
        if index is None or weights is None or not LETTER.search(text):
            return Recognised()
        features = index.features(index.similarities(text))
        probabilities = softmax(self._coefficients @ features + self._intercepts)
        by_kind = dict(zip(weights.kinds, probabilities.tolist(), strict=True))
        scores = family_scores(by_kind)
        sure = {family: p for family, p in scores.items() if p >= weights.thresholds[family]}
        if not sure:
            return Recognised(likely=by_kind)
        first = next((name for name in FIRST if name in sure), None)
        chosen = first if first is not None else max(sure, key=lambda name: sure[name])
        kind = max((k for k in by_kind if FAMILIES.get(k) == chosen), key=lambda k: by_kind[k])
        return Recognised(kind, sure[chosen], OUTCOMES.get(chosen), by_kind)


def family_scores(likely: Mapping[str, float]) -> dict[Family, float]:
    """How far each family is ahead, from the probabilities of the kinds.

    Danger is weighed only against questions and small talk: a plea that is half a call for a person is no less urgent.
    """
    families: dict[Family, float] = {}
    for kind, probability in likely.items():
        family = FAMILIES.get(kind)
        if family is not None:
            families[family] = families.get(family, 0.0) + probability
    danger = families.get("urgent", 0.0)
    if danger:
        against = likely.get(QUESTION, 0.0) + families.get("smalltalk", 0.0)
        families["urgent"] = danger / (danger + against + CAUTION)
    return families


def _counts(texts: list[str]) -> sp.csr_array:
    """How often each hashed word and n-gram stands in each text."""
    rows = [text_rows(text) for text in texts]
    # SciPy takes 64 bits for all numbers where one array has them.
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    indices = np.concatenate(rows) if rows else np.zeros(0, np.int32)
    counts = sp.csr_array((np.ones(len(indices), np.float32), indices, starts), shape=(len(texts), N_ROWS))
    counts.sum_duplicates()
    return counts


def _fingerprint(digest: str, named: list[tuple[str, str]]) -> str:
    settings = f"{digest} {NEAREST} {CAUTION} {VERSION}"
    parts = [settings, *(f"{kind}\t{text}" for kind, text in named)]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
