"""All SQL of the channel. Every function works inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff.delivery import Reached
from bot.tables import ConversationRow, EventRow
from channels.telegram.tables import BoxesRow, ChatRow, RefusedRow

# Of an event and the chat that its conversation is.
_UNDELIVERED = and_(
    EventRow.conversation_id == ChatRow.conversation_id,
    EventRow.number > ChatRow.delivered,
    EventRow.type == "bot",
)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that has a conversation; see `ChatRow`. `language` and `owner` are the conversation's."""

    chat_id: int
    conversation_id: str
    token: bytes
    delivered: int
    parts: int
    heard: int
    blocked: bool
    language: str | None
    owner: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """A message that shows a part of a reply with boxes to tick."""

    message_id: int
    event: int
    part: int


async def find(session: AsyncSession, chat_id: int) -> Chat | None:
    query = select(ChatRow, ConversationRow).join(ConversationRow).where(ChatRow.chat_id == chat_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    row, conversation = found
    return Chat(
        chat_id=row.chat_id,
        conversation_id=row.conversation_id,
        token=row.token,
        delivered=row.delivered,
        parts=row.parts,
        heard=row.heard,
        blocked=row.blocked,
        language=conversation.language,
        owner=conversation.owner,
    )


async def bind(session: AsyncSession, chat_id: int, conversation_id: str, token: bytes, *, delivered: int) -> None:
    """The chat's conversation from now on; whatever it had before is let go."""
    await session.execute(delete(ChatRow).where(ChatRow.chat_id == chat_id))
    row = ChatRow(
        chat_id=chat_id,
        conversation_id=conversation_id,
        token=token,
        delivered=delivered,
        parts=0,
        heard=0,
        blocked=False,
    )
    session.add(row)
    await session.flush()


async def waiting(session: AsyncSession) -> list[int]:
    """The chats for which something is stored that was not delivered."""
    query = select(ChatRow.chat_id).where(ChatRow.blocked.is_(False), exists().where(_UNDELIVERED))
    return list(await session.scalars(query))


async def oldest(session: AsyncSession) -> float | None:
    """When the oldest of what `waiting` chats wait for was stored, in seconds since 1970."""
    query = select(func.min(EventRow.data["timestamp"].as_float())).where(_UNDELIVERED, ChatRow.blocked.is_(False))
    return await session.scalar(query)


async def delivered(session: AsyncSession, chat: Chat, number: int, parts: int = 0) -> None:
    """Everything up to the event `number` was delivered, and so many parts of the next reply."""
    row = update(ChatRow).where(ChatRow.chat_id == chat.chat_id, ChatRow.conversation_id == chat.conversation_id)
    await session.execute(row.values(delivered=number, parts=parts))


async def refuse(session: AsyncSession, chat: Chat, number: int) -> None:
    """Telegram would not take the event `number`, if the chat still has this conversation."""
    known = await session.get(ChatRow, chat.chat_id)
    if known is not None and known.conversation_id == chat.conversation_id:
        await session.merge(RefusedRow(chat_id=chat.chat_id, event=number))


async def reached(session: AsyncSession, conversation_ids: Collection[str]) -> dict[str, Reached]:
    """How far conversations have come, for those that are chats."""
    query = select(ChatRow).where(ChatRow.conversation_id.in_(conversation_ids))
    rows = list(await session.scalars(query))
    refused: defaultdict[int, set[int]] = defaultdict(set)
    for row in await session.scalars(select(RefusedRow).where(RefusedRow.chat_id.in_([row.chat_id for row in rows]))):
        refused[row.chat_id].add(row.event)
    return {
        row.conversation_id: Reached(row.delivered, refused=frozenset(refused[row.chat_id]), unreachable=row.blocked)
        for row in rows
    }


async def chat_of(session: AsyncSession, conversation_id: str) -> int | None:
    """The chat that a conversation is, if it can be written to."""
    query = select(ChatRow.chat_id).where(ChatRow.conversation_id == conversation_id, ChatRow.blocked.is_(False))
    return (await session.scalars(query)).one_or_none()


async def listen(session: AsyncSession, chat_id: int, *, heard: int) -> None:
    """A message came from the chat, so that it can be written to; `heard` is the message's number."""
    row = update(ChatRow).where(ChatRow.chat_id == chat_id)
    await session.execute(row.values(blocked=False))
    await session.execute(row.where(ChatRow.heard < heard).values(heard=heard))


async def set_blocked(session: AsyncSession, chat_id: int, blocked: bool) -> None:
    await session.execute(update(ChatRow).where(ChatRow.chat_id == chat_id).values(blocked=blocked))


async def move(session: AsyncSession, chat_id: int, to: int) -> None:
    """A group has become a supergroup, with another id."""
    await session.execute(delete(ChatRow).where(ChatRow.chat_id == to))
    await session.execute(update(ChatRow).where(ChatRow.chat_id == chat_id).values(chat_id=to))


async def keep_boxes(session: AsyncSession, chat: Chat, boxes: Boxes) -> None:
    """Remember a message that changes when something is ticked, if the chat still has this conversation."""
    known = await session.get(ChatRow, chat.chat_id)
    if known is not None and known.conversation_id == chat.conversation_id:
        row = BoxesRow(chat_id=chat.chat_id, message_id=boxes.message_id, event=boxes.event, part=boxes.part)
        await session.merge(row)


async def boxes_of(session: AsyncSession, chat_id: int) -> list[Boxes]:
    """The messages with boxes, newest first."""
    query = select(BoxesRow).where(BoxesRow.chat_id == chat_id).order_by(BoxesRow.message_id.desc())
    return [Boxes(row.message_id, row.event, row.part) for row in await session.scalars(query)]


async def forget_boxes(session: AsyncSession, chat_id: int, message_id: int) -> None:
    """The message is no longer there, or cannot be changed."""
    gone = delete(BoxesRow).where(BoxesRow.chat_id == chat_id, BoxesRow.message_id == message_id)
    await session.execute(gone)
