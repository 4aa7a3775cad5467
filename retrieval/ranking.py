"""Learn what each similarity counts, from questions with known answers.

A conditional logit (McFadden 1974): the odds between two candidates are the exponential of the difference of
their weighted evidence. It is drawn towards the weights that it starts from, so that few questions move it little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from retrieval.index import Hit

Floats = NDArray[np.float64]

# Squared distance from the starting weights costs this much of the mean log-likelihood.
PULL = 1e-3


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found for one question: evidence `(n_hits, n_names)`, and which hits answer it."""

    evidence: Floats
    right: NDArray[np.bool_]


def evidence_of(hits: Sequence[Hit], names: Sequence[str]) -> Floats:
    return np.array([[hit.evidence[name] for name in names] for hit in hits])


def fit_weights(questions: list[Candidates], names: Sequence[str], start: Mapping[str, float]) -> dict[str, float]:
    """Weights by name; the starting ones where no question has both a right and a wrong candidate."""
    informative = [question for question in questions if question.right.any() and not question.right.all()]
    origin = np.array([start.get(name, 0.0) for name in names])
    if not informative:
        return dict(zip(names, origin.tolist(), strict=True))

    # Half a second, and only for who fits.
    from scipy.optimize import minimize

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros_like(weights)
        for question in informative:
            scores = question.evidence @ weights
            own = scores[question.right]
            value += float(logsumexp(scores) - logsumexp(own))
            slope += softmax(scores) @ question.evidence - softmax(own) @ question.evidence[question.right]
        away = weights - origin
        return value / len(informative) + PULL * float(away @ away), slope / len(informative) + 2 * PULL * away

    found = minimize(loss, origin, jac=True, method="L-BFGS-B").x
    return {name: round(float(weight), 4) for name, weight in zip(names, found, strict=True)}


def ranked(hits: Sequence[Hit], weights: Mapping[str, float]) -> list[Hit]:
    """The hits scored with these weights, best first."""
    scored = [
        replace(hit, score=sum(weight * hit.evidence.get(name, 0.0) for name, weight in weights.items()))
        for hit in hits
    ]
    return sorted(scored, key=lambda hit: (-hit.score, hit.entry))
