"""All SQL of handoffs. Every function works inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, cast

from rasa_sdk.events import SlotSet
from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import records
from bot.handoff import labels
from bot.handoff.moves import OPEN, Handoff, Move, Outcome, Reason, State, moved
from bot.handoff.tables import HandoffRow, LabelRow, NoteRow
from bot.state import Event, slots_of
from bot.tables import CallbackRow, ConversationRow
from knowledge_base.database import in_utc

# The waits that say what is usual: those of the last weeks, and not fewer than tell something.
LATELY = timedelta(days=28)
ENOUGH = 5
# And not more than it takes: somebody waits for this sentence.
LATEST = 200
# The slot that keeps the handoff among a conversation's events, and what an action sets it to.
SLOT = "handoff"
# Asked in every turn; see `bot.conversations`.
NEWEST = (
    select(HandoffRow)
    .where(HandoffRow.conversation_id == bindparam("conversation"))
    .order_by(HandoffRow.id.desc())
    .limit(1)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class About:
    """What a request is about, as far as it is known."""

    language: str
    topic: str | None = None
    country: str | None = None


async def newest(session: AsyncSession, conversation_id: str) -> HandoffRow | None:
    """The newest handoff of a conversation, over or not."""
    return (await session.execute(NEWEST, {"conversation": conversation_id})).scalar_one_or_none()


async def move(session: AsyncSession, conversation: ConversationRow, move: Move, about: About | None = None) -> Event:
    """Make a move of a conversation that is locked; returns the event that tells of it.

    `about` is what a new handoff is about. Raises HandoffError, and then nothing was changed.
    """
    row = await newest(session, conversation.id)
    before = handoff_of(row) if row else None
    after = moved(before, move)
    if after.state in ("returned", "expired") and await _is_promised_a_call(session, conversation.id):
        # The conversation goes on with the bot, and the promise stays on the desk's list.
        after = replace(after, state="agreed")
    is_new = row is None or (before is not None and before.state not in OPEN and move.name != "reopen")
    if row is None or is_new:
        about = about or About(conversation.language or "en")
        row = HandoffRow(
            conversation_id=conversation.id, language=about.language, topic=about.topic, country=about.country
        )
    row.state, row.reason, row.urgent, row.by_id = after.state, after.reason, after.urgent, after.by
    row.outcome, row.requested_at, row.since = after.outcome, after.requested_at, after.since
    if before is not None and before.state == "waiting" and after.state == "accepted" and row.accepted_at is None:
        row.accepted_at = move.at
        waited = move.at - in_utc(row.requested_at)
        await records.waited(session, move.at, conversation.site, row.language, waited)
    if after.state == "accepted" and (before is None or before.owner != after.owner):
        # Who takes it over has not answered yet.
        row.unanswered_since = move.at
    if after.state != "accepted":
        row.unanswered_since = None
    if is_new:
        session.add(row)
        await records.count(session, move.at, conversation.site, row.language, "handoff", after.reason)
    if after.state not in OPEN:
        await records.count(session, move.at, conversation.site, row.language, after.state, after.outcome or "")
    if move.name == "close":
        for label in (await labels.of(session, [conversation.id]))[conversation.id]:
            await records.count(session, move.at, conversation.site, row.language, "label", label)
    conversation.owner = after.owner
    await session.flush()
    return cast(Event, SlotSet(SLOT, after.as_slot(), timestamp=move.at.timestamp()))


async def _is_promised_a_call(session: AsyncSession, conversation_id: str) -> bool:
    query = select(CallbackRow.conversation_id).where(
        CallbackRow.conversation_id == conversation_id, CallbackRow.request.is_not(None)
    )
    return (await session.execute(query)).first() is not None


async def heard(session: AsyncSession, conversation_id: str, now: datetime) -> None:
    """A migrant has written to the counsellor."""
    row = await newest(session, conversation_id)
    if row is not None and row.state == "accepted" and row.unanswered_since is None:
        row.unanswered_since = now


async def waiting(session: AsyncSession) -> list[HandoffRow]:
    """Everybody who waits, in no order."""
    return list((await session.execute(select(HandoffRow).where(HandoffRow.state == "waiting"))).scalars())


async def open_handoffs(session: AsyncSession) -> list[HandoffRow]:
    """Whatever somebody still has to do something about; urgent ones first, then who asked first."""
    query = select(HandoffRow).where(HandoffRow.state.in_(OPEN))
    query = query.order_by(HandoffRow.urgent.desc(), HandoffRow.requested_at, HandoffRow.id)
    return list((await session.execute(query)).scalars())


async def usual_wait(session: AsyncSession, now: datetime) -> int | None:
    """How long people waited lately, in seconds: the median of the newest; None where too few did."""
    query = select(HandoffRow.requested_at, HandoffRow.accepted_at).where(
        HandoffRow.accepted_at.is_not(None), HandoffRow.requested_at > now - LATELY
    )
    rows = (await session.execute(query.order_by(HandoffRow.id.desc()).limit(LATEST))).all()
    waits = [(accepted - requested).total_seconds() for requested, accepted in rows if accepted]
    return round(median(waits)) if len(waits) >= ENOUGH else None


async def note(session: AsyncSession, conversation_id: str, text: str, *, by: int, now: datetime) -> None:
    session.add(NoteRow(conversation_id=conversation_id, by_id=by, at=now, text=text))


async def notes(session: AsyncSession, conversation_id: str) -> Sequence[NoteRow]:
    query = select(NoteRow).where(NoteRow.conversation_id == conversation_id).order_by(NoteRow.id)
    return list((await session.execute(query)).scalars())


async def erase(session: AsyncSession, conversation_id: str) -> None:
    for table in (LabelRow, NoteRow, HandoffRow):
        await session.execute(delete(table).where(table.conversation_id == conversation_id))


def handoff_of(row: HandoffRow) -> Handoff:
    return Handoff(
        cast(State, row.state),
        cast(Reason, row.reason),
        row.urgent,
        in_utc(row.requested_at),
        in_utc(row.since),
        row.by_id,
        cast(Outcome | None, row.outcome),
    )


async def follow(
    session: AsyncSession,
    conversation: ConversationRow,
    said: list[Event],
    *,
    intent: str,
    agreed: bool,
    urgent: bool,
    now: datetime,
) -> list[Event]:
    """Make the moves that a turn asks for, and put in their place the events that tell of them.

    `said` are the turn's events, `intent` is the message's, `agreed` whether it completed a request to be called back,
    `urgent` whether danger was heard of before.
    """
    row = await newest(session, conversation.id)
    state = row.state if row is not None and row.state in OPEN else None
    followed = []
    for event in said:
        if event["event"] != "slot" or event["name"] != SLOT:
            followed.append(event)
            continue
        wish: dict[str, Any] = event["value"]
        if wish["move"] == "request" and state in (None, "agreed"):
            about = About(wish["language"], wish["topic"], wish["country"])
            followed.append(await move(session, conversation, Move("request", now, reason=wish["reason"]), about))
        elif wish["move"] == "withdraw" and state == "waiting":
            followed.append(await move(session, conversation, Move("withdraw", now)))
    if row is not None and state is not None:
        row.language = slots_of(said).get("language") or row.language
    if intent == "urgent" and state is not None and row is not None and not row.urgent:
        followed.append(await move(session, conversation, Move("raise", now)))
    if agreed:
        followed.append(await move(session, conversation, Move("agree", now, reason="callback", urgent=urgent)))
    if state == "accepted" and intent not in ("privacy", "language", "delete"):
        await heard(session, conversation.id, now)
    return followed
