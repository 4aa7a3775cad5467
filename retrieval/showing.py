"""Articles, notices and contacts as a reader sees them: in the nearest language, dates in that language's words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from knowledge_base.documents import Article, Contact, Notice, Revision, Texts, Translation
from knowledge_base.languages import fallbacks, locale, primary
from knowledge_base.markdown import sections
from knowledge_base.schedule import Schedule, public_holidays
from knowledge_base.status import translation_state
from retrieval.library import ArticleHit, Library, quotable_parts
from retrieval.shown import (
    PassageKind,
    ShownAnswer,
    ShownChoice,
    ShownContact,
    ShownNotice,
    ShownOpening,
    ShownPhone,
)


def in_language(texts: Texts, reader: str) -> str | None:
    """The text for a reader, in the nearest language there is."""
    for language in fallbacks(reader, set(texts)):
        return texts[language]
    return None


def show_article(
    library: Library, article: Article, reader: str, found: ArticleHit | None = None, *, question: str | None = None
) -> ShownAnswer | None:
    """The article in the reader's language, or the nearest.

    The part that was found is its passage, or the part that lies nearest to a question.
    """
    chosen = library.revision(article.id, reader)
    if chosen is None:
        return None
    language, revision = chosen
    if question is None:
        passage, kind = _passage(revision, found)
    else:
        near = library.parts(article.id, language, question)
        passage, kind = _part(revision, max(near, key=lambda part: near[part]) if near else 0)
    return _shown(article, language, revision, reader, passage, kind)


def show_revision(article: Article, language: str, revision: Revision) -> ShownAnswer:
    """What a reader of the language will see when the revision is published."""
    translations = {**article.translations, language: Translation(published=revision)}
    published = article.model_copy(update={"translations": translations})
    return _shown(published, language, revision, language, *_part(revision, 0))


def show_published(article: Article) -> dict[str, ShownAnswer]:
    """Every published text as its own readers see it, by language."""
    texts = {language: translation.published for language, translation in article.translations.items()}
    return {language: show_revision(article, language, text) for language, text in texts.items() if text}


def _shown(
    article: Article, language: str, revision: Revision, reader: str, passage: str, kind: PassageKind
) -> ShownAnswer:
    state = translation_state(article, language)
    same = primary(language) == primary(reader)
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
        audience=list(article.facts.audience),
        topics=list(article.facts.topics),
        confidence_of_facts=article.facts.confidence,
        history=article.facts.history,
    )


def _passage(revision: Revision, found: ArticleHit | None) -> tuple[str, PassageKind]:
    """The part that matched, else the short answer. Parts of two texts agree only if their number does."""
    part = found.hit.passage.part if found is not None else None
    if found is not None and part is not None and found.parts == len(quotable_parts(revision.text)):
        return _part(revision, part)
    return _part(revision, 0)


def _part(revision: Revision, part: int) -> tuple[str, PassageKind]:
    """A quotable part by its number, and what it is."""
    parts, n_sections = quotable_parts(revision.text), len(sections(revision.text.body))
    if not parts:
        return "", "summary"
    if part >= n_sections:
        return parts[part], "step"
    return parts[part], "section" if parts[part].startswith("## ") else "summary"


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


def show_contact(contact: Contact, reader: str, now: datetime, zone: ZoneInfo) -> ShownContact:
    """With what holds at the aware time `now`, by the clock of `zone`."""
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
        opening=_opening(contact, now, zone),
    )


def _opening(contact: Contact, now: datetime, zone: ZoneInfo) -> ShownOpening | None:
    if contact.always_open or not contact.hours:
        return None
    schedule = Schedule(zone, contact.hours, public_holidays(contact.country, now.astimezone(zone).date()))
    until = schedule.open_until(now)
    return ShownOpening(open=until is not None, changes=until or schedule.opens(now))


def show_choice(library: Library, article: Article, reader: str, confidence: float) -> ShownChoice | None:
    chosen = library.revision(article.id, reader)
    if chosen is None:
        return None
    return ShownChoice(article=article.id, title=chosen[1].text.title, language=chosen[0], confidence=confidence)
