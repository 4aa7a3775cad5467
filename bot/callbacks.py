"""Requests to be called back: all SQL, and what is sealed before it is stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversations
from bot.actions.callback import FIELDS, FORM
from bot.handoff import cases
from bot.handoff.inbox import Request
from bot.handoff.moves import Move
from bot.policy import CANCEL, SUBMIT
from bot.state import Event
from bot.tables import CallbackRow, ConversationRow
from bot.vault import SealedError, Vault
from knowledge_base.database import in_utc

# What stands in an event in place of a value that is kept apart.
SEALED = "sealed"
HIDDEN_TEXT = "•••"


async def draft(session: AsyncSession, conversation_id: str, vault: Vault) -> dict[str, Any]:
    """The fields that were given so far, None for the others; all of them if the key was changed meanwhile."""
    row = await session.get(CallbackRow, conversation_id)
    try:
        given = vault.open(row.draft) if row is not None and row.draft else {}
    except SealedError:
        given = {}
    return {field: given.get(field) for field in FIELDS}


def hidden(heard: Event) -> Event:
    """The user event without what was written into the form."""
    if heard["parse_data"]["intent"]["name"] not in ("field", "inform"):
        return heard
    parse_data = {**heard["parse_data"], "text": HIDDEN_TEXT, "entities": []}
    return {**heard, "text": HIDDEN_TEXT, "parse_data": parse_data}


async def keep(
    session: AsyncSession,
    conversation_id: str,
    events: list[Event],
    vault: Vault,
    *,
    known: dict[str, Any],
    urgent: bool,
    now: datetime,
) -> list[Event]:
    """Store apart what the form's events hold; returns the events without it.

    `known` are the fields given before this turn.
    """
    values = {**known, **{e["name"]: e["value"] for e in events if e["event"] == "slot" and e["name"] in FIELDS}}
    actions = {event["name"] for event in events if event["event"] == "action"}
    row = await session.get(CallbackRow, conversation_id)
    if SUBMIT in actions:
        assert row is not None  # noqa: S101
        row.draft, row.request, row.urgent, row.asked_at = None, vault.seal(values), urgent, now
    elif CANCEL in actions:
        await forget_draft(session, conversation_id)
    elif FORM in actions or values != known:
        if row is None:
            row = CallbackRow(conversation_id=conversation_id, draft=None, request=None, urgent=False, asked_at=None)
            session.add(row)
        row.draft = vault.seal({name: value for name, value in values.items() if value is not None})
    return [_without_value(event) for event in events]


async def forget_draft(session: AsyncSession, conversation_id: str) -> None:
    """Forget what was given in a form that ends; a complete request stays."""
    row = await session.get(CallbackRow, conversation_id)
    if row is not None and row.request is None:
        await session.delete(row)
    elif row is not None:
        row.draft = None


def _without_value(event: Event) -> Event:
    if event["event"] == "slot" and event["name"] in FIELDS and event["value"] is not None:
        return {**event, "value": SEALED}
    return event


async def waiting(session: AsyncSession, vault: Vault) -> list[Request]:
    """Everybody who waits, urgent ones first, then who asked first."""
    query = _requests().order_by(CallbackRow.urgent.desc(), CallbackRow.asked_at)
    return [_opened(row, channel, vault) for row, channel in await session.execute(query)]


async def request(session: AsyncSession, conversation_id: str, vault: Vault) -> Request | None:
    """The request of a conversation, if it is complete."""
    query = _requests().where(CallbackRow.conversation_id == conversation_id)
    found = (await session.execute(query)).one_or_none()
    return _opened(found[0], found[1], vault) if found else None


def _requests() -> Select[CallbackRow, str]:
    joined = select(CallbackRow, ConversationRow.channel).join(
        ConversationRow, ConversationRow.id == CallbackRow.conversation_id
    )
    return joined.where(CallbackRow.request.is_not(None), CallbackRow.asked_at.is_not(None))


def _opened(row: CallbackRow, channel: str, vault: Vault) -> Request:
    assert row.request is not None and row.asked_at is not None  # noqa: S101, PT018
    try:
        fields = vault.open(row.request)
    except SealedError as error:
        # One lost key must not hide all who wait.
        fields = {**dict.fromkeys(FIELDS, ""), "callback_contact": str(error)}
    name, contact, time, language = (fields[field] for field in FIELDS)
    return Request(row.conversation_id, row.urgent, in_utc(row.asked_at), channel, name, contact, time, language)


async def close(session: AsyncSession, conversation_id: str, now: datetime) -> bool:
    """Forget a request that was dealt with, and close its case; whether there was one."""
    # Locked in the same order as by everybody else: the conversation first.
    conversation = await session.get(ConversationRow, conversation_id, with_for_update=True)
    row = await session.get(CallbackRow, conversation_id)
    if conversation is None or row is None or row.request is None:
        return False
    if row.draft is None:
        await session.delete(row)
    else:
        # Somebody is asking anew: that is another request.
        row.request = None
    handoff = await cases.newest(session, conversation_id)
    if handoff is not None and handoff.state == "agreed":
        last, _ = await conversations.last_numbers(session, conversation_id)
        event = await cases.move(session, conversation, Move("close", now))
        await conversations.append(session, conversation_id, [event], last=last)
    return True
