"""From scores to the probability that the best article answers the question.

A logistic regression (Platt 1999) over the best hit's similarities and its lead, fitted on questions
that the fitting index has not seen: editors' search questions, a share of whose articles is hidden so
that nothing there can answer them.
"""

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from knowledge_base.documents import Article, Content, Translation
from retrieval.encoder import Encoder
from retrieval.library import ArticleHit, Library
from retrieval.vectors import VectorCache

Floats = NDArray[np.float64]

FEATURES = ("dense", "passage_words", "document_words", "lead", "same_language")
HIDDEN_SHARE = 0.3
L2 = 1e-3
# Of all questions asked, at most this share may be answered wrongly on the fitting set.
MAX_WRONG = 0.05
# The middle band begins where the best article is right about once in this many times.
CHOICES_FROM = 0.25


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients, and the probability from which an answer or choices are shown."""

    intercept: float
    coefficients: tuple[float, ...]
    answer_from: float
    choices_from: float
    encoder: str
    questions: int
    answered: float
    wrong: float

    def probability(self, hits: list[ArticleHit], language: str | None) -> float:
        """P(the first hit's article answers), in [0, 1]; 0 without hits."""
        if not hits:
            return 0.0
        return float(_sigmoid(self.intercept + features(hits, language) @ np.array(self.coefficients)))

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")
        os.replace(partial, path)

    @classmethod
    def load(cls, path: Path, encoder: Encoder) -> "Calibration | None":
        """The saved calibration, or None where there is none for this encoder."""
        try:
            fields = json.loads(path.read_text("utf-8"))
            calibration = cls(**{**fields, "coefficients": tuple(fields["coefficients"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        fits = calibration.encoder == encoder.digest and len(calibration.coefficients) == len(FEATURES)
        return calibration if fits else None


def features(hits: list[ArticleHit], language: str | None) -> Floats:
    """`(len(FEATURES),) float64` of a ranked, non-empty list."""
    best = hits[0].hit
    lead = best.score - (hits[1].hit.score if len(hits) > 1 else 0.0)
    same = float(language is not None and hits[0].language == language)
    return np.array([best.dense, best.passage_words, best.document_words, lead, same])


def _sigmoid(x: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(x, dtype=np.float64))))


def fit(
    content: Content, encoder: Encoder, *, countries: set[str], year: int, cache: VectorCache | None = None
) -> Calibration:
    """Fit on the content's own search questions; see the module's text."""
    library = Library(_fitting_content(content), encoder, cache=cache)
    rows: list[Floats] = []
    labels: list[bool] = []
    for article in content.articles:
        if article.facts.country not in countries:
            continue
        for language, translation in article.translations.items():
            revision = translation.published
            for question in revision.text.search_questions if revision else []:
                hits = library.search(question, countries=countries, year=year)
                if hits:
                    rows.append(features(hits, language))
                    labels.append(hits[0].article.id == article.id)
    return _fit(np.array(rows).reshape(-1, len(FEATURES)), np.array(labels, dtype=bool), encoder)


def _share(text: str) -> float:
    """A fixed pseudo-random number in [0, 1) of a text."""
    return zlib.crc32(text.encode()) / 2**32


def _fitting_content(content: Content) -> Content:
    """Without search questions, without some articles, and without some translations, as strangers would find it."""
    articles: list[Article] = []
    for article in content.articles:
        if _share(article.id) < HIDDEN_SHARE:
            continue
        translations = {}
        for language, translation in article.translations.items():
            if language != article.source_language and _share(f"{article.id}/{language}") < 0.5:
                continue
            if translation.published is None:
                continue
            text = translation.published.text.model_copy(update={"search_questions": []})
            translations[language] = Translation(published=translation.published.model_copy(update={"text": text}))
        articles.append(article.model_copy(update={"translations": translations}))
    return content.model_copy(update={"articles": articles})


def _fit(rows: Floats, labels: NDArray[np.bool_], encoder: Encoder) -> Calibration:
    if len(labels) < 20 or labels.all() or not labels.any():
        # Too little to learn from: nothing is answered outright, the best candidates are offered.
        return Calibration(0.0, (0.0,) * len(FEATURES), 1.01, 0.0, encoder.digest, len(labels), 0.0, 0.0)
    spread = rows.std(0) + 1e-9
    scaled = rows / spread

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logits = parameters[0] + scaled @ parameters[1:]
        p = _sigmoid(logits)
        value = np.logaddexp(0, logits) - labels * logits
        slope = p - labels
        gradient = np.concatenate([[slope.mean()], scaled.T @ slope / len(labels) + 2 * L2 * parameters[1:]])
        return float(value.mean() + L2 * (parameters[1:] ** 2).sum()), gradient

    found = minimize(loss, np.zeros(1 + len(FEATURES)), jac=True, method="L-BFGS-B").x
    probabilities = _sigmoid(found[0] + scaled @ found[1:])
    answer_from = _threshold(probabilities, labels)
    answered = probabilities >= answer_from
    return Calibration(
        intercept=float(found[0]),
        coefficients=tuple(float(c) for c in found[1:] / spread),
        answer_from=answer_from,
        choices_from=min(CHOICES_FROM, answer_from),
        encoder=encoder.digest,
        questions=len(labels),
        answered=float(answered.mean()),
        wrong=float((answered & ~labels).mean()),
    )


def _threshold(probabilities: Floats, labels: NDArray[np.bool_]) -> float:
    """The lowest probability at which at most MAX_WRONG of all questions are answered wrongly."""
    order = np.argsort(-probabilities)
    wrong = np.cumsum(~labels[order]) / len(labels)
    allowed = np.flatnonzero(wrong <= MAX_WRONG)
    return float(probabilities[order[allowed[-1]]]) if len(allowed) else 1.01
