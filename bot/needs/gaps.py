"""Questions without an answer, gathered by meaning across languages."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from bot.needs.work import Gap, Question

# Two groups of questions are put together while the mean cosine distance between them is less than this.
# Chosen for the encoder that ships: on questions whose article is known, nearly all that is put together then
# belongs together. A gap that stays in two pieces costs an editor less than two gaps in one.
APART = 0.65
# After this time somebody's question counts half.
HALVES = timedelta(days=30)


def gaps(questions: Sequence[Question], vectors: NDArray[np.float32], now: datetime) -> list[Gap]:
    """The gaps, the largest and newest first; `vectors` are `(n_questions, dimensions) float32`, of length 1.

    Agglomerative clustering with average linkage (UPGMA; Sokal and Michener 1958), as scikit-learn has it: nothing
    in it is random, and the number of gaps need not be known.
    """
    if not questions:
        return []
    groups = _groups(vectors) if len(questions) > 1 else np.zeros(1, dtype=np.int64)
    found = [_gap(questions, vectors, np.flatnonzero(groups == group)) for group in range(int(groups.max()) + 1)]
    return sorted(found, key=lambda gap: (-_weight(gap, now), gap.named_by.key))


def _groups(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    clustering = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=APART)
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
