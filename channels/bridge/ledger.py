"""All SQL of the bridge. Every function works inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversations
from bot.handoff.tables import HandoffRow
from bot.tables import ConversationRow, EventRow
from channels.bridge.letters import WITH_A_PERSON, Case
from channels.bridge.tables import ERASING, BridgedRow, HeardRow
from knowledge_base.database import inserting

# Of an event and a bridged handoff of its conversation.
_UNTOLD = and_(EventRow.conversation_id == BridgedRow.conversation_id, EventRow.number > BridgedRow.delivered)


async def newcomers(session: AsyncSession, site: str) -> Sequence[HandoffRow]:
    """Every case of the site that waits for a person or has one, and is not bridged yet."""
    known = exists().where(BridgedRow.handoff_id == HandoffRow.id)
    query = select(HandoffRow).join(ConversationRow, ConversationRow.id == HandoffRow.conversation_id)
    query = query.where(ConversationRow.site == site, HandoffRow.state.in_(WITH_A_PERSON), ~known)
    return list((await session.execute(query)).scalars())


async def admit(session: AsyncSession, site: str, now: datetime) -> None:
    """Take the newcomers on."""
    for handoff in await newcomers(session, site):
        newest, _ = await conversations.last_numbers(session, handoff.conversation_id)
        row = inserting(session, BridgedRow).values(
            handoff_id=handoff.id,
            conversation_id=handoff.conversation_id,
            opening=newest,
            delivered=0,
            sending=0,
            remote=None,
            open=True,
            tries=0,
            due_at=now,
            parked=False,
        )
        # Another process may have taken it on meanwhile.
        await session.execute(row.on_conflict_do_nothing())


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The handoffs that the other desk has something to hear of, and that may be tried now.

    What was erased is told even of a parked case, until that is refused too.
    """
    stands = exists().where(ConversationRow.id == BridgedRow.conversation_id)
    live = BridgedRow.parked.is_(False)
    erased = and_(~stands, or_(live, BridgedRow.sending != ERASING))
    query = select(BridgedRow.handoff_id).where(BridgedRow.due_at <= now)
    query = query.where(or_(erased, and_(live, exists().where(_UNTOLD), _is_followed())))
    return list(await session.scalars(query.order_by(BridgedRow.handoff_id)))


async def oldest(session: AsyncSession) -> float | None:
    """When the oldest event that the other desk has yet to hear of was stored, in seconds since 1970."""
    query = select(func.min(EventRow.data["timestamp"].as_float()))
    return await session.scalar(query.where(_UNTOLD, BridgedRow.parked.is_(False), _is_followed()))


def _is_followed() -> ColumnElement[bool]:
    with_a_person = exists().where(and_(HandoffRow.id == BridgedRow.handoff_id, HandoffRow.state.in_(WITH_A_PERSON)))
    return or_(BridgedRow.open, with_a_person)


async def take(session: AsyncSession, handoff_id: int, now: datetime) -> Case | None:
    """The case, for as long as the transaction lasts; None where somebody else has it, or has told of it meanwhile."""
    query = select(BridgedRow).where(BridgedRow.handoff_id == handoff_id, BridgedRow.due_at <= now)
    row = (await session.execute(query.with_for_update(skip_locked=True))).scalar_one_or_none()
    return _case(row) if row is not None else None


async def find_remote(session: AsyncSession, remote: str) -> Case | None:
    """The newest handoff that the other desk knows by this id."""
    query = select(BridgedRow).where(BridgedRow.remote == remote).order_by(BridgedRow.handoff_id.desc()).limit(1)
    row = (await session.execute(query)).scalar_one_or_none()
    return _case(row) if row is not None else None


async def is_opening(session: AsyncSession) -> bool:
    """Whether a case may be with the other desk under an id that will be known here soon; of a parked one it is not."""
    opening = exists().where(BridgedRow.remote.is_(None), BridgedRow.sending > 0, BridgedRow.parked.is_(False))
    return bool(await session.scalar(select(opening)))


async def going_on(session: AsyncSession) -> Sequence[Case]:
    """The cases that the other desk knows and that are not over."""
    query = select(BridgedRow).where(BridgedRow.remote.is_not(None), BridgedRow.open, BridgedRow.parked.is_(False))
    return [_case(row) for row in await session.scalars(query.order_by(BridgedRow.handoff_id))]


async def claim(session: AsyncSession, case: Case, number: int, until: datetime) -> None:
    """Note that the event `number` of a case that was taken is about to be sent.

    Who dies now is followed, at `until`, by somebody who knows that it may have arrived.
    """
    row = update(BridgedRow).where(BridgedRow.handoff_id == case.handoff_id)
    await session.execute(row.values(sending=number, due_at=until, parked=False))


async def deliver(
    session: AsyncSession, case: Case, number: int, *, open: bool, remote: str | None, now: datetime
) -> None:
    """Everything up to the event `number` is there."""
    row = update(BridgedRow).where(BridgedRow.handoff_id == case.handoff_id)
    await session.execute(row.values(delivered=number, open=open, remote=remote, tries=0, due_at=now))


async def postpone(session: AsyncSession, case: Case, until: datetime) -> None:
    row = update(BridgedRow).where(BridgedRow.handoff_id == case.handoff_id)
    await session.execute(row.values(tries=case.tries + 1, due_at=until))


async def park(session: AsyncSession, case: Case, now: datetime) -> None:
    row = update(BridgedRow).where(BridgedRow.handoff_id == case.handoff_id)
    await session.execute(row.values(parked=True, due_at=now))


async def unpark(session: AsyncSession, now: datetime) -> None:
    """Try everything once more."""
    await session.execute(update(BridgedRow).where(BridgedRow.parked).values(parked=False, tries=0, due_at=now))


async def forget(session: AsyncSession, case: Case) -> None:
    await session.execute(delete(BridgedRow).where(BridgedRow.handoff_id == case.handoff_id))


async def was_heard(session: AsyncSession, case: Case, message_id: str) -> bool:
    return await session.get(HeardRow, (case.handoff_id, message_id)) is not None


async def heard(session: AsyncSession, case: Case, message_id: str) -> None:
    """A message was taken in. Who writes can be written to: a parked case is none any more."""
    await session.merge(HeardRow(handoff_id=case.handoff_id, message_id=message_id))
    await session.execute(update(BridgedRow).where(BridgedRow.handoff_id == case.handoff_id).values(parked=False))


def _case(row: BridgedRow) -> Case:
    return Case(
        row.handoff_id,
        row.conversation_id,
        row.opening,
        row.delivered,
        row.sending,
        row.remote,
        row.open,
        row.tries,
        row.parked,
    )
