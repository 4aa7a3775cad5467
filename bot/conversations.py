"""All SQL of conversations. Every function works inside the caller's transaction."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import UnknownConversationError, WrongTokenError
from bot.tables import ConversationRow, EventRow

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event and its number in the conversation, from 1."""

    number: int
    data: Event


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def start(
    session: AsyncSession, *, site: str, channel: str, language: str | None, now: datetime
) -> tuple[str, str]:
    """A new conversation: its id and its secret token, which is stored only as a hash."""
    conversation_id, token = secrets.token_urlsafe(12), secrets.token_urlsafe(32)
    session.add(
        ConversationRow(
            id=conversation_id,
            token_hash=_hash(token),
            site=site,
            channel=channel,
            language=language,
            owner="bot",
            started_at=now,
        )
    )
    await session.flush()
    return conversation_id, token


async def opened(session: AsyncSession, conversation_id: str, token: str, *, lock: bool = False) -> ConversationRow:
    """The conversation, if the token is its own; `lock` keeps others from adding events meanwhile."""
    query = select(ConversationRow).where(ConversationRow.id == conversation_id)
    row = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise UnknownConversationError("there is no such conversation")
    if not hmac.compare_digest(row.token_hash, _hash(token)):
        raise WrongTokenError("the token is not this conversation's")
    return row


async def events(session: AsyncSession, conversation_id: str, *, after: int = 0) -> list[StoredEvent]:
    query = select(EventRow).where(EventRow.conversation_id == conversation_id, EventRow.number > after)
    rows = (await session.execute(query.order_by(EventRow.number))).scalars()
    return [StoredEvent(row.number, row.data) for row in rows]


async def number_of_message(session: AsyncSession, conversation_id: str, client_id: str) -> int | None:
    """The number under which a message was stored, if it was."""
    query = select(EventRow.number).where(EventRow.conversation_id == conversation_id, EventRow.client_id == client_id)
    return (await session.execute(query)).scalar_one_or_none()


async def append(
    session: AsyncSession, conversation_id: str, new: list[Event], *, client_id: str | None = None
) -> list[StoredEvent]:
    """Add events to the end; `client_id` belongs to the first."""
    query = select(func.max(EventRow.number)).where(EventRow.conversation_id == conversation_id)
    last = (await session.execute(query)).scalar_one() or 0
    stored = [StoredEvent(last + i, data) for i, data in enumerate(new, 1)]
    for i, event in enumerate(stored):
        session.add(
            EventRow(
                conversation_id=conversation_id,
                number=event.number,
                client_id=client_id if i == 0 else None,
                data=event.data,
            )
        )
    await session.flush()
    return stored


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete the conversation and all its events."""
    await session.execute(delete(EventRow).where(EventRow.conversation_id == conversation_id))
    await session.execute(delete(ConversationRow).where(ConversationRow.id == conversation_id))
