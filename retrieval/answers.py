"""One question, one answer."""

import math
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from knowledge_base.documents import Article, Contact, Site
from knowledge_base.languages import fallbacks, primary
from retrieval.case import Case, depends_on, rivals
from retrieval.confidence import Calibration
from retrieval.language import LanguageDetector
from retrieval.library import ArticleHit, Library
from retrieval.question import checked
from retrieval.recognition import Recognised, Recogniser
from retrieval.showing import show_article, show_choice, show_contact, show_notice, show_published
from retrieval.shown import (
    Answer,
    Outcome,
    ShownAnswer,
    ShownChoice,
    ShownContact,
    ShownLanguage,
    ShownNear,
    ShownNotice,
    ShownPrivacy,
)

# Candidates from which related questions are taken; how many of them and of a topic's contacts are shown.
RELATED_DEPTH, RELATED, HELPERS = 8, 3, 2
# How many articles are named to an editor who may write one of them again.
NEAR = 3


class Answers:
    """Answers questions from the current library. `library` and `calibration` may be replaced at any time, together."""

    def __init__(
        self,
        library: Library,
        calibration: Calibration,
        detector: LanguageDetector,
        site: Site,
        recogniser: Recogniser | None = None,
    ) -> None:
        self._current = (library, calibration)
        self.detector = detector
        self.site = site
        self.recogniser = recogniser or Recogniser()

    @property
    def library(self) -> Library:
        return self._current[0]

    @property
    def calibration(self) -> Calibration:
        return self._current[1]

    def replace(self, library: Library, calibration: Calibration) -> None:
        """Swap what is answered from; questions under way finish on the old one."""
        self._current = (library, calibration)

    def ask(
        self,
        question: str,
        *,
        now: datetime,
        language: str | None = None,
        country: str | None = None,
        prior: str | None = None,
        case: Case | None = None,
        about: str | None = None,
        recognised: Recognised | None = None,
    ) -> Answer:
        """Answer a question at the aware time `now`.

        `language` is the reader's own choice and is not doubted; `prior` only suggests one. `country`
        stands in for the site's countries. `about` is what the talk was about, for a question that does
        not stand alone; `recognised` is what is known of it already. Raises QuestionError for a text that
        cannot be taken.
        """
        started = time.perf_counter()
        library, calibration = self._current
        text = checked(question)
        detection = self.detector.detect(text, prior=language or prior)
        reader = language or detection.code or prior or self.site.default_language
        countries = {country} if country else set(self.site.countries)
        case = case or Case()
        searched = f"{about} {text}" if about else text
        hits, confidence = _search(library, calibration, searched, countries, now.year, case)
        recognised = recognised or self.recogniser.recognise(text)
        outcome = recognised.outcome or _band(calibration, confidence)
        if outcome == "answer" and recognised.kind:
            # "How much is it?" alone has no answer, however near some article lies.
            outcome = "choices"
        shown = show_article(library, hits[0].article, reader, hits[0]) if outcome == "answer" else None
        article = hits[0].article if shown else None
        topic = article.facts.topics[0] if article else _likely_topic(library, hits)
        return Answer(
            question=text,
            language=ShownLanguage(
                code=reader,
                sure=language is not None or detection.code is not None,
                confidence=1.0 if language else detection.distribution.get(reader, 0.0),
                alternatives=detection.alternatives,
            ),
            outcome=outcome,
            meaning=recognised.kind,
            confidence=recognised.probability if recognised.outcome else confidence,
            answer=shown,
            choices=_choices(library, hits, reader, confidence),
            depends_on=depends_on([(hit.article, hit.hit.score) for hit in hits], case),
            topic=topic,
            notices=_notices(library, article, now, reader) if article else [],
            contacts=self._contacts(library, article, topic, outcome, recognised.urgency, reader, now),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def near(self, question: str, *, now: datetime, reader: str) -> list[ShownNear]:
        """What comes near a question that stands alone, best first, and why: what `ask` weighs.

        Raises QuestionError.
        """
        library, calibration = self._current
        text = checked(question)
        hits, confidence = _search(library, calibration, text, set(self.site.countries), now.year, Case())
        found = []
        for hit in hits:
            own = _confidence(hits, hit, confidence)
            choice = show_choice(library, hit.article, reader, own)
            if choice is not None:
                near = ShownNear(
                    article=hit.article.id,
                    title=choice.title,
                    title_language=choice.language,
                    passage=hit.hit.passage.text,
                    language=hit.language,
                    score=hit.hit.score,
                    confidence=own,
                    band=_band(calibration, own),
                    evidence=dict(hit.hit.evidence),
                    weights={name: calibration.weights.get(name, 0.0) for name in hit.hit.evidence},
                )
                found.append(near)
        return found

    def open_article(
        self, article_id: str, *, now: datetime, reader: str, question: str | None = None
    ) -> Answer | None:
        """An article by its id, the part nearest to a question first; None where it is not published."""
        started = time.perf_counter()
        library = self.library
        article = library.articles.get(article_id)
        shown = show_article(library, article, reader, question=question) if article else None
        if article is None or shown is None:
            return None
        return Answer(
            question="",
            language=ShownLanguage(code=reader, sure=True, confidence=1.0, alternatives=[]),
            outcome="answer",
            meaning=None,
            confidence=1.0,
            answer=shown,
            choices=[],
            depends_on=None,
            topic=article.facts.topics[0],
            notices=_notices(library, article, now, reader),
            contacts=self._contacts(library, article, None, "answer", None, reader, now),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def published(self, article_id: str) -> dict[str, ShownAnswer]:
        """Every published text of an article, as its own readers see it; none where there is no such article."""
        article = self.library.articles.get(article_id)
        return show_published(article) if article else {}

    def related(
        self,
        article_id: str,
        *,
        year: int,
        reader: str,
        case: Case | None = None,
        near: list[ShownChoice] | None = None,
    ) -> list[ShownChoice]:
        """Articles on a shared topic that lie nearest, as the first question that each answers.

        `near` are the candidates of the question that was asked; where they give none, the title is searched for.
        """
        library = self.library
        chosen = library.revision(article_id, reader)
        if chosen is None:
            return []
        article = library.articles[article_id]
        candidates = _neighbours(
            article, [library.articles[c.article] for c in near or [] if c.article in library.articles]
        )
        if not candidates:
            country, title = article.facts.country, chosen[1].text.title
            like = library.like(title, country=country, year=year, case=case, limit=RELATED_DEPTH)
            candidates = _neighbours(article, like)
        found = []
        for candidate in candidates[:RELATED]:
            other = library.revision(candidate.id, reader)
            if other is not None:
                language, revision = other
                title = next(iter(revision.text.questions), revision.text.title)
                found.append(ShownChoice(article=candidate.id, title=title, language=language, confidence=1.0))
        return found

    def alike(
        self, said: Sequence[str], *, country: str, year: int, reader: str, besides: str | None = None
    ) -> list[ShownChoice]:
        """Published articles that may answer one of some titles or questions, likeliest first, but for `besides`."""
        library, calibration = self._current
        found: dict[str, ShownChoice] = {}
        for text in said:
            hits = library.search(text, countries={country}, year=year, weights=calibration.weights)
            for choice in _choices(library, hits, reader, calibration.probability(hits, text)):
                known = found.get(choice.article)
                if choice.confidence >= calibration.choices_from and (
                    not known or choice.confidence > known.confidence
                ):
                    found[choice.article] = choice
        found.pop(besides or "", None)
        return sorted(found.values(), key=lambda choice: -choice.confidence)[:NEAR]

    def helpers(
        self, reader: str, topic: str | None = None, *, now: datetime, library: Library | None = None
    ) -> list[ShownContact]:
        """Whom the site offers when nothing else fits.

        Who can be called on a topic or one below it: those who speak the language first, and of equals the site's
        hotline; it is there in any case.
        """
        library, countries = library or self.library, set(self.site.countries)
        able = [
            contact
            for contact in library.contacts.values()
            if contact.phones
            and not contact.crisis
            and contact.country in countries
            and topic in {above for own in contact.topics for above in library.path(own)}
        ]
        spoken, hotline = primary(reader), self.site.hotline

        def rank(contact: Contact) -> tuple[bool, bool, int]:
            return spoken not in map(primary, contact.languages), contact.id != hotline, -len(contact.languages)

        able.sort(key=rank)
        ids = dict.fromkeys([*(contact.id for contact in able[:HELPERS]), hotline])
        return self._shown(library, list(ids), reader, now)

    def crisis(self, urgency: str | None, reader: str, *, now: datetime) -> list[ShownContact]:
        """Whom to call at once."""
        return self._shown(self.library, self.site.crisis_contacts(urgency), reader, now)

    def privacy(self, reader: str, *, now: datetime) -> ShownPrivacy:
        """What the site promises to do with what people write."""
        site = self.site
        responsible = [site.responsible] if site.responsible else []
        return ShownPrivacy(
            retention_days=site.retention_days,
            callbacks=site.callbacks,
            responsible=self._shown(self.library, responsible, reader, now),
        )

    def topic_name(self, topic: str, reader: str) -> tuple[str, str] | None:
        """The language and the name of a topic."""
        found = self.library.topics.get(topic)
        if found is None:
            return None
        language = fallbacks(reader, set(found.name))[0]
        return language, found.name[language]

    def wants_person(self, topics: list[str]) -> bool:
        """Whether editors want a person to be offered with what is said on one of these topics."""
        library = self.library
        path = (library.topics.get(above) for topic in topics for above in library.path(topic))
        return any(topic.person for topic in path if topic)

    def _contacts(
        self,
        library: Library,
        article: Article | None,
        topic: str | None,
        outcome: Outcome,
        urgency: str | None,
        reader: str,
        now: datetime,
    ) -> list[ShownContact]:
        match outcome:
            case "urgent":
                return self._shown(library, self.site.crisis_contacts(urgency), reader, now)
            case "human":
                return self.helpers(reader, now=now, library=library)
            case "no_answer":
                return self.helpers(reader, topic, now=now, library=library)
        return self._shown(library, article.facts.contacts if article else [], reader, now)

    def _shown(self, library: Library, ids: list[str], reader: str, now: datetime) -> list[ShownContact]:
        zone = ZoneInfo(self.site.time_zone)
        return [show_contact(library.contacts[i], reader, now, zone) for i in ids if i in library.contacts]


def _notices(library: Library, article: Article, now: datetime, reader: str) -> list[ShownNotice]:
    """Notices in force at `now` for the article's topics and country."""
    scoped = library.notices(article.facts.topics, {article.facts.country})
    return [show_notice(notice, reader) for notice in scoped if notice.is_live(now)]


def _search(
    library: Library, calibration: Calibration, text: str, countries: set[str], year: int, case: Case
) -> tuple[list[ArticleHit], float]:
    """The best for the case, and the confidence; where only an article for other people answers, that one."""
    anybody = library.search(text, countries=countries, year=year, weights=calibration.weights)
    confidence = calibration.probability(anybody, text)
    if case == Case() or not anybody:
        return anybody, confidence
    own = library.search(text, countries=countries, year=year, case=case, weights=calibration.weights)
    confidence_of_own = calibration.probability(own, text)
    if own and rivals(anybody[0].article, anybody[0].hit.score, own[0].article, own[0].hit.score):
        # The case settles which one of those that compete: each is as sure as the surest, against what remains.
        excluded = [
            hit
            for hit in anybody
            if not case.fits(hit.article) and rivals(own[0].article, own[0].hit.score, hit.article, hit.hit.score)
        ]
        return own, max(calibration.probability([hit, *own[1:]], text) for hit in (own[0], *excluded))
    if _band(calibration, confidence_of_own) == "no_answer" and _band(calibration, confidence) == "answer":
        return anybody, confidence
    return own, confidence_of_own


def _band(calibration: Calibration, confidence: float) -> Literal["answer", "choices", "no_answer"]:
    if confidence > 0 and confidence >= calibration.answer_from:
        return "answer"
    return "choices" if confidence > 0 and confidence >= calibration.choices_from else "no_answer"


def _likely_topic(library: Library, hits: list[ArticleHit]) -> str | None:
    """The uppermost topic that most of the best candidates share; none of them need be right."""
    votes: dict[str, float] = defaultdict(float)
    for hit in hits:
        votes[library.path(hit.article.facts.topics[0])[-1]] += math.exp(hit.hit.score - hits[0].hit.score)
    return max(votes, key=lambda topic: votes[topic]) if votes else None


def _neighbours(article: Article, candidates: list[Article]) -> list[Article]:
    """Those that answer other questions on a shared topic."""
    topics = set(article.facts.topics)
    return [
        c for c in candidates if c.id != article.id and c.facts.kind != "directory" and topics & set(c.facts.topics)
    ]


def _confidence(hits: list[ArticleHit], hit: ArticleHit, best: float) -> float:
    """That one of the hits answers, where the first does with the probability `best`."""
    return best * math.exp(hit.hit.score - hits[0].hit.score)


def _choices(library: Library, hits: list[ArticleHit], reader: str, confidence: float) -> list[ShownChoice]:
    shown = []
    for hit in hits[:5]:
        choice = show_choice(library, hit.article, reader, _confidence(hits, hit, confidence))
        if choice is not None:
            shown.append(choice)
    return shown
