"""One question, one answer."""

import time
from datetime import date, datetime
from typing import Literal

from babel.dates import format_date

from knowledge_base.documents import Article, Contact, Notice, Revision, Site, Texts
from knowledge_base.languages import fallbacks, locale, primary
from knowledge_base.markdown import sections
from knowledge_base.status import translation_state
from retrieval.confidence import Calibration
from retrieval.language import LanguageDetector
from retrieval.library import ArticleHit, Library, quotable_parts
from retrieval.question import checked
from retrieval.shown import (
    Answer,
    Outcome,
    ShownAnswer,
    ShownChoice,
    ShownContact,
    ShownLanguage,
    ShownNotice,
    ShownPhone,
)


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
        stands in for the site's countries. Raises QuestionError for a text that cannot be taken.
        """
        started = time.perf_counter()
        library, calibration = self._current
        text = checked(question)
        detection = self.detector.detect(text, prior=language or prior)
        reader = language or detection.code or prior or self.site.default_language
        countries = {country} if country else set(self.site.countries)
        hits = library.search(text, countries=countries, year=now.year)
        confidence = calibration.probability(hits)
        outcome: Outcome = "no_answer"
        if hits and confidence >= calibration.answer_from:
            outcome = "answer"
        elif hits and confidence >= calibration.choices_from:
            outcome = "choices"
        shown = show_article(library, hits[0].article, reader, hits[0]) if outcome == "answer" else None
        article = hits[0].article if shown else None
        return Answer(
            question=text,
            language=ShownLanguage(
                code=reader,
                sure=language is not None or detection.code is not None,
                confidence=1.0 if language else detection.distribution.get(reader, 0.0),
                alternatives=detection.alternatives,
            ),
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
            language=ShownLanguage(code=reader, sure=True, confidence=1.0, alternatives=[]),
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

    def helpers(self, reader: str) -> list[ShownContact]:
        """Whom the site offers when nothing else fits: its hotline, and the first crisis contact.

        The crisis contact stands there because danger is not recognised yet, and ends here too.
        """
        ids = dict.fromkeys((self.site.hotline, self.site.crisis[0]))
        return [show_contact(self.library.contacts[i], reader) for i in ids if i in self.library.contacts]

    def _contacts(self, library: Library, article: Article | None, outcome: Outcome, reader: str) -> list[ShownContact]:
        if outcome == "no_answer":
            return self.helpers(reader)
        ids = article.facts.contacts if article else []
        return [show_contact(library.contacts[i], reader) for i in ids if i in library.contacts]


def show_article(library: Library, article: Article, reader: str, found: ArticleHit | None) -> ShownAnswer | None:
    """The article in the reader's language, or the nearest; the part that was found stands first."""
    chosen = library.revision(article.id, reader)
    if chosen is None:
        return None
    language, revision = chosen
    state = translation_state(article, language)
    same = primary(language) == primary(reader)
    passage, kind = _passage(article, language, revision, found)
    return ShownAnswer(
        article=article.id,
        title=revision.text.title,
        language=language,
        passage=passage,
        passage_kind=kind,
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


def _passage(
    article: Article, language: str, revision: Revision, found: ArticleHit | None
) -> tuple[str, Literal["summary", "section", "step"]]:
    """The part that matched, else the short answer. Parts of two translations agree only if their number does."""
    n_sections, parts = len(sections(revision.text.body)), quotable_parts(revision.text)
    part = found.hit.passage.part if found is not None else None
    if found is not None and part is not None:
        matched = article.translations[found.language].published
        if matched is not None and (found.language == language or len(quotable_parts(matched.text)) == len(parts)):
            if part >= n_sections:
                return parts[part], "step"
            return parts[part], "section" if parts[part].startswith("## ") else "summary"
    return (parts[0] if parts else ""), "summary" if n_sections else "step"


def show_notice(notice: Notice, reader: str) -> ShownNotice:
    """The notice in the reader's language, its dates in that language's words."""
    language = fallbacks(reader, set(notice.texts))[0]
    chosen = notice.texts[language]
    dates = {"valid_from": notice.valid_from, "valid_until": notice.valid_until}
    text = chosen.text
    for name, value in dates.items():
        if value is not None:
            # The day that the editor wrote: `T24:00` ends it, and is not the next one to a reader.
            day = format_date(date.fromisoformat(value[:10]), format="long", locale=locale(language))
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
                ShownChoice(
                    article=hit.article.id,
                    title=chosen[1].text.title,
                    language=chosen[0],
                    confidence=confidence * share,
                )
            )
    return shown
