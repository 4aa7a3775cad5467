"""All SQL of the questions that found no answer. Every function works inside the caller's transaction."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

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
        row.settled, row.settled_at = settled, now if settled else None
    return len(chosen)


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
    )


def _key(row: UnansweredRow) -> str:
    """Names the question in a page, and tells nothing of its conversation."""
    return hashlib.blake2b(f"{row.conversation_id}/{row.number}".encode(), digest_size=9).hexdigest()
