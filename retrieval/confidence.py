"""From scores to the probability that the best article answers the question.

A logistic regression (Platt 1999) over the best hit's similarities and its lead over the others. It is
fitted on the content's question sets, which hold questions of both kinds: answerable and not. A content
without enough of them is fitted on its own search questions, which the fitting index has not seen, and a
share of whose articles is hidden so that nothing there can answer them.
"""

import hashlib
import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from knowledge_base.documents import Article, Content, Translation
from retrieval.library import ArticleHit, Library
from retrieval.question_sets import Question
from retrieval.vectors import VectorCache

Floats = NDArray[np.float64]

FEATURES = ("dense", "support", "passage_words", "document_words", "lead", "lead_over_fifth")
HIDDEN_SHARE = 0.3
L2 = 1e-3
# Fewer answerable questions than this say too little.
ENOUGH = 100
FOLDS = 5
# Of the answerable questions at most this share may be answered wrongly, and of the others answered at all.
MAX_WRONG = 0.05
# The middle band begins where the best article is right this often.
CHOICES_FROM = 0.2


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients, and the probability from which an answer or choices are shown.

    The last three are cross-validated shares on the fitting questions, under the evaluation's names.
    """

    intercept: float
    coefficients: tuple[float, ...]
    answer_from: float
    choices_from: float
    fingerprint: str
    questions: int
    answered_right: float
    answered_wrong: float
    out_answered: float

    def probability(self, hits: list[ArticleHit]) -> float:
        """P(the first hit's article answers), in [0, 1]; 0 without hits."""
        if not hits:
            return 0.0
        return float(expit(self.intercept + features(hits) @ np.array(self.coefficients)))

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")
        os.replace(partial, path)

    @classmethod
    def load(cls, path: Path, fingerprint: str) -> "Calibration | None":
        """The saved calibration, or None where there is none for the of this fingerprint."""
        try:
            fields = json.loads(path.read_text("utf-8"))
            calibration = cls(**{**fields, "coefficients": tuple(fields["coefficients"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        fits = calibration.fingerprint == fingerprint and len(calibration.coefficients) == len(FEATURES)
        return calibration if fits else None


@dataclass(frozen=True, slots=True)
class Example:
    """A question's features, whether anything can answer it, and whether the best hit does."""

    features: Floats
    answerable: bool
    right: bool


def features(hits: list[ArticleHit]) -> Floats:
    """`(len(FEATURES),) float64` of a ranked, non-empty list."""
    best = hits[0].hit
    second, fifth = (hits[i].hit.score if len(hits) > i else 0.0 for i in (1, 4))
    similarities = [best.dense, best.support, best.passage_words, best.document_words]
    return np.array([*similarities, best.score - second, best.score - fifth])


def fingerprint(library: Library, questions: list[Question], countries: set[str]) -> str:
    """Changes whenever a fit would: with the index, the questions and the countries."""
    parts = [library.index.fingerprint, *sorted(countries), *(repr(question) for question in questions)]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def fit(
    library: Library, *, questions: list[Question], countries: set[str], year: int, cache: VectorCache | None = None
) -> Calibration:
    """Fit to what a library holds on the countries; see the module's text."""
    served = {article.id for article in library.content.articles if article.facts.country in countries}
    answerable = [question for question in questions if question.kind == "in" and served & set(question.expected)]
    if len(answerable) >= ENOUGH:
        asked = answerable + [question for question in questions if question.kind == "out"]
        found = [_example(library, question.text, set(question.expected), countries, year) for question in asked]
        examples = [example for example in found if example]
    else:
        examples = _held_out(library, countries=countries, year=year, cache=cache)
    return _fit(examples, fingerprint(library, questions, countries))


def _example(library: Library, text: str, expected: set[str], countries: set[str], year: int) -> Example | None:
    hits = library.search(text, countries=countries, year=year)
    return Example(features(hits), bool(expected), hits[0].article.id in expected) if hits else None


def _held_out(library: Library, *, countries: set[str], year: int, cache: VectorCache | None) -> list[Example]:
    """The content's search questions, asked of a library that does not know them."""
    stranger = Library(_fitting_content(library.content), library.index.encoder, cache=cache)
    return [
        example
        for article in library.content.articles
        if article.facts.country in countries
        for translation in article.translations.values()
        for question in (translation.published.text.search_questions if translation.published else [])
        if (example := _example(stranger, question, {article.id} & set(stranger.articles), countries, year))
    ]


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


def _fit(examples: list[Example], mark: str) -> Calibration:
    right = np.array([example.right for example in examples], dtype=bool)
    if len(examples) < 20 or right.all() or not right.any():
        # Too little to learn from: nothing is answered outright, the best candidates are offered.
        return Calibration(0.0, (0.0,) * len(FEATURES), 1.01, 0.0, mark, len(examples), 0.0, 0.0, 0.0)
    rows = np.stack([example.features for example in examples])
    answerable = np.array([example.answerable for example in examples], dtype=bool)
    # The threshold is chosen on probabilities of questions that their own fit has not seen.
    fold = np.arange(len(rows)) % FOLDS
    probabilities = np.zeros(len(rows))
    for held_out in range(FOLDS):
        intercept, coefficients = _regression(rows[fold != held_out], right[fold != held_out])
        probabilities[fold == held_out] = expit(intercept + rows[fold == held_out] @ coefficients)
    answer_from = _threshold(probabilities, right, answerable)
    answered = probabilities >= answer_from
    intercept, coefficients = _regression(rows, right)
    return Calibration(
        intercept=intercept,
        coefficients=tuple(float(c) for c in coefficients),
        answer_from=answer_from,
        choices_from=min(CHOICES_FROM, answer_from),
        fingerprint=mark,
        questions=len(examples),
        answered_right=float((answered & right).sum() / max(answerable.sum(), 1)),
        answered_wrong=float((answered & answerable & ~right).sum() / max(answerable.sum(), 1)),
        out_answered=float((answered & ~answerable).sum() / max((~answerable).sum(), 1)),
    )


def _regression(rows: Floats, right: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Intercept and coefficients of a logistic regression with a little ridge."""
    spread = rows.std(0) + 1e-9
    scaled = rows / spread

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logits = parameters[0] + scaled @ parameters[1:]
        value = np.logaddexp(0, logits) - right * logits
        slope = expit(logits) - right
        gradient = np.concatenate([[slope.mean()], scaled.T @ slope / len(right) + 2 * L2 * parameters[1:]])
        return float(value.mean() + L2 * (parameters[1:] ** 2).sum()), gradient

    found = minimize(loss, np.zeros(1 + rows.shape[1]), jac=True, method="L-BFGS-B").x
    return float(found[0]), found[1:] / spread


def _threshold(probabilities: Floats, right: NDArray[np.bool_], answerable: NDArray[np.bool_]) -> float:
    """The lowest probability at which neither share of MAX_WRONG is exceeded."""
    order = np.argsort(-probabilities)
    wrong = np.cumsum((answerable & ~right)[order]) / max(answerable.sum(), 1)
    outside = np.cumsum(~answerable[order]) / max((~answerable).sum(), 1)
    # Equal probabilities are answered together or not at all.
    ends = np.append(np.diff(probabilities[order]) != 0, True)
    allowed = np.flatnonzero((wrong <= MAX_WRONG) & (outside <= MAX_WRONG) & ends)
    return float(probabilities[order[allowed[-1]]]) if len(allowed) else 1.01
