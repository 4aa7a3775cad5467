"""What editors do about what people need: each change is one transaction, and noted with who made it."""

import asyncio
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.needs import asking, late, questions
from bot.needs.figures import Statistics
from bot.needs.gaps import gaps
from bot.needs.period import Period, periods
from bot.needs.statistics import statistics
from bot.needs.tallies import first_day, tallies
from bot.needs.waiting import Waiters
from bot.needs.work import Answered, Gap, Near, Question, UnknownQuestionError, wordings
from bot.news import News
from bot.redaction import without_marks
from bot.staff.tables import AuditRow
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.editing.manuscript import UnknownTextError
from retrieval.answers import Answers
from retrieval.library import Library
from retrieval.showing import show_choice

# The newest questions are gathered: more would keep an editor waiting. And how many articles are near.
MOST, NEAREST = 500, 5


class Survey:
    """See `bot.needs.work.Needs` for what each method is for; `clock` gives the aware time now."""

    def __init__(
        self, database: Database, answers: Answers, clock: Callable[[], datetime], *, news: News | None = None
    ) -> None:
        self._database = database
        self._news = news or News()
        self._answers = answers
        self._clock = clock
        self.waiting = Waiters(database, answers, clock, self._news)
        # Only of what is shown, and never on disk: they go with the questions.
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._encoder = ""

    @property
    def most(self) -> int:
        return MOST

    @property
    def recent_days(self) -> int:
        return late.RECENT.days

    async def gaps(self, reader: str, most: int) -> Sequence[tuple[Gap, Near | None]]:
        found = (await self._gathered())[:most]

        def with_nearest() -> list[tuple[Gap, Near | None]]:
            library = self._answers.library
            return [(gap, next(iter(self._nearest(library, gap, reader, 1)), None)) for gap in found]

        return await asyncio.to_thread(with_nearest)

    async def gap(self, key: str, reader: str) -> tuple[Gap, Sequence[Near]]:
        for gap in await self._gathered():
            if key in {question.key for question in gap.questions}:
                return gap, await asyncio.to_thread(self._nearest, self._answers.library, gap, reader, NEAREST)
        raise UnknownQuestionError(f"no question without an answer has the key {key!r}")

    def articles(self, reader: str) -> Sequence[Near]:
        library = self._answers.library
        shown = [show_choice(library, article, reader, 0.0) for article in library.articles.values()]
        found = [Near(one.article, one.title, one.language) for one in shown if one is not None]
        return sorted(found, key=lambda near: (near.title.casefold(), near.article))

    async def answered(self, article_id: str, texts: Mapping[str, str], *, by: str, tell: bool = False) -> Answered:
        now = self._clock()
        async with self._database.transaction() as session:
            asked = await questions.alike(session, texts)
            # First of all: whoever erases a conversation has it locked before its questions.
            rows = await late.waiting(session, asked, now) if tell else {}
            if not await repository.lock_article(session, article_id):
                raise UnknownTextError(f"there is no article {article_id!r}")
            open_ones = {question.key: question for question in await questions.unanswered(session)}
            if not texts.keys() <= open_ones.keys():
                raise UnknownQuestionError("a question was settled or erased meanwhile")
            written = [(open_ones[key].language, text) for key, text in texts.items()]
            await asking.keep(session, article_id, written, by=by, now=now)
            count = await questions.settle(session, texts, "answered", now)
            told = await late.tell(session, asked, rows, lambda reader: self.waiting.quoted(article_id, reader), now)
        for conversation_id in told:
            self._news.tell(conversation_id)
        return Answered(count, len(told))

    async def settle(self, keys: Collection[str], settled: Literal["aside"] | None, *, by: str) -> int:
        now = self._clock()
        async with self._database.transaction() as session:
            changed = await questions.settle(session, keys, settled, now)
            if changed:
                action = "set aside" if settled else "take up again"
                session.add(AuditRow(at=now, login=by, action=action, subject=str(changed)))
            return changed

    async def periods(self) -> Sequence[Period]:
        async with self._database.reading() as session:
            return periods(await first_day(session, self._answers.site.id), self._clock().date())

    async def statistics(self, period: Period) -> Statistics:
        site = self._answers.site
        async with self._database.reading() as session:
            found = await tallies(session, site.id, period)
            articles = await repository.load_articles(session, asked=False)
        return await asyncio.to_thread(statistics, period, found, articles, site.languages)

    def topics(self, reader: str) -> Mapping[str, str]:
        named = {topic: self._answers.topic_name(topic, reader) for topic in self._answers.library.topics}
        return {topic: found[1] for topic, found in named.items() if found is not None}

    async def aside(self) -> Sequence[tuple[Question, int]]:
        async with self._database.reading() as session:
            return wordings(await questions.unanswered(session, "aside", most=MOST))

    async def _gathered(self) -> list[Gap]:
        async with self._database.reading() as session:
            found = await questions.unanswered(session, most=MOST)
        return await asyncio.to_thread(self._gather, found)

    def _gather(self, found: Sequence[Question]) -> list[Gap]:
        encoder = self._answers.library.index.encoder
        texts = {question.text: without_marks(question.text) or question.text for question in found}
        kept = self._vectors if self._encoder == encoder.digest else {}
        kept = {text: kept[text] for text in texts if text in kept}
        missing = [text for text in texts if text not in kept]
        if missing:
            encoded = encoder.encode_queries([texts[text] for text in missing])
            kept |= dict(zip(missing, encoded, strict=True))
        self._vectors, self._encoder = kept, encoder.digest
        if not found:
            return []
        return gaps(found, np.stack([kept[question.text] for question in found]), self._clock())

    def _nearest(self, library: Library, gap: Gap, reader: str, limit: int) -> list[Near]:
        """The articles that are nearest to the question that names the gap."""
        asked = without_marks(gap.named_by.text) or gap.named_by.text
        answers = self._answers
        hits = library.search(
            asked,
            countries=set(answers.site.countries),
            year=self._clock().year,
            weights=answers.calibration.weights,
            limit=NEAREST,
        )
        sure = answers.calibration.probability(hits, asked)
        near = []
        for hit in hits[:limit]:
            confidence = sure * math.exp(hit.hit.score - hits[0].hit.score)
            shown = show_choice(library, hit.article, reader, confidence)
            if shown is not None:
                near.append(Near(shown.article, shown.title, shown.language, shown.confidence))
        return near
