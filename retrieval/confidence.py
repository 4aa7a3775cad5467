"""From evidence to the probability that the best article answers the question.

First what each similarity counts is learned (`retrieval.ranking`), then a logistic regression (Platt 1999) over
the best hit's evidence, its lead, how far the similarities agree on it, and the question's length. Both are
fitted on the content's question sets, which hold questions of both kinds: answerable and not. A content
without enough of them is fitted on search questions of its own that are set aside: no training teaches them,
the fitting index has not seen them, and a share of the articles is hidden so that nothing there can answer them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from knowledge_base.documents import Article, Content, Translation
from retrieval.encoder.features import words
from retrieval.index import WORD_EVIDENCE
from retrieval.library import ArticleHit, Library
from retrieval.measured import Measured
from retrieval.question_sets import ENOUGH, Question, search_questions, set_aside, share
from retrieval.ranking import Candidates, evidence_of, fit_weights, ranked
from retrieval.vectors import VectorCache

Floats = NDArray[np.float64]

# Beside the best hit's evidence, whose names depend on the encoder.
SITUATION = ("lead", "lead_over_fifth", "share", "agreement", "length")
# Candidates that the ranking is learned on.
DEPTH = 20
HIDDEN_SHARE = 0.3
L2 = 1e-3
FOLDS = 5
# Of the answerable questions at most this share may be answered wrongly, and of the others answered at all.
MAX_WRONG = 0.05
# The middle band begins where the best article is right this often.
CHOICES_FROM = 0.2


@dataclass(frozen=True, slots=True)
class Calibration:
    """The ranking's weights, a coefficient a feature, and the probability from which an answer or choices are shown.

    The three shares are cross-validated on the fitting questions, under the evaluation's names; `languages` holds what
    they are for the questions in each language, where that is known. `encoder` is the digest of the encoder.
    """

    weights: dict[str, float]
    intercept: float
    coefficients: dict[str, float]
    answer_from: float
    choices_from: float
    fingerprint: str
    questions: int
    answered_right: float
    answered_wrong: float
    out_answered: float
    languages: dict[str, Measured] = field(default_factory=dict)
    encoder: str = ""

    def probability(self, hits: list[ArticleHit], question: str) -> float:
        """P(the first hit's article answers), in [0, 1]; 0 without hits."""
        if not hits:
            return 0.0
        known = features(hits, question)
        return float(expit(self.intercept + sum(c * known.get(name, 0.0) for name, c in self.coefficients.items())))

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")
        os.replace(partial, path)

    @classmethod
    def load(cls, path: Path) -> "Calibration | None":
        """The saved calibration, of whatever content; None where there is none or the file is damaged."""
        try:
            held = json.loads(path.read_text("utf-8"))
            held["languages"] = {tag: Measured(**shares) for tag, shares in held["languages"].items()}
            calibration = cls(**held)
            numbers = [*calibration.weights.values(), *calibration.coefficients.values(), calibration.intercept]
            is_whole = all(isinstance(number, float | int) for number in numbers)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return calibration if is_whole else None

    def understands(self, library: Library) -> bool:
        """Whether it weighs the evidence that the library gives: one of another content does, another encoder's not."""
        encoder = library.index.encoder
        given = {*encoder.spans, *(f"{part}_support" for part in encoder.spans), *WORD_EVIDENCE}
        known = given <= self.weights.keys() and self.coefficients.keys() <= given | set(SITUATION)
        return known and self.encoder == encoder.digest


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what was found for it, and which articles answer it; none where nothing can."""

    text: str
    hits: list[ArticleHit]
    expected: frozenset[str]
    language: str = ""

    @property
    def right(self) -> bool:
        return self.hits[0].article.id in self.expected

    def candidates(self, names: list[str]) -> Candidates:
        right = np.array([hit.article.id in self.expected for hit in self.hits])
        return Candidates(evidence_of([hit.hit for hit in self.hits], names), right)

    def ranked(self, weights: Mapping[str, float]) -> "Asked":
        by_entry = {hit.hit.entry: hit for hit in self.hits}
        order = ranked([hit.hit for hit in self.hits], weights)
        return replace(self, hits=[replace(by_entry[hit.entry], hit=hit) for hit in order])


def features(hits: list[ArticleHit], question: str) -> dict[str, float]:
    """What the confidence looks at, of a ranked, non-empty list."""
    first = [hit.hit for hit in hits[:5]]
    best = first[0]
    second, fifth = (first[i].score if len(first) > i else best.score - 10 for i in (1, 4))
    agreeing = [value >= max(hit.evidence[name] for hit in first) for name, value in best.evidence.items()]
    situation = (
        min(best.score - second, 10.0),
        min(best.score - fifth, 10.0),
        float(softmax([hit.score for hit in first])[0]),
        sum(agreeing) / len(agreeing),
        float(np.log1p(len(words(question)))),
    )
    return {**best.evidence, **dict(zip(SITUATION, situation, strict=True))}


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
        wanted = answerable + [question for question in questions if question.kind == "out"]
        found = [
            replace(_asked(library, one.text, set(one.expected), countries, year), language=one.language)
            for one in wanted
        ]
        asked = [one for one in found if one.hits]
    else:
        asked = _held_out(library, countries=countries, year=year, cache=cache)
    fitted = _fit(asked, library.index.weights, fingerprint(library, questions, countries))
    return replace(fitted, encoder=library.index.encoder.digest)


def _asked(library: Library, text: str, expected: set[str], countries: set[str], year: int) -> Asked:
    return Asked(text, library.search(text, countries=countries, year=year, limit=DEPTH), frozenset(expected))


def _held_out(library: Library, *, countries: set[str], year: int, cache: VectorCache | None) -> list[Asked]:
    """Search questions of the content, asked of a library that does not know them."""
    stranger = Library(_fitting_content(library.content), library.index.encoder, cache=cache)
    questions = {article.id: set_aside(article) for article in library.content.articles}
    if sum(map(len, questions.values())) < ENOUGH:
        # No n-gram encoder can have been tuned to so small a content (`ngram_tuning`): all its questions are strange.
        questions = {a.id: list(chain.from_iterable(search_questions(a))) for a in library.content.articles}
    asked = [
        _asked(stranger, question, {article.id} & set(stranger.articles), countries, year)
        for article in library.content.articles
        if article.facts.country in countries
        for question in questions[article.id]
    ]
    return [one for one in asked if one.hits]


def _fitting_content(content: Content) -> Content:
    """Without search questions, without some articles, and without some translations, as strangers would find it."""
    articles: list[Article] = []
    for article in content.articles:
        if share(article.id) < HIDDEN_SHARE:
            continue
        translations = {}
        for language, translation in article.translations.items():
            if language != article.source_language and share(f"{article.id}/{language}") < 0.5:
                continue
            if translation.published is None:
                continue
            text = translation.published.text.model_copy(update={"search_questions": []})
            translations[language] = Translation(published=translation.published.model_copy(update={"text": text}))
        articles.append(article.model_copy(update={"translations": translations, "asked": {}}))
    return content.model_copy(update={"articles": articles})


def _fit(asked: list[Asked], start: Mapping[str, float], mark: str) -> Calibration:
    right = np.array([one.right for one in asked], dtype=bool)
    if len(asked) < 20 or right.all() or not right.any():
        # Too little to learn from: nothing is answered outright, the best candidates are offered.
        return Calibration(dict(start), 0.0, {}, 1.01, 0.0, mark, len(asked), 0.0, 0.0, 0.0)
    names = list(asked[0].hits[0].hit.evidence)
    answerable = np.array([bool(one.expected) for one in asked], dtype=bool)
    # Thresholds are chosen on questions that neither the ranking nor the confidence has seen.
    fold = np.arange(len(asked)) % FOLDS
    seen: list[Asked] = list(asked)
    for held_out in range(FOLDS):
        taught = [one.candidates(names) for one, own in zip(asked, fold, strict=True) if own != held_out]
        weights = fit_weights(taught, names, start)
        for i in np.flatnonzero(fold == held_out):
            seen[i] = asked[i].ranked(weights)
    right = np.array([one.right for one in seen], dtype=bool)
    known = [features(one.hits, one.text) for one in seen]
    columns = list(known[0])
    rows = np.array([[row[name] for name in columns] for row in known])
    probabilities = np.zeros(len(rows))
    for held_out in range(FOLDS):
        intercept, coefficients = _regression(rows[fold != held_out], right[fold != held_out])
        probabilities[fold == held_out] = expit(intercept + rows[fold == held_out] @ coefficients)
    answer_from = _threshold(probabilities, right, answerable)
    answered = probabilities >= answer_from
    intercept, coefficients = _regression(rows, right)
    whole = _measured(answered, right, answerable)
    languages = np.array([one.language for one in asked])
    return Calibration(
        weights=fit_weights([one.candidates(names) for one in asked], names, start),
        intercept=intercept,
        coefficients={name: float(c) for name, c in zip(columns, coefficients, strict=True)},
        answer_from=answer_from,
        choices_from=min(CHOICES_FROM, answer_from),
        fingerprint=mark,
        questions=len(asked),
        answered_right=whole.answered_right,
        answered_wrong=whole.answered_wrong,
        out_answered=whole.out_answered,
        languages={
            tag: _measured(answered[own], right[own], answerable[own])
            for tag in sorted(set(languages.tolist()) - {""})
            for own in [languages == tag]
        },
    )


def _measured(answered: NDArray[np.bool_], right: NDArray[np.bool_], answerable: NDArray[np.bool_]) -> Measured:
    inside, outside = int(answerable.sum()), int((~answerable).sum())
    return Measured(
        answerable=inside,
        outside=outside,
        answered_right=float((answered & right).sum() / max(inside, 1)),
        answered_wrong=float((answered & answerable & ~right).sum() / max(inside, 1)),
        out_answered=float((answered & ~answerable).sum() / max(outside, 1)),
    )


def _regression(rows: Floats, right: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Intercept and coefficients of a logistic regression with a little ridge."""
    # Half a second, and only for who fits.
    from scipy.optimize import minimize

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
