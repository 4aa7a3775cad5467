"""Replies that counsellors keep ready; all SQL of them. Every function works inside the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff.inbox import CannedReply, UnknownReplyError
from bot.handoff.tables import CannedReplyRow
from knowledge_base.languages import fallbacks


async def replies(session: AsyncSession) -> list[CannedReply]:
    """All of them, by language and title."""
    query = select(CannedReplyRow).order_by(CannedReplyRow.language, CannedReplyRow.title, CannedReplyRow.id)
    return [CannedReply(row.id, row.language, row.title, row.text) for row in (await session.execute(query)).scalars()]


async def keep(session: AsyncSession, reply: CannedReply) -> None:
    """Add a reply or change it. Raises UnknownReplyError for one that was deleted meanwhile."""
    if reply.id is None:
        session.add(CannedReplyRow(language=reply.language, title=reply.title, text=reply.text))
        return
    row = await session.get(CannedReplyRow, reply.id, with_for_update=True)
    if row is None:
        raise UnknownReplyError("there is no such reply, or it was deleted")
    row.language, row.title, row.text = reply.language, reply.title, reply.text


async def drop(session: AsyncSession, reply_id: int) -> None:
    """Delete a reply, if it is still there."""
    await session.execute(delete(CannedReplyRow).where(CannedReplyRow.id == reply_id))


def for_language(replies: Sequence[CannedReply], language: str) -> list[CannedReply]:
    """Those to choose from for who writes in a language: in it, else in the nearest that there are replies in."""
    nearest = fallbacks(language, {reply.language for reply in replies})[:1]
    return [reply for reply in replies if reply.language in nearest]
