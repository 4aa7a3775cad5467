"""All SQL of what is counted, for reading; `bot.records.count` counts."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.needs.period import Period
from bot.needs.statistics import Tally
from bot.tables import TallyRow


async def tallies(session: AsyncSession, site: str, period: Period) -> list[Tally]:
    query = select(TallyRow).where(TallyRow.site == site, TallyRow.day >= period.first, TallyRow.day < period.end)
    rows = (await session.execute(query)).scalars()
    return [Tally(row.day, row.language, row.kind, row.subject, row.count) for row in rows]


async def first_day(session: AsyncSession, site: str) -> date | None:
    """The first day of which there is a count."""
    return (await session.execute(select(func.min(TallyRow.day)).where(TallyRow.site == site))).scalar_one()
