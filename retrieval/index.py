"""The hybrid index: FAISS over passages and words over documents, fused to one score a document."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder
from retrieval.lexical import LexicalIndex
from retrieval.passages import Passage, SearchDocument, passages
from retrieval.vectors import Progress, VectorCache

Retriever = Literal["hybrid", "dense", "lexical"]

# Passages that FAISS gives, and documents that each side names, before fusion.
DENSE_DEPTH = 200
CANDIDATES = 50
# Passages whose mean says how well a document as a whole supports the question.
SUPPORT = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """What each similarity counts in the fused score; chosen on OMoS-QA train, see docs/benchmarks."""

    dense: float = 0.4
    support: float = 0.6
    passage_words: float = 0.2
    document_words: float = 1.7


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that may answer, with its best passage.

    Similarities are cosines of the best passage; `support` is the mean of the document's three nearest
    passages, `document_words` is of the document as a whole. `score` is their weighted sum.
    """

    document: int
    passage: Passage
    score: float
    dense: float
    support: float
    passage_words: float
    document_words: float


class HybridIndex:
    """Immutable once built; a change of content builds a new one."""

    def __init__(
        self,
        documents: list[SearchDocument],
        encoder: Encoder,
        *,
        cache: VectorCache | None = None,
        progress: Progress | None = None,
        weights: Weights | None = None,
    ) -> None:
        self.documents = documents
        self.encoder = encoder
        self.weights = weights or Weights()
        self.passages: list[Passage] = []
        starts = [0]
        for number, document in enumerate(documents):
            self.passages.extend(passages(number, document))
            starts.append(len(self.passages))
        self._starts = np.array(starts)
        texts = [passage.text for passage in self.passages]
        self.fingerprint = _fingerprint(f"{encoder.digest} {self.weights}", texts)
        self._vectors = (cache or VectorCache(None)).vectors(texts, encoder, progress)
        self._faiss = faiss.IndexFlatIP(encoder.dimensions)
        self._faiss.add(self._vectors)
        self._owner = np.array([passage.document for passage in self.passages], dtype=np.int64)
        languages = [documents[passage.document].language for passage in self.passages]
        whole = [(d.language, "\n".join([d.title, *d.questions, *d.parts])) for d in documents]
        self._words = LexicalIndex(list(zip(languages, texts, strict=True)), whole)

    def search(
        self,
        query: str,
        *,
        allowed: NDArray[np.bool_] | None = None,
        limit: int = 10,
        retriever: Retriever = "hybrid",
    ) -> list[Hit]:
        """The best documents, best first. `allowed` `(n_documents,) bool` filters before scoring."""
        if not self.passages or (allowed is not None and not allowed.any()):
            return []
        vector = self.encoder.encode_queries([query])
        passage_allowed = None if allowed is None else allowed[self._owner]
        passage_words, document_words = self._words.scores(query)
        if allowed is not None and passage_allowed is not None:
            passage_words = np.where(passage_allowed, passage_words, -1)
            document_words = np.where(allowed, document_words, -1)
        candidates: set[int] = set()
        # The zero vector (a text without words) is near nothing.
        if retriever != "lexical" and vector.any():
            candidates.update(self._dense_candidates(vector, passage_allowed))
        if retriever != "dense":
            candidates.update(_top(document_words, CANDIDATES))
            candidates.update(int(self._owner[p]) for p in _top(passage_words, CANDIDATES))
        weights = {
            "hybrid": self.weights,
            "dense": Weights(self.weights.dense, self.weights.support, 0, 0),
            "lexical": Weights(0, 0, self.weights.passage_words, self.weights.document_words),
        }[retriever]
        hits = [
            self._hit(document, vector[0], passage_words, float(document_words[document]), weights)
            for document in candidates
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.document))
        return hits[:limit]

    def parts(self, document: int, query: str) -> dict[int, float]:
        """The cosine of each quotable part's nearest passage to the query, by the part's number."""
        begin, end = int(self._starts[document]), int(self._starts[document + 1])
        cosines = self._vectors[begin:end] @ self.encoder.encode_queries([query])[0]
        nearest: dict[int, float] = {}
        for passage, cosine in zip(self.passages[begin:end], cosines.tolist(), strict=True):
            if passage.part is not None:
                nearest[passage.part] = max(cosine, nearest.get(passage.part, -1.0))
        return nearest

    def _dense_candidates(self, vector: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> list[int]:
        depth = min(DENSE_DEPTH, len(self.passages))
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        _, found = self._faiss.search(vector, depth, params=parameters)
        owners = dict.fromkeys(int(self._owner[p]) for p in found[0] if p >= 0)
        return list(owners)[:CANDIDATES]

    def _hit(
        self,
        document: int,
        vector: NDArray[np.float32],
        passage_words: NDArray[np.float32],
        document_words: float,
        weights: Weights,
    ) -> Hit:
        begin, end = int(self._starts[document]), int(self._starts[document + 1])
        dense = self._vectors[begin:end] @ vector
        words = passage_words[begin:end]
        best = int(np.argmax(weights.dense * dense + weights.passage_words * words))
        support = float(np.sort(dense)[-SUPPORT:].mean())
        score = (
            weights.dense * float(dense.max())
            + weights.support * support
            + weights.passage_words * float(words.max())
            + weights.document_words * document_words
        )
        return Hit(
            document=document,
            passage=self.passages[begin + best],
            score=score,
            dense=float(dense.max()),
            support=support,
            passage_words=float(words.max()),
            document_words=document_words,
        )


def _fingerprint(settings: str, texts: list[str]) -> str:
    """Changes whenever the scores could."""
    digest = hashlib.blake2b(settings.encode(), digest_size=16)
    for text in texts:
        digest.update(b"\0" + text.encode("utf-8", "replace"))
    return digest.hexdigest()


def _top(scores: NDArray[np.float32], count: int) -> list[int]:
    """Positions of the highest positive scores, best first."""
    part = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
    return [int(i) for i in part[np.argsort(-scores[part])] if scores[i] > 0]
