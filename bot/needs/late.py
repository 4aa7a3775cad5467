"""An answer for whoever asked before there was one. Every function works inside the caller's transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import BotUttered
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversations
from bot.needs.work import Question
from bot.replies import Block, Reply, Said
from bot.state import Event
from bot.tables import ConversationRow
from bot.texts import Texts

# Who asked longer ago than this has found another way.
RECENT = timedelta(days=14)
# What is quoted in the reader's language, nothing where it is not published.
Quoted = Callable[[Texts], list[Block]]


def is_recent(question: Question, now: datetime) -> bool:
    return question.asked_at > now - RECENT


async def waiting(session: AsyncSession, asked: Sequence[Question], now: datetime) -> dict[str, ConversationRow]:
    """The conversations of recent questions, by id, which nobody erases or takes over until the transaction ends.

    One that a person has is not among them: they see for themselves what was asked.
    """
    ids = {question.conversation_id for question in asked if is_recent(question, now)}
    # In one order, so that two editors do not wait for each other.
    query = select(ConversationRow).where(ConversationRow.id.in_(ids)).order_by(ConversationRow.id).with_for_update()
    return {row.id: row for row in await session.scalars(query) if row.owner == "bot"}


async def tell(
    session: AsyncSession,
    asked: Sequence[Question],
    rows: dict[str, ConversationRow],
    quoted: Quoted,
    now: datetime,
) -> list[str]:
    """Add the answer to each of the conversations, once, below the newest question that it answers; their ids."""
    newest = {question.conversation_id: question for question in sorted(asked, key=lambda one: one.number)}
    told = []
    for conversation_id, row in rows.items():
        question = newest[conversation_id]
        texts = Texts(row.language or question.language)
        blocks = quoted(texts)
        if not blocks:
            continue
        intro = texts.gettext("There is an answer now to what you asked earlier:")
        said = [
            Said(language=texts.language, text=intro),
            Said(language=question.language, text=question.text),
        ]
        reply = Reply(outcome=None, blocks=[*said, *blocks], language=None)
        data: dict[str, Any] = {"buttons": [], "custom": reply.model_dump(mode="json")}
        event: Event = BotUttered(reply.plain_text(), data, None, now.timestamp())
        last, _ = await conversations.last_numbers(session, conversation_id)
        await conversations.append(session, conversation_id, [event], last=last)
        told.append(conversation_id)
    return told
