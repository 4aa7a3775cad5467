"""Questions without an answer, gathered by meaning across languages."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.needs.work import Gap, Question

# Two groups of questions are put together while the mean cosine distance between them is less than this.
# The best for the encoder that ships: see docs/needs.md, and tests/benchmarks/gaps.py that measures it.
APART = 0.7
# After this time somebody's question counts half.
HALVES = timedelta(days=30)


def gaps(questions: Sequence[Question], vectors: NDArray[np.float32], now: datetime) -> list[Gap]:
    """The gaps, the largest and newest first; `vectors` are `(n_questions, dimensions) float32`, of length 1.

    Agglomerative clustering with average linkage (UPGMA; Sokal and Michener 1958), as scikit-learn has it: nothing
    in it is random, and the number of gaps need not be known.
    """
    if not questions:
        return []
    groups = grouped(vectors)
    found = [_gap(questions, vectors, np.flatnonzero(groups == group)) for group in range(int(groups.max()) + 1)]
    return sorted(found, key=lambda gap: (-_weight(gap, now), gap.named_by.key))


def grouped(vectors: NDArray[np.float32], apart: float = APART) -> NDArray[np.int64]:
    """The number of each vector's group, from 0 on."""
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.int64)
    # Half a second, and only for who looks at the gaps.
    from sklearn.cluster import AgglomerativeClustering

    clustering = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=apart)
    groups: NDArray[np.int64] = clustering.fit_predict(vectors)
    return groups


def _gap(questions: Sequence[Question], vectors: NDArray[np.float32], members: NDArray[np.int64]) -> Gap:
    own = vectors[members]
    medoid = members[int((own @ own.T).sum(1).argmax())]
    chosen = sorted((questions[i] for i in members), key=lambda question: (question.asked_at, question.key))[::-1]
    languages = Counter(question.language for question in chosen)
    return Gap(
        tuple(chosen),
        questions[medoid],
        len({question.conversation_id for question in chosen}),
        tuple(sorted(languages, key=lambda tag: (-languages[tag], tag))),
    )


def _weight(gap: Gap, now: datetime) -> float:
    """How many people ask, those of long ago less: each counts by their newest question."""
    newest: dict[str, datetime] = {}
    for question in gap.questions:
        newest.setdefault(question.conversation_id, question.asked_at)
    return float(sum(0.5 ** (max(now - asked_at, timedelta()) / HALVES) for asked_at in newest.values()))
