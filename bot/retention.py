"""Conversations in which nothing happens any more are erased, as by hand, once the site's time for them is over.

Not while somebody still has to do something about them: a case that is open keeps its conversation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversations
from bot.handoff.delivery import Deliveries
from bot.handoff.moves import OPEN
from bot.handoff.tables import HandoffRow
from bot.news import News
from bot.tables import ConversationRow, EventRow
from knowledge_base.database import Database

# Conversations that are erased before others get their turn at the database.
BATCH = 20
# How long nothing is looked for once nothing was left.
REST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """How many conversations are to be erased, and how many old ones an open case keeps."""

    erased: int
    kept: int


class Retention:
    """Erases what is older than `days`. `clock` gives the aware time now; `news` is told of what was erased."""

    def __init__(
        self,
        database: Database,
        days: int,
        clock: Callable[[], datetime],
        *,
        news: News | None = None,
        deliveries: Deliveries | None = None,
    ) -> None:
        self._database = database
        self._kept_for = timedelta(days=days)
        self._clock = clock
        self._news = news or News()
        self._deliveries = deliveries or Deliveries()
        self._rests_until: datetime | None = None

    async def due(self) -> Due:
        """What `run` would do now."""
        before = self._clock() - self._kept_for
        async with self._database.reading() as session:
            old = await _count(session, _old(before))
            free = await _count(session, _old(before).where(~_has_open_case()))
        return Due(free, old - free)

    async def run(self) -> int:
        """Erase all that is due; how many conversations that were."""
        erased = 0
        while found := await self._some():
            erased += await self._erase(found)
        return erased

    async def tick(self) -> None:
        """Erase some of what is due; to be said again and again."""
        now = self._clock()
        if self._rests_until is not None and now < self._rests_until:
            return
        found = await self._some()
        await self._erase(found)
        self._rests_until = now + REST if len(found) < BATCH else None

    async def _some(self) -> list[str]:
        query = _old(self._clock() - self._kept_for).where(~_has_open_case())
        async with self._database.reading() as session:
            return list(await session.scalars(query.order_by(ConversationRow.started_at).limit(BATCH)))

    async def _erase(self, conversation_ids: list[str]) -> int:
        erased = []
        for conversation_id in conversation_ids:
            async with self._database.transaction() as session:
                if await self._is_due(session, conversation_id):
                    await conversations.erase(session, conversation_id)
                    erased.append(conversation_id)
        if erased:
            await self._database.forget()
        for conversation_id in erased:
            self._deliveries.forget(conversation_id)
            self._news.tell(conversation_id)
        return len(erased)

    async def _is_due(self, session: AsyncSession, conversation_id: str) -> bool:
        """Whether nothing has come between; if so, nothing will, for the conversation is locked."""
        if await session.get(ConversationRow, conversation_id, with_for_update=True) is None:
            return False
        query = _old(self._clock() - self._kept_for).where(~_has_open_case(), ConversationRow.id == conversation_id)
        return (await session.execute(query)).first() is not None


def _old(before: datetime) -> Select[str]:
    """The ids of the conversations whose last event is older."""
    newer = exists().where(
        EventRow.conversation_id == ConversationRow.id,
        EventRow.data["timestamp"].as_float() > before.timestamp(),
    )
    return select(ConversationRow.id).where(ConversationRow.started_at <= before, ~newer)


async def _count(session: AsyncSession, query: Select[str]) -> int:
    return await session.scalar(query.with_only_columns(func.count())) or 0


def _has_open_case() -> ColumnElement[bool]:
    return exists().where(HandoffRow.conversation_id == ConversationRow.id, HandoffRow.state.in_(OPEN))
