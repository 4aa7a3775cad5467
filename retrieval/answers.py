"""One question, one answer: the object of `kalauz ask --json` and `POST /api/v1/ask`."""

import time
from datetime import date, datetime
from typing import Literal

from babel.dates import format_date
from pydantic import BaseModel, ConfigDict

from knowledge_base.documents import Article, Contact, Hours, Notice, Revision, Site, Source, Step, Texts, to_local_time
from knowledge_base.languages import fallbacks, locale, primary
from knowledge_base.markdown import sections
from knowledge_base.status import translation_state
from retrieval.confidence import Calibration
from retrieval.language import Detection, LanguageDetector
from retrieval.library import ArticleHit, Library, quotable_parts
from retrieval.question import checked

Outcome = Literal["answer", "choices", "no_answer", "urgent", "human", "smalltalk"]


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class ShownLanguage(Shown):
    code: str
    confidence: float
    alternatives: list[str]


class ShownAnswer(Shown):
    """A quotation. `passage` is the part that answers, `text` the whole body, both Markdown."""

    article: str
    title: str
    language: str
    passage: str
    text: str
    steps: list[Step]
    source: list[Source]
    as_of: str | None
    reviewed: date
    revision: int
    translation: Literal["current", "outdated", "other_language"]
    confidence_of_facts: Literal["high", "medium", "low"]
    history: bool


class ShownChoice(Shown):
    article: str
    title: str
    confidence: float


class ShownNotice(Shown):
    id: str
    title: str
    text: str
    language: str


class ShownPhone(Shown):
    number: str
    note: str | None


class ShownContact(Shown):
    id: str
    name: str
    purpose: str
    languages: list[str]
    phones: list[ShownPhone]
    email: str | None
    website: str | None
    address: str | None
    hours: list[Hours]
    always_open: bool
    hours_note: str | None


class Answer(Shown):
    question: str
    language: ShownLanguage
    outcome: Outcome
    confidence: float
    answer: ShownAnswer | None
    choices: list[ShownChoice]
    notices: list[ShownNotice]
    contacts: list[ShownContact]
    elapsed_ms: float


def in_language(texts: Texts, reader: str) -> str | None:
    """The text for a reader, in the nearest language there is."""
    for language in fallbacks(reader, set(texts)):
        return texts[language]
    return None


class Answers:
    """Answers questions from the current library. `library` and `calibration` may be replaced at any time, together."""

    def __init__(self, library: Library, calibration: Calibration, detector: LanguageDetector, site: Site) -> None:
        self._current = (library, calibration)
        self.detector = detector
        self.site = site

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
    ) -> Answer:
        """Answer a question at the aware time `now`.

        `language` is the reader's own choice and is not doubted; `prior` only suggests one. `country`
        narrows the site's countries. Raises QuestionError for a text that cannot be taken.
        """
        started = time.perf_counter()
        library, calibration = self._current
        text = checked(question)
        detection = self.detector.detect(text, prior=language or prior)
        reader = language or detection.code or prior or self.site.default_language
        countries = {country} if country else set(self.site.countries)
        hits = library.search(text, countries=countries, year=now.year)
        confidence = calibration.probability(hits, reader)
        outcome: Outcome = "no_answer"
        if hits and confidence >= calibration.answer_from:
            outcome = "answer"
        elif hits and confidence >= calibration.choices_from:
            outcome = "choices"
        shown = show_article(library, hits[0].article, reader, hits[0]) if outcome == "answer" else None
        article = hits[0].article if shown else None
        return Answer(
            question=text,
            language=_shown_language(reader, detection),
            outcome=outcome,
            confidence=confidence,
            answer=shown,
            choices=_choices(library, hits, reader, confidence),
            notices=self.notices(library, article, now, reader) if article else [],
            contacts=self._contacts(library, article, outcome, reader),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def open_article(self, article_id: str, *, now: datetime, reader: str) -> Answer | None:
        """An article that the reader chose by its id; None where there is no such published article."""
        started = time.perf_counter()
        library = self.library
        article = library.articles.get(article_id)
        shown = show_article(library, article, reader, None) if article else None
        if article is None or shown is None:
            return None
        return Answer(
            question="",
            language=ShownLanguage(code=reader, confidence=1.0, alternatives=[]),
            outcome="answer",
            confidence=1.0,
            answer=shown,
            choices=[],
            notices=self.notices(library, article, now, reader),
            contacts=self._contacts(library, article, "answer", reader),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def notices(self, library: Library, article: Article, now: datetime, reader: str) -> list[ShownNotice]:
        """Notices in force at `now` for the article's topics and country."""
        live = [n for n in library.notices(article.facts.topics, {article.facts.country}) if n.is_live(now)]
        return [show_notice(notice, reader) for notice in live]

    def _contacts(self, library: Library, article: Article | None, outcome: Outcome, reader: str) -> list[ShownContact]:
        ids = list(article.facts.contacts) if article else []
        if outcome == "no_answer":
            ids.append(self.site.hotline)
        return [show_contact(library.contacts[i], reader) for i in ids if i in library.contacts]


def show_article(library: Library, article: Article, reader: str, found: ArticleHit | None) -> ShownAnswer | None:
    """The article in the reader's language, or the nearest; the part that was found stands first."""
    chosen = library.revision(article.id, reader)
    if chosen is None:
        return None
    language, revision = chosen
    state = translation_state(article, language)
    same = primary(language) == primary(reader)
    return ShownAnswer(
        article=article.id,
        title=revision.text.title,
        language=language,
        passage=_passage(article, language, revision, found),
        text=revision.text.body,
        steps=revision.text.steps,
        source=article.facts.sources,
        as_of=article.facts.as_of,
        reviewed=revision.reviewed,
        revision=revision.number or 1,
        translation=("outdated" if state == "outdated" else "current") if same else "other_language",
        confidence_of_facts=article.facts.confidence,
        history=article.facts.history,
    )


def _passage(article: Article, language: str, revision: Revision, found: ArticleHit | None) -> str:
    """The part that matched, else the short answer. Parts of two translations agree only if their number does."""
    parts = quotable_parts(revision.text)
    if found is not None and found.hit.passage.part is not None:
        matched = article.translations[found.language].published
        if matched is not None and (found.language == language or len(quotable_parts(matched.text)) == len(parts)):
            return parts[found.hit.passage.part]
    first = sections(revision.text.body)
    return first[0].text if first else parts[0] if parts else ""


def show_notice(notice: Notice, reader: str) -> ShownNotice:
    """The notice in the reader's language, its dates in that language's words."""
    language = fallbacks(reader, set(notice.texts))[0]
    chosen = notice.texts[language]
    dates = {"valid_from": notice.valid_from, "valid_until": notice.valid_until}
    text = chosen.text
    for name, value in dates.items():
        if value is not None:
            day = format_date(to_local_time(value).date(), format="long", locale=locale(language))
            text = text.replace(f"{{{name}}}", day)
    return ShownNotice(id=notice.id, title=chosen.title, text=text, language=language)


def show_contact(contact: Contact, reader: str) -> ShownContact:
    return ShownContact(
        id=contact.id,
        name=contact.name,
        purpose=in_language(contact.purpose, reader) or "",
        languages=contact.languages,
        phones=[ShownPhone(number=p.number, note=in_language(p.note, reader)) for p in contact.phones],
        email=contact.email,
        website=contact.website,
        address=contact.address,
        hours=contact.hours,
        always_open=contact.always_open,
        hours_note=in_language(contact.hours_note, reader),
    )


def _choices(library: Library, hits: list[ArticleHit], reader: str, confidence: float) -> list[ShownChoice]:
    best = hits[0].hit.score if hits else 1.0
    shown = []
    for hit in hits[:5]:
        chosen = library.revision(hit.article.id, reader)
        if chosen is not None:
            share = max(0.0, hit.hit.score / best) if best > 0 else 0.0
            shown.append(
                ShownChoice(article=hit.article.id, title=chosen[1].text.title, confidence=confidence * share)
            )
    return shown


def _shown_language(reader: str, detection: Detection) -> ShownLanguage:
    return ShownLanguage(code=reader, confidence=detection.confidence, alternatives=detection.alternatives)
