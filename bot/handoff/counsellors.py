"""All SQL of counsellors. Every function works inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff.profile import Profile
from bot.handoff.routing import Counsellor
from bot.handoff.tables import CounsellorRow
from bot.staff.tables import StaffRow
from knowledge_base.database import in_utc
from knowledge_base.schedule import Schedule


async def profile(session: AsyncSession, staff_id: int) -> Profile | None:
    """None where none was ever set."""
    row = await session.get(CounsellorRow, staff_id)
    return _profile(row) if row is not None else None


async def introduce(session: AsyncSession, staff_id: int, profile: Profile) -> None:
    row = await _locked(session, staff_id)
    if row is None:
        row = CounsellorRow(staff_id=staff_id, seen_at=None)
        session.add(row)
    fields = profile.model_dump(mode="json")
    row.languages, row.topics, row.countries = fields["languages"], fields["topics"], fields["countries"]
    row.weekly, row.exceptions = fields["weekly"], fields["exceptions"]


async def seen(session: AsyncSession, staff_id: int, language: str, now: datetime) -> None:
    """Their desk is on a screen; who has no profile yet gets one with their own language."""
    row = await _locked(session, staff_id)
    if row is None:
        await introduce(session, staff_id, Profile(languages=[language]))
        row = await session.get_one(CounsellorRow, staff_id)
    row.seen_at = now


async def on_duty(
    session: AsyncSession, zone: ZoneInfo, holidays: Mapping[date, Sequence[tuple[str, str]]], now: datetime
) -> list[Counsellor]:
    """Every counsellor with an open account, and every admin who is at the desk or has hours there, by their ids."""
    query = select(StaffRow, CounsellorRow).outerjoin(CounsellorRow, CounsellorRow.staff_id == StaffRow.id)
    query = query.where(StaffRow.active, StaffRow.role.in_(("counsellor", "admin")))
    found = []
    for member, row in await session.execute(query.order_by(StaffRow.id)):
        own = _profile(row) if row is not None else Profile(languages=[member.language])
        schedule = Schedule(zone, own.weekly, {**holidays, **own.exceptions})
        one = Counsellor(
            member.id,
            member.name,
            tuple(own.languages),
            frozenset(own.topics),
            frozenset(own.countries),
            schedule,
            in_utc(row.seen_at) if row is not None and row.seen_at else None,
        )
        if member.role == "counsellor" or own.weekly or own.exceptions or one.is_there(now):
            found.append(one)
    return found


async def names(session: AsyncSession) -> dict[int, str]:
    """The names of everybody who has or had an account, by their ids."""
    return {id: name for id, name in await session.execute(select(StaffRow.id, StaffRow.name))}  # noqa: C416


async def name(session: AsyncSession, staff_id: int) -> str | None:
    return await session.scalar(select(StaffRow.name).where(StaffRow.id == staff_id))


async def _locked(session: AsyncSession, staff_id: int) -> CounsellorRow | None:
    """The profile, which nobody else makes or changes meanwhile: the account is locked, as there may be none yet."""
    await session.get(StaffRow, staff_id, with_for_update={"key_share": True})
    return await session.get(CounsellorRow, staff_id)


def _profile(row: CounsellorRow) -> Profile:
    return Profile.model_validate(
        {
            "languages": row.languages,
            "topics": row.topics,
            "countries": row.countries,
            "weekly": row.weekly,
            "exceptions": row.exceptions,
        }
    )
