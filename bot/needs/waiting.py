"""Questions that wait for an article: linked to it when it is begun, answered once it can be quoted.

What waits stands in the database, and is looked for again and again: so it is all the same who publishes the article,
how and in which process, and nothing is lost where a process ends in between.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from bot.blocks import sent_blocks
from bot.needs import asking, late, questions
from bot.needs.work import Gap
from bot.news import News
from bot.replies import Block
from bot.texts import Texts
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.editing import lists
from knowledge_base.editing.duties import Title
from knowledge_base.editing.manuscript import UnknownTextError
from retrieval.answers import Answers


class Waiters:
    """See `bot.needs.work.Waiting` for what each method is for; `clock` gives the aware time now."""

    def __init__(self, database: Database, answers: Answers, clock: Callable[[], datetime], news: News) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self._news = news

    async def link(self, article_id: str, texts: Mapping[str, str], *, by: str, moved: bool = False) -> int:
        async with self._database.transaction() as session:
            if not await repository.lock_article(session, article_id):
                raise UnknownTextError(f"there is no article {article_id!r}")
            linked = await questions.link(session, texts, article_id, moved=moved)
            asked = [(one.language, texts[one.key]) for one in linked if one.key in texts]
            await asking.keep(session, article_id, asked, by=by, now=self._clock())
            return len(linked)

    async def people(self, article_id: str) -> int:
        async with self._database.reading() as session:
            asked = await questions.awaiting(session, article_id)
        return len({one.conversation_id for one in asked if late.is_recent(one, self._clock())})

    async def begun(self, gaps: Iterable[Gap]) -> Mapping[str, Title]:
        async with self._database.reading() as session:
            return await lists.titles(session, {article for gap in gaps for article in gap.awaits})

    async def unpublished(self) -> Sequence[Title]:
        async with self._database.reading() as session:
            found = await lists.titles(session, await lists.unpublished(session))
        return sorted(found.values(), key=lambda title: (title.text.casefold(), title.article))

    async def tick(self) -> None:
        """Answer whoever waits for what can be quoted by now; to be said again and again."""
        async with self._database.reading() as session:
            articles = await questions.awaited(session)
        for article_id in articles:
            if self._answers.published(article_id):
                await self._answer(article_id)

    async def _answer(self, article_id: str) -> None:
        now = self._clock()
        async with self._database.transaction() as session:
            # First of all: whoever erases a conversation has it locked before its questions.
            rows = await late.waiting(session, await questions.awaiting(session, article_id), now)
            # Another process may have answered, or an editor settled, what was read before that.
            asked = await questions.awaiting(session, article_id)
            ids = {one.conversation_id for one in asked}
            rows = {conversation_id: row for conversation_id, row in rows.items() if conversation_id in ids}
            await questions.settle(session, {one.key for one in asked}, "answered", now)
            told = await late.tell(session, asked, rows, lambda reader: self.quoted(article_id, reader), now)
        for conversation_id in told:
            self._news.tell(conversation_id)

    def quoted(self, article_id: str, texts: Texts) -> list[Block]:
        """What a reader is sent of an article; nothing where it is not published."""
        return sent_blocks(self._answers.open_article(article_id, now=self._clock(), reader=texts.reader), texts)
