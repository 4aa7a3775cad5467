"""All SQL of conversations. Every function works inside the caller's transaction."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BindParameter, Table, bindparam, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff import cases
from bot.messages import UnknownConversationError, WrongTokenError
from bot.state import Event
from bot.tables import CallbackRow, ConversationRow, EventRow, UnansweredRow

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
EVENTS = cast(Table, EventRow.__table__)
# What every turn asks. Putting a statement together takes longer than the database does.
_OWN: BindParameter[str] = bindparam("conversation")
OPENED = select(ConversationRow).where(ConversationRow.id == _OWN)
LOCKED = OPENED.with_for_update()
OF_EVENTS = (
    select(EventRow.number, EventRow.client_id, EventRow.data)
    .where(EventRow.conversation_id == _OWN)
    .order_by(EventRow.number)
)
MEMORY = OF_EVENTS.where(EventRow.type != "bot")
AFTER = OF_EVENTS.where(EventRow.number > bindparam("after"))
LAST = select(func.max(EventRow.number), func.max(case((EventRow.type != "bot", EventRow.number)))).where(
    EventRow.conversation_id == _OWN
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event, its number in the conversation, from 1, and the sender's own id of a message."""

    number: int
    data: Event
    client_id: str | None = None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def start(
    session: AsyncSession, *, site: str, channel: str, language: str | None, now: datetime
) -> tuple[str, str]:
    """A new conversation: its id and its secret token, which is stored only as a hash."""
    # A letter first: an id that begins with a hyphen reads as an option of a command.
    conversation_id, token = f"c{secrets.token_urlsafe(12)}", secrets.token_urlsafe(32)
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
    if not ID.fullmatch(conversation_id):
        # PostgreSQL would not even compare some characters.
        raise UnknownConversationError("there is no such conversation")
    found = await session.execute(LOCKED if lock else OPENED, {"conversation": conversation_id})
    row = found.scalar_one_or_none()
    if row is None:
        raise UnknownConversationError("there is no such conversation")
    if not hmac.compare_digest(row.token_hash, _hash(token)):
        raise WrongTokenError("the token is not this conversation's")
    return row


async def events(session: AsyncSession, conversation_id: str, *, after: int = 0) -> list[StoredEvent]:
    """All events with a number above `after`."""
    rows = await session.execute(AFTER, {"conversation": conversation_id, "after": after})
    return [StoredEvent(number, data, client_id) for number, client_id, data in rows]


async def memory(session: AsyncSession, conversation_id: str) -> list[StoredEvent]:
    """What the bot goes by: everything but its own messages, which are the bulk."""
    rows = await session.execute(MEMORY, {"conversation": conversation_id})
    return [StoredEvent(number, data, client_id) for number, client_id, data in rows]


async def last_numbers(session: AsyncSession, conversation_id: str) -> tuple[int, int]:
    """The numbers of the newest event, and of the newest that `memory` has."""
    newest, of_memory = (await session.execute(LAST, {"conversation": conversation_id})).one()
    return newest or 0, of_memory or 0


async def has(session: AsyncSession, conversation_id: str, client_id: str) -> bool:
    """Whether a message with this id of its sender is stored."""
    query = select(EventRow.number).where(EventRow.conversation_id == conversation_id, EventRow.client_id == client_id)
    return (await session.execute(query)).first() is not None


async def append(
    session: AsyncSession, conversation_id: str, new: list[Event], *, last: int, client_id: str | None = None
) -> list[StoredEvent]:
    """Add events after the one numbered `last`; `client_id` belongs to the first."""
    ids = [client_id, *([None] * (len(new) - 1))]
    stored = [StoredEvent(last + i, data, own) for i, (data, own) in enumerate(zip(new, ids, strict=True), 1)]
    rows = [
        {
            "conversation_id": conversation_id,
            "number": event.number,
            "client_id": event.client_id,
            "type": event.data["event"],
            "data": event.data,
        }
        for event in stored
    ]
    await session.execute(EVENTS.insert(), rows)
    return stored


async def known(session: AsyncSession, conversation_id: str) -> None:
    """Raises UnknownConversationError where there is no such conversation."""
    if not ID.fullmatch(conversation_id) or not await exists(session, conversation_id):
        raise UnknownConversationError("there is no such conversation")


async def exists(session: AsyncSession, conversation_id: str) -> bool:
    return await session.get(ConversationRow, conversation_id) is not None


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete the conversation and all that belongs to it; counts hold nothing of it."""
    await cases.erase(session, conversation_id)
    for table in (CallbackRow, UnansweredRow):
        await session.execute(delete(table).where(table.conversation_id == conversation_id))
    await session.execute(delete(EventRow).where(EventRow.conversation_id == conversation_id))
    await session.execute(delete(ConversationRow).where(ConversationRow.id == conversation_id))
