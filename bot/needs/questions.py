"""All SQL of the questions that found no answer. Every function works inside the caller's transaction."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.needs.work import Question, Settled
from bot.redaction import redacted
from bot.tables import UnansweredRow
from knowledge_base.database import in_utc


async def unanswered(
    session: AsyncSession, settled: Settled | None = None, *, most: int | None = None
) -> list[Question]:
    """The questions that still have no answer, or were settled so; newest first, at most `most`."""
    is_so = UnansweredRow.settled.is_(None) if settled is None else UnansweredRow.settled == settled
    order = UnansweredRow.asked_at.desc(), UnansweredRow.conversation_id, UnansweredRow.number.desc()
    query = select(UnansweredRow).where(is_so).order_by(*order).limit(most)
    return [_question(row) for row in (await session.execute(query)).scalars()]


async def count(session: AsyncSession) -> int:
    """How many questions still have no answer."""
    query = select(func.count()).select_from(UnansweredRow).where(UnansweredRow.settled.is_(None))
    return (await session.execute(query)).scalar_one()


async def alike(session: AsyncSession, keys: Collection[str]) -> list[Question]:
    """The open questions of these keys, and those in the same words."""
    found = await unanswered(session)
    words = {(question.language, question.text) for question in found if question.key in keys}
    return [question for question in found if (question.language, question.text) in words]


async def settle(session: AsyncSession, keys: Collection[str], settled: Settled | None, now: datetime) -> int:
    """Settle the questions of these keys, or take up again what was set aside; how many there were to change.

    Whoever asked in the same words in the same language asked the same.
    """
    before: Settled | None = None if settled else "aside"
    rows = list(await session.scalars(select(UnansweredRow).where(UnansweredRow.settled.is_not_distinct_from(before))))
    words = {(row.language, row.text) for row in rows if _key(row) in keys}
    chosen = [row for row in rows if (row.language, row.text) in words]
    for row in chosen:
        row.settled, row.settled_at, row.awaits = settled, now if settled else None, None
    return len(chosen)


async def link(session: AsyncSession, keys: Collection[str], article_id: str, *, moved: bool) -> list[Question]:
    """Let the open questions of these keys, and those in the same words, wait for an article; those that do now.

    What waits for another article goes on so, unless it is `moved`.
    """
    found = await session.scalars(select(UnansweredRow).where(UnansweredRow.settled.is_(None)))
    words = {(row.language, row.text) for row in found if _key(row) in keys}
    same = tuple_(UnansweredRow.language, UnansweredRow.text).in_(words)
    query = select(UnansweredRow).where(UnansweredRow.settled.is_(None), same)
    if not moved:
        query = query.where(or_(UnansweredRow.awaits.is_(None), UnansweredRow.awaits == article_id))
    # Locked in one order, and without those that are erased meanwhile.
    query = query.order_by(UnansweredRow.conversation_id, UnansweredRow.number).with_for_update()
    rows = list(await session.scalars(query))
    for row in rows:
        row.awaits = article_id
    return [_question(row) for row in rows]


async def awaited(session: AsyncSession) -> list[str]:
    """The articles that questions wait for."""
    query = select(UnansweredRow.awaits).where(UnansweredRow.awaits.is_not(None)).distinct()
    return sorted(article for article in await session.scalars(query) if article is not None)


async def awaiting(session: AsyncSession, article_id: str) -> list[Question]:
    """The questions that wait for an article, and what was asked in the same words since."""
    linked = aliased(UnansweredRow)
    same = exists().where(
        linked.awaits == article_id,
        linked.language == UnansweredRow.language,
        linked.text == UnansweredRow.text,
    )
    query = select(UnansweredRow).where(UnansweredRow.settled.is_(None), same)
    order = UnansweredRow.conversation_id, UnansweredRow.number
    return [_question(row) for row in await session.scalars(query.order_by(*order))]


def _question(row: UnansweredRow) -> Question:
    return Question(
        _key(row),
        row.conversation_id,
        row.number,
        row.language,
        # What an older version kept was not redacted yet.
        redacted(row.text),
        row.reason,
        row.article,
        in_utc(row.asked_at),
        row.awaits,
    )


def _key(row: UnansweredRow) -> str:
    """Names the question in a page, and tells nothing of its conversation."""
    return hashlib.blake2b(f"{row.conversation_id}/{row.number}".encode(), digest_size=9).hexdigest()
