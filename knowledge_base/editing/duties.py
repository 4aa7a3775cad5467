"""What needs an editor: drafts, outdated and missing translations, facts to confirm, texts reviewed long ago."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

from knowledge_base.documents import Article, Text, Topic
from knowledge_base.status import translation_state

Need = Literal["draft", "outdated", "missing", "verify", "old"]
NEEDS: Final[tuple[Need, ...]] = get_args(Need)
# After how long a text is to be compared with its sources again.
LONG_AGO = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do about an article's text in `language`.

    `title` is in `title_language`. `about` is what to confirm, for facts; `since` the day of the last review.
    """

    article: str
    language: str
    title: str
    title_language: str
    about: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an editor looks for; an empty value is everything. `topic` includes the topics below it."""

    topic: str = ""
    country: str = ""
    language: str = ""
    words: str = ""


def newest_text(article: Article, language: str) -> Text | None:
    """The draft, else the published text."""
    translation = article.translations.get(language)
    revision = translation and (translation.draft or translation.published)
    return revision.text if revision else None


def duties(articles: Iterable[Article], language: str, today: date) -> dict[Need, list[Duty]]:
    """By what they need, in the order of NEEDS; of one language, or of all where `language` is empty.

    What is missing is told of one language only: of all together it would be nearly everything. Facts are the
    business of every language. The longest not reviewed come first.
    """
    found: dict[Need, list[Duty]] = {need: [] for need in NEEDS}
    for article in articles:
        for tag in [language] if language else article.translations:
            translation = article.translations.get(tag)
            published = translation.published if translation else None
            state = translation_state(article, tag)
            if translation is not None and translation.draft is not None:
                found["draft"].append(_duty(article, tag))
            if state in ("outdated", "missing"):
                found["outdated" if state == "outdated" else "missing"].append(_duty(article, tag))
            if published is not None and published.reviewed < today - LONG_AGO:
                found["old"].append(_duty(article, tag, since=published.reviewed))
        if article.facts.verify:
            found["verify"].append(_duty(article, article.source_language, about=article.facts.verify))
    found["old"].sort(key=lambda duty: (duty.since or today, duty.article))
    return found


def matching(articles: Iterable[Article], topics: Sequence[Topic], wanted: Wanted) -> list[Article]:
    """The articles with the topic and the country, in some of whose texts all the words stand."""
    below = subtopics(topics, wanted.topic) if wanted.topic else None
    words = _folded(wanted.words).split()
    return [
        article
        for article in articles
        if (below is None or below & set(article.facts.topics))
        and wanted.country in ("", article.facts.country)
        and (not words or _says(article, words))
    ]


def subtopics(topics: Sequence[Topic], topic: str) -> set[str]:
    """The topic and all below it."""
    found = {topic}
    while more := {one.id for one in topics if one.parent in found} - found:
        found |= more
    return found


def _duty(article: Article, language: str, *, about: str | None = None, since: date | None = None) -> Duty:
    text, title_language = newest_text(article, language), language
    if text is None:
        text, title_language = newest_text(article, article.source_language), article.source_language
    return Duty(article.id, language, text.title if text else article.id, title_language, about, since)


def _says(article: Article, words: Sequence[str]) -> bool:
    said = [article.id]
    for translation in article.translations.values():
        for revision in (translation.published, translation.draft):
            if revision is not None:
                text = revision.text
                said += [text.title, *text.questions, *text.search_questions, text.body]
                said += [f"{step.title} {step.text or ''}" for step in text.steps]
    folded = _folded("\n".join(said))
    return all(word in folded for word in words)


def _folded(text: str) -> str:
    """Without capitals and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
