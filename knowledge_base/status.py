"""How complete and how sure the content is: what `kalauz kb status` and editors see."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from knowledge_base.documents import Article, Content, Notice
from knowledge_base.readability import reading_levels

TranslationState = Literal["current", "outdated", "draft", "missing"]
NoticeState = Literal["running", "scheduled", "ended"]


def translation_state(article: Article, language: str) -> TranslationState:
    """`outdated` if and only if a major source revision is newer than the one rendered."""
    translation = article.translations.get(language)
    if translation is None:
        return "missing"
    if translation.published is None:
        return "draft"
    source = article.translations[article.source_language].published
    if language == article.source_language or source is None:
        return "current"
    newest_major = source.last_major or source.number or 1
    return "outdated" if (translation.published.renders or 0) < newest_major else "current"


def notice_state(notice: Notice, now: datetime) -> NoticeState:
    """At the aware time `now`."""
    if notice.is_live(now):
        return "running"
    begun = notice.model_copy(update={"valid_until": None}).is_live(now)
    return "ended" if begun else "scheduled"


@dataclass(slots=True)
class LanguageStatus:
    language: str
    current: int = 0
    outdated: int = 0
    draft: int = 0
    missing: int = 0


@dataclass(slots=True)
class ContentStatus:
    articles: int
    history: int
    notices: int
    contacts: int
    languages: list[LanguageStatus]
    confidence: dict[str, int] = field(default_factory=dict)
    to_verify: list[tuple[str, str]] = field(default_factory=list)
    # The median LIX by language; see `knowledge_base.readability`.
    reading: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def coverage(articles: Collection[Article], languages: Iterable[str]) -> list[LanguageStatus]:
    """How much of the content there is in each language."""
    found = []
    for language in languages:
        states = Counter(translation_state(article, language) for article in articles)
        row = states["current"], states["outdated"], states["draft"], states["missing"]
        found.append(LanguageStatus(language, *row))
    return found


def content_status(content: Content) -> ContentStatus:
    """Counts over all articles and languages; `to_verify` lists (article or contact id, what to confirm)."""
    languages = sorted({language for article in content.articles for language in article.translations})
    status = ContentStatus(
        articles=len(content.articles),
        history=sum(article.facts.history for article in content.articles),
        notices=len(content.notices),
        contacts=len(content.contacts),
        languages=coverage(content.articles, languages),
        reading=reading_levels(content.articles),
    )
    for article in content.articles:
        level = article.facts.confidence
        status.confidence[level] = status.confidence.get(level, 0) + 1
        if article.facts.verify:
            status.to_verify.append((article.id, article.facts.verify))
    status.to_verify += [(contact.id, contact.verify) for contact in content.contacts if contact.verify]
    return status
