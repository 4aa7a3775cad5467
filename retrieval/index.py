"""The hybrid index: FAISS over passages and words over documents, fused to one score an entry."""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder
from retrieval.encoder.features import without_marks, words
from retrieval.grouped import GroupedVectors
from retrieval.lexical import LexicalIndex
from retrieval.neighbours import Neighbours
from retrieval.passages import Passage, SearchDocument, passages
from retrieval.vectors import Halves, Progress, VectorCache

Retriever = Literal["hybrid", "dense", "lexical"]
Floats = NDArray[np.float32]

# Passages that FAISS gives, and entries that each side names, before fusion.
DENSE_DEPTH = 200
CANDIDATES, WORD_CANDIDATES = 30, 15
# Passages of one document whose mean says how well it as a whole supports the question.
SUPPORT = 3

WORD_EVIDENCE: Final = ("passage_words", "document_words")
# What each similarity adds to the log-odds of an entry where nothing was fitted: for an encoder of one part,
# and for the parts of the one that ships. Chosen on OMoS-QA train by `python -m tests.benchmarks.fusion`.
DEFAULT_WEIGHTS: Final[Mapping[str, float]] = {
    "dense": 5.0,
    "dense_support": 7.0,
    "ngram": 7.7,
    "ngram_support": 4.84,
    "transformer": 5.26,
    "transformer_support": 2.98,
    "passage_words": 1.04,
    "document_words": 22.77,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may answer: all documents of one id, with the nearest passage among them.

    `evidence` holds cosines in [-1, 1] by name: for each part of the encoder that of the nearest passage and,
    `_support`, the mean of the three nearest of one document, so that an article gains nothing by the mere number
    of its translations; of words, that of the nearest passage and document. `score` is their weighted sum, in nats:
    the odds between two hits are the exponential of their difference.
    """

    entry: int
    document: int
    passage: Passage
    score: float
    evidence: Mapping[str, float]


class HybridIndex:
    """Immutable once built; a change of content builds a new one. Documents of one id stand together."""

    def __init__(
        self,
        documents: list[SearchDocument],
        encoder: Encoder,
        *,
        cache: VectorCache | None = None,
        progress: Progress | None = None,
        weights: Mapping[str, float] | None = None,
        before: "HybridIndex | None" = None,
    ) -> None:
        """What `before` has encoded and counted is not made again, and no file is read or written: see `keep`."""
        self.documents = documents
        self.encoder = encoder
        self.weights = dict(DEFAULT_WEIGHTS if weights is None else weights)
        self.ids = list(dict.fromkeys(document.id for document in documents))
        number = {identifier: i for i, identifier in enumerate(self.ids)}
        self.entry_of = np.array([number[document.id] for document in documents], dtype=np.int64)
        if (np.diff(self.entry_of) < 0).any():
            raise ValueError("the documents of one id do not stand together")
        self.passages: list[Passage] = []
        starts = [0]
        cut = before._cut() if before is not None else {}
        for i, document in enumerate(documents):
            known_ones = cut.get(document)
            self.passages.extend(passages(i, document) if known_ones is None else _numbered(known_ones, i))
            starts.append(len(self.passages))
        self._document_starts = np.array(starts)
        self._sizes = np.diff(self._document_starts)
        first = np.searchsorted(self.entry_of, np.arange(len(self.ids) + 1))
        self._first_document = first
        self._starts = self._document_starts[first]
        texts = [passage.text for passage in self.passages]
        self.fingerprint = _fingerprint(f"{encoder.digest} {sorted(self.weights.items())}", texts)
        known: tuple[list[str], Halves] | None = None
        is_follower = before is not None and before.encoder is encoder
        if before is not None and is_follower:
            known = [passage.text for passage in before.passages], before.vectors
        vectors = (cache or VectorCache(None)).vectors(texts, encoder, progress, known)
        self._owner = self.entry_of[[passage.document for passage in self.passages]] if texts else np.zeros(0, np.int64)
        languages = [documents[passage.document].language for passage in self.passages]
        whole = [(d.language, d.text) for d in documents]
        # FAISS lets go of the interpreter's lock: meanwhile whoever makes the index can do more.
        beside = ThreadPoolExecutor(1)
        followed = before._neighbours if before is not None and is_follower else None
        self._making = beside.submit(Neighbours, vectors, before=followed)
        beside.shutdown(wait=False)
        self._words: LexicalIndex = LexicalIndex(
            list(zip(languages, texts, strict=True)),
            whole,
            folder=cache.folder if cache else None,
            before=before._words if before else None,
        )
        self._vectors: GroupedVectors = GroupedVectors(vectors, self._starts, encoder.spans)

    @property
    def vectors(self) -> Halves:
        """A copy of the passages' vectors, `(n_passages, dimensions)`."""
        return self._vectors.rows(0, len(self._vectors))

    def wait(self) -> None:
        """Until it can search, for which the first search waits else. Raises whatever keeps it from that."""
        self._making.result()

    @property
    def _neighbours(self) -> Neighbours:
        return self._making.result()

    def search(
        self,
        query: str,
        *,
        allowed: NDArray[np.bool_] | None = None,
        limit: int = 10,
        retriever: Retriever = "hybrid",
        weights: Mapping[str, float] | None = None,
    ) -> list[Hit]:
        """The best entries, best first. `allowed` `(n_entries,) bool` filters before scoring."""
        if not self.passages or (allowed is not None and not allowed.any()):
            return []
        vector = self.encoder.encode_queries([query])[0]
        passage_allowed = None if allowed is None else allowed[self._owner]
        passage_words, document_words = self._words.scores(query)
        if allowed is not None and passage_allowed is not None:
            passage_words = np.where(passage_allowed, passage_words, -1)
            document_words = np.where(allowed[self.entry_of], document_words, -1)
        candidates: dict[int, None] = {}
        # The zero vector (a text without words) is near nothing.
        if retriever != "lexical" and vector.any():
            candidates.update(dict.fromkeys(self._dense_candidates(vector, passage_allowed)))
        if retriever != "dense":
            by_words = [
                *self.entry_of[_top(document_words, WORD_CANDIDATES)],
                *self._owner[_top(passage_words, WORD_CANDIDATES)],
            ]
            candidates.update(dict.fromkeys(int(entry) for entry in by_words))
        counted = {
            name: weight
            for name, weight in (self.weights if weights is None else weights).items()
            if retriever == "hybrid" or (name in WORD_EVIDENCE) == (retriever == "lexical")
        }
        hits = self._hits(list(candidates), vector, passage_words, document_words, counted)
        hits.sort(key=lambda hit: (-hit.score, hit.entry))
        return hits[:limit]

    def keep(self, cache: VectorCache) -> None:
        """Write what was encoded and counted, for the next start."""
        cache.keep([passage.text for passage in self.passages], self.vectors, self.encoder)
        if cache.folder is not None:
            self._words.keep(cache.folder)

    def parts(self, document: int, query: str) -> dict[int, float]:
        """The cosine of each quotable part's nearest passage to the query, by the part's number."""
        begin, end = int(self._document_starts[document]), int(self._document_starts[document + 1])
        cosines = self._vectors.rows(begin, end).astype(np.float32) @ self.encoder.encode_queries([query])[0]
        nearest: dict[int, float] = {}
        for passage, cosine in zip(self.passages[begin:end], cosines.tolist(), strict=True):
            if passage.part is not None:
                nearest[passage.part] = max(cosine, nearest.get(passage.part, -1.0))
        return nearest

    def saying(self, word: str) -> list[int]:
        """The documents in which a word stands; marks do not matter."""
        likely = self._words.may_say(word).tolist()
        return [row for row in likely if word in map(without_marks, words(self.documents[row].text))]

    def _cut(self) -> dict[SearchDocument, list[Passage]]:
        """The passages of each document."""
        spans = itertools.pairwise(self._document_starts.tolist())
        return {document: self.passages[slice(*span)] for document, span in zip(self.documents, spans, strict=True)}

    def _dense_candidates(self, vector: Floats, allowed: NDArray[np.bool_] | None) -> Iterable[int]:
        found = self._neighbours.nearest(vector, DENSE_DEPTH, allowed=allowed)
        return list(dict.fromkeys(self._owner[found].tolist()))[:CANDIDATES]

    def _hits(
        self,
        entries: list[int],
        vector: Floats,
        passage_words: Floats,
        document_words: Floats,
        weights: Mapping[str, float],
    ) -> list[Hit]:
        """The entries with their evidence, in the order given; all entries' passages are looked at in one array."""
        if not entries:
            return []
        spans = [slice(int(self._starts[entry]), int(self._starts[entry + 1])) for entry in entries]
        sizes = np.array([span.stop - span.start for span in spans])
        firsts = np.cumsum(sizes) - sizes
        words = np.concatenate([passage_words[span] for span in spans])
        near = weights.get("passage_words", 0.0) * words
        evidence: dict[str, Floats] = {}
        for name, cosines in self._vectors.cosines(vector, entries).items():
            evidence[name] = np.maximum.reduceat(cosines, firsts)
            evidence[f"{name}_support"] = self._support(cosines, entries)
            near = near + (weights.get(name, 0.0) + weights.get(f"{name}_support", 0.0)) * cosines
        evidence["passage_words"] = np.maximum.reduceat(words, firsts)
        documents = [slice(self._first_document[entry], self._first_document[entry + 1]) for entry in entries]
        evidence["document_words"] = np.array([document_words[span].max() for span in documents])
        scores = sum((weights.get(name, 0.0) * values for name, values in evidence.items()), np.zeros(len(entries)))
        rows = zip(*(values.tolist() for values in evidence.values()), strict=True)
        hits = []
        for entry, first, size, begin, score, row in zip(
            entries, firsts, sizes, self._starts[entries], scores.tolist(), rows, strict=True
        ):
            passage = self.passages[begin + int(near[first : first + size].argmax())]
            hits.append(Hit(entry, passage.document, passage, score, dict(zip(evidence, row, strict=True))))
        return hits

    def _support(self, cosines: Floats, entries: list[int]) -> Floats:
        """Each entry's best document by the mean of its SUPPORT greatest cosines; the entries' passages in order."""
        documents = np.concatenate([np.arange(*self._first_document[entry : entry + 2]) for entry in entries])
        documents = documents[self._sizes[documents] > 0]
        sizes = self._sizes[documents]
        firsts = np.cumsum(sizes) - sizes
        left = cosines.copy()
        total, found = np.zeros(len(sizes), np.float32), np.zeros(len(sizes), np.float32)
        for _ in range(SUPPORT):
            greatest = np.maximum.reduceat(left, firsts)
            there = greatest > -np.inf
            total[there] += greatest[there]
            found += there
            # A text that a document says twice supports once.
            left[left == np.repeat(greatest, sizes)] = -np.inf
        owners = self.entry_of[documents]
        means: Floats = np.maximum.reduceat(total / found, np.flatnonzero(np.diff(owners, prepend=-1)))
        return means


def _numbered(own: list[Passage], document: int) -> list[Passage]:
    """A document's passages, where it stands in another place now."""
    return own if own and own[0].document == document else [replace(one, document=document) for one in own]


def _fingerprint(settings: str, texts: list[str]) -> str:
    """Changes whenever the scores could."""
    digest = hashlib.blake2b(settings.encode(), digest_size=16)
    for text in texts:
        digest.update(b"\0" + text.encode("utf-8", "replace"))
    return digest.hexdigest()


def _top(scores: Floats, count: int) -> NDArray[np.int64]:
    """Positions of the highest positive scores, best first."""
    part = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
    best = part[np.argsort(-scores[part])]
    return best[scores[best] > 0]
