"""The published content together with its index: one immutable whole that is swapped at once."""

import copy
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.documents import Article, Contact, Content, Notice, Revision, Step, Text, Topic
from knowledge_base.glossary import Glossary, bare
from knowledge_base.languages import fallbacks, primary
from knowledge_base.markdown import plain_text, sections
from knowledge_base.transliteration import with_latin
from retrieval.case import Case
from retrieval.encoder import Encoder
from retrieval.encoder.features import without_marks, words
from retrieval.index import Hit, HybridIndex
from retrieval.passages import SearchDocument
from retrieval.vectors import Progress, VectorCache

YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article that may answer; `language` is that of its nearest passage, whose text was cut into `parts`."""

    article: Article
    language: str
    parts: int
    hit: Hit


def step_text(step: Step) -> str:
    """A step as Markdown, for quoting; labels are the reader's business."""
    papers = [f"- {paper}" for paper in step.papers]
    lines = [f"**{step.title}**", step.text, *papers, step.place, step.fee, step.deadline]
    return "\n".join(line for line in lines if line)


def quotable_parts(text: Text) -> list[str]:
    """The sections, then the steps of a text, as Markdown, in the order in which passages number them."""
    quoted = [f"## {s.heading}\n\n{s.text}" if s.heading else s.text for s in sections(text.body)]
    return quoted + [step_text(step) for step in text.steps]


def search_document(article: Article, language: str, revision: Revision) -> SearchDocument:
    """The searchable side of a published translation."""
    text = revision.text
    return SearchDocument(
        id=article.id,
        language=language,
        title=text.title,
        questions=(*text.questions, *text.search_questions),
        parts=tuple(plain_text(part) for part in quotable_parts(text)),
    )


def search_documents(article: Article, glossary: Glossary | None = None) -> list[SearchDocument]:
    """All that is searched of an article: its published translations, then how people ask for it.

    A language in which people ask, but that has no translation, is told by the glossary what the official terms of
    the title are called. Nothing where no translation is published.
    """
    live = {language: t.published for language, t in article.translations.items() if t.published is not None}
    if not live:
        return []
    source = live.get(article.source_language)
    terms = glossary.said(source.text.title, article.source_language) if glossary and source else []
    called = [glossary.names(term.id) for term in terms] if glossary else []
    translated = set(map(primary, live))
    asked = []
    for language, texts in article.asked.items():
        names = [bare(term.text) for known in called for tag, term in known.items() if primary(tag) == language]
        said = texts if language in translated else dict.fromkeys([*texts, *names])
        asked.append(SearchDocument(article.id, language, "", tuple(said)))
    return [search_document(article, language, revision) for language, revision in live.items()] + asked


class Library:
    """What answers are taken from. Immutable: a publication builds the next one."""

    def __init__(
        self,
        content: Content,
        encoder: Encoder,
        *,
        version: int = 0,
        cache: VectorCache | None = None,
        progress: Progress | None = None,
        before: "Library | None" = None,
        glossary: Glossary | None = None,
    ) -> None:
        """`before` is the library that this one follows.

        Its index is kept where nothing that is searched differs, and where something does, what it has encoded and
        counted; `index.keep` writes that for the next start.
        """
        self.version = version
        self.source, content = content, with_latin(content)
        documents = [document for article in content.articles for document in search_documents(article, glossary)]
        known = before.index if before is not None else None
        is_same = known is not None and known.encoder is encoder and known.documents == documents
        self.index: HybridIndex = (
            known
            if known and is_same
            else HybridIndex(documents, encoder, cache=cache, progress=progress, before=known)
        )
        self._document = {(d.id, d.language): n for n, d in enumerate(documents) if d.title}
        self._entries: list[Article] = []
        self._like: dict[tuple[str, str, int, Case | None], list[str]] = {}
        self._show(content)
        self._names_of_the_past = self._distinctive_words()

    def _show(self, content: Content) -> None:
        """Show the content, which need not be the one that is indexed."""
        self.content = content
        self.articles: dict[str, Article] = {article.id: article for article in content.articles}
        self.contacts: dict[str, Contact] = {contact.id: contact for contact in content.contacts}
        self.topics: dict[str, Topic] = {topic.id: topic for topic in content.topics}
        self._published = [article for article in content.articles if is_published(article)]
        # Of an article that is gone only what says that it was there.
        before = {article.id: article for article in self._entries}
        self._entries = [self.articles.get(i) or before[i] for i in self.index.ids]
        published = {article.id for article in self._published}
        self._can_be_found = np.array([article.id in published for article in self._entries], dtype=bool)
        self._country = np.array([article.facts.country for article in self._entries], dtype="U2")
        self._history = np.array([article.facts.history for article in self._entries], dtype=bool)

    def reworded(self, content: Content) -> "Library":
        """This library with a newer content to show; how that is found waits for the library that follows.

        Nothing that was withdrawn is found or shown. `content` shares with the one before the articles that are as
        they were.
        """
        before = {article.id: article for article in self.source.articles}
        newer = [article for article in content.articles if article is not before.get(article.id)]
        changed = with_latin(content.model_copy(update={"articles": newer}))
        articles = self.articles | {article.id: article for article in changed.articles}
        other = copy.copy(self)
        other._like = {}
        other.source = content
        other._show(changed.model_copy(update={"articles": [articles[article.id] for article in content.articles]}))
        return other

    def search(
        self,
        question: str,
        *,
        countries: set[str],
        year: int,
        case: Case | None = None,
        limit: int = 5,
        weights: Mapping[str, float] | None = None,
    ) -> list[ArticleHit]:
        """The best articles of the countries and the case, best first; history only for questions about the past.

        `weights` are those of a fitted ranking; left out, the index's own.
        """
        allowed = self._allowed(question, countries, year)
        if case is not None and case != Case():
            allowed &= np.array([case.fits(article) for article in self._entries], dtype=bool)
        hits = self.index.search(question, allowed=allowed, limit=limit, weights=weights)
        found = [(hit, self.index.documents[hit.document]) for hit in hits]
        return [
            ArticleHit(self._entries[hit.entry], document.language, len(document.parts), hit) for hit, document in found
        ]

    def like(self, title: str, *, country: str, year: int, case: Case | None, limit: int) -> list[Article]:
        """The articles that a title finds, best first. Titles are few and asked for again and again: remembered."""
        key = (title, country, year, case)
        if key not in self._like:
            hits = self.search(title, countries={country}, year=year, case=case, limit=limit)
            self._like[key] = [hit.article.id for hit in hits]
        return [self.articles[found] for found in self._like[key] if found in self.articles]

    def parts(self, article_id: str, language: str, question: str) -> dict[int, float]:
        """How near each quotable part of a published translation is to a question, as cosines.

        None where the text is cut into other parts than those that are indexed.
        """
        document, chosen = self._document.get((article_id, language)), self.revision(article_id, language)
        if document is None or chosen is None or chosen[0] != language:
            return {}
        is_cut_alike = len(self.index.documents[document].parts) == len(quotable_parts(chosen[1].text))
        return self.index.parts(document, question) if is_cut_alike else {}

    def articles_of(self, topic: str, countries: set[str]) -> list[Article]:
        """The topic's articles in force in the countries: its own first, then those that touch it."""
        found = [
            article
            for article in self._published
            if topic in article.facts.topics and article.facts.country in countries and not article.facts.history
        ]
        return sorted(found, key=lambda article: (article.facts.topics.index(topic), article.facts.kind == "directory"))

    def articles_in(self, phase: str, countries: set[str]) -> list[Article]:
        """The articles in force for a phase of somebody's stay in the countries, procedures and answers first."""
        found = [
            article
            for article in self._published
            if article.facts.phase == phase and article.facts.country in countries and not article.facts.history
        ]
        return sorted(found, key=lambda article: article.facts.kind == "directory")

    def subtopics(self, topic: str | None) -> list[Topic]:
        """The topics below one, or the uppermost."""
        return [candidate for candidate in self.content.topics if candidate.parent == topic]

    def revision(self, article_id: str, reader: str) -> tuple[str, Revision] | None:
        """The published revision to show to a reader of `reader`, with its language."""
        article = self.articles.get(article_id)
        if article is None:
            return None
        live = {lang: t.published for lang, t in article.translations.items() if t.published is not None}
        for language in fallbacks(reader, set(live), last=article.source_language):
            return language, live[language]
        return None

    def notices(self, topics: list[str], countries: set[str]) -> list[Notice]:
        """Notices scoped to one of the topics (or one above them) and countries, whether in force or not."""
        scope = {above for topic in topics for above in self.path(topic)}
        return [n for n in self.content.notices if scope & set(n.topics) and countries & set(n.countries)]

    def path(self, topic: str) -> list[str]:
        """The topic, the one above it, and so on to the uppermost."""
        path: list[str] = []
        above: str | None = topic
        while above is not None and above not in path:
            path.append(above)
            found = self.topics.get(above)
            above = found.parent if found else None
        return path

    def _allowed(self, question: str, countries: set[str], year: int) -> NDArray[np.bool_]:
        allowed = self._can_be_found & np.isin(self._country, sorted(countries))
        if not self._asks_about_the_past(question, year):
            allowed &= ~self._history
        return allowed

    def _asks_about_the_past(self, question: str, year: int) -> bool:
        """A year before the last one, or a name that only history articles know (a project's, say)."""
        # Arabic, Persian and Indian digits name years too.
        digits = "".join(str(unicodedata.decimal(c, c)) for c in question)
        if any(int(found) < year - 1 for found in YEAR.findall(digits)):
            return True
        return any(without_marks(word) in self._names_of_the_past for word in words(question))

    def _distinctive_words(self) -> frozenset[str]:
        past: set[str] = set()
        for document, history in zip(self.index.documents, self._history[self.index.entry_of], strict=True):
            if history:
                # Only titles name the past: their questions also say "train", "Chinese" and the like.
                past.update(without_marks(word) for word in words(document.title))
        named = (word for word in past if len(word) > 3 and not word.isdigit())
        is_living = ~self._history[self.index.entry_of]
        return frozenset(word for word in named if not is_living[self.index.saying(word)].any())


def is_published(article: Article) -> bool:
    """Whether in any language."""
    return any(translation.published for translation in article.translations.values())
