"""A second look at a text while it is written: hints to a person, none of which stands in the way of publishing."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from weakref import WeakKeyDictionary

from bot.editing.work import Check, Level
from knowledge_base.documents import Article, Revision, Text
from knowledge_base.editing.manuscript import Manuscript
from knowledge_base.exchange.copies import source_of
from knowledge_base.glossary import shipped_glossary
from knowledge_base.proofreading import compared, own_findings
from knowledge_base.readability import Usual, reading_level, usual
from retrieval.answers import Answers
from retrieval.library import Library
from retrieval.shown import ShownChoice


class Checks:
    """Keeps how hard texts usually are until something is published; `clock` gives the aware time now."""

    def __init__(self, answers: Answers, clock: Callable[[], datetime]) -> None:
        self._answers = answers
        self._clock = clock
        # A library that is served no more goes out of memory.
        self._usual: WeakKeyDictionary[Library, dict[str, Usual | None]] = WeakKeyDictionary()

    async def of(self, article: Article, language: str, manuscript: Manuscript | None) -> Check:
        """Of the article's text in a language; of one that is not whole yet, the terms that it will need."""
        return await asyncio.to_thread(self._of, article, language, manuscript)

    async def near(self, said: Sequence[str], *, country: str, reader: str) -> Sequence[ShownChoice]:
        """Published articles of the country that may answer a title or a question already, likeliest first."""
        return await asyncio.to_thread(self._near, said, country, reader, None)

    def _of(self, article: Article, language: str, manuscript: Manuscript | None) -> Check:
        source = source_of(article).text
        is_source = language == article.source_language
        text = manuscript.text if manuscript else None
        pairs = [] if is_source else shipped_glossary().compare(source, article.source_language, text, language)
        if manuscript is None or text is None:
            return Check(terms=pairs)
        revision = Revision(text=text, reviewed=manuscript.reviewed)
        own = own_findings(article, language, revision, self._answers.detector.detect)
        beside = () if is_source else compared(article.id, language, source, text)
        said = [text.title, *text.questions[:1]]
        return Check(
            terms=pairs,
            findings=list(chain(beside, own)),
            level=self._level(text, language),
            near=self._near(said, article.facts.country, language, article.id) if is_source else (),
        )

    def _near(self, said: Sequence[str], country: str, reader: str, besides: str | None) -> Sequence[ShownChoice]:
        year = self._clock().year
        return self._answers.alike(said, country=country, year=year, reader=reader, besides=besides)

    def _level(self, text: Text, language: str) -> Level | None:
        library = self._answers.library
        known = self._usual.setdefault(library, {})
        if language not in known:
            known[language] = usual(library.content.articles, language)
        level, others = reading_level(text), known[language]
        if level is None or others is None:
            return None
        return "hard" if level > others.hard else "easy" if level < others.easy else "usual"
