"""What a conversation may expect of the desk: read from who waits and who works."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff import cases, counsellors
from bot.handoff.routing import Counsellor, Prospect, Wish, prospect
from bot.handoff.tables import HandoffRow
from knowledge_base.database import in_utc
from knowledge_base.schedule import public_holidays
from retrieval.answers import Answers

# The slot that an action reads it from; it holds for a moment, and is not kept.
SLOT = "prospect"


async def people(session: AsyncSession, answers: Answers, now: datetime) -> list[Counsellor]:
    """Who works at the site's desk; on public holidays of its first country nobody does, but who says so."""
    site = answers.site
    zone = ZoneInfo(site.time_zone)
    holidays = public_holidays(site.countries[0], now.astimezone(zone).date())
    return await counsellors.on_duty(session, zone, holidays, now)


async def expected(
    session: AsyncSession, answers: Answers, conversation_id: str, about: cases.About, *, urgent: bool, now: datetime
) -> Prospect | None:
    """For a conversation that waits, or would wait from now on; None where the site has no desk."""
    staff = await people(session, answers, now)
    if not staff:
        return None
    rows = await cases.waiting(session)
    own = next((row for row in rows if row.conversation_id == conversation_id), None)
    wish = wish_of(own, answers) if own is not None else wish_about(about, answers, urgent=urgent, at=now)
    others = [wish_of(row, answers) for row in rows if row.conversation_id != conversation_id]
    return prospect(wish, others, staff, now, await cases.usual_wait(session, now))


def wish_about(about: cases.About, answers: Answers, *, urgent: bool, at: datetime) -> Wish:
    known = about.topic in answers.library.topics
    topics = frozenset(answers.library.path(about.topic)) if known and about.topic else frozenset[str]()
    return Wish(about.language, topics, about.country, urgent, at)


def wish_of(row: HandoffRow, answers: Answers) -> Wish:
    about = cases.About(row.language, row.topic, row.country)
    return wish_about(about, answers, urgent=row.urgent, at=in_utc(row.requested_at))
