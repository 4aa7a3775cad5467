"""Requests to be called back: all SQL, and what is sealed before it is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.callback import FIELDS, FORM
from bot.policy import CANCEL, SUBMIT
from bot.state import Event
from bot.tables import CallbackRow, ConversationRow
from bot.vault import SealedError, Vault
from knowledge_base.database import in_utc

# What stands in an event in place of a value that is kept apart.
SEALED = "sealed"
HIDDEN_TEXT = "•••"


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request; the fields are the person's own words, `language` a tag."""

    conversation_id: str
    urgent: bool
    asked_at: datetime
    channel: str
    name: str
    contact: str
    time: str
    language: str


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
        if row is not None and row.request is None:
            await session.delete(row)
        elif row is not None:
            row.draft = None
    elif FORM in actions or values != known:
        if row is None:
            row = CallbackRow(conversation_id=conversation_id, draft=None, request=None, urgent=False, asked_at=None)
            session.add(row)
        row.draft = vault.seal({name: value for name, value in values.items() if value is not None})
    return [_without_value(event) for event in events]


def _without_value(event: Event) -> Event:
    if event["event"] == "slot" and event["name"] in FIELDS and event["value"] is not None:
        return {**event, "value": SEALED}
    return event


async def waiting(session: AsyncSession, vault: Vault) -> list[Request]:
    """Everybody who waits, urgent ones first, then who asked first."""
    query = (
        select(CallbackRow, ConversationRow.channel)
        .join(ConversationRow, ConversationRow.id == CallbackRow.conversation_id)
        .where(CallbackRow.request.is_not(None))
        .order_by(CallbackRow.urgent.desc(), CallbackRow.asked_at)
    )
    found = []
    for row, channel in await session.execute(query):
        if row.request is None or row.asked_at is None:
            continue
        try:
            fields = vault.open(row.request)
        except SealedError as error:
            # One lost key must not hide all who wait.
            fields = {**dict.fromkeys(FIELDS, ""), "callback_contact": str(error)}
        name, contact, time, language = (fields[field] for field in FIELDS)
        found.append(
            Request(row.conversation_id, row.urgent, in_utc(row.asked_at), channel, name, contact, time, language)
        )
    return found


async def close(session: AsyncSession, conversation_id: str) -> bool:
    """Forget a request that was dealt with; whether there was one."""
    row = await session.get(CallbackRow, conversation_id)
    if row is None or row.request is None:
        return False
    if row.draft is None:
        await session.delete(row)
    else:
        # Somebody is asking anew: that is another request.
        row.request = None
    return True
