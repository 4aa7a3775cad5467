"""Publications that are planned, in the caller's transaction: one at most for each text.

A plan is for one revision. Whoever saves a newer draft has written something that nobody planned: the plan then waits
for an editor, and publishes nothing.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.editing.planning import Plan, PlanFault
from bot.editing.tables import PlannedRow
from knowledge_base.database import in_utc, inserting
from knowledge_base.tables import RevisionRow


async def all_of(session: AsyncSession, article_id: str | None = None) -> list[Plan]:
    """Of an article, or every one; the next comes first."""
    newest = (
        select(func.max(RevisionRow.number))
        .where(RevisionRow.article_id == PlannedRow.article_id, RevisionRow.language == PlannedRow.language)
        .scalar_subquery()
    )
    query = select(PlannedRow, newest).order_by(PlannedRow.at, PlannedRow.article_id, PlannedRow.language)
    if article_id is not None:
        query = query.where(PlannedRow.article_id == article_id)
    return [_plan(row, number) for row, number in await session.execute(query)]


async def due(session: AsyncSession, now: datetime) -> list[Plan]:
    """Those whose time has come and that nothing keeps back."""
    return [plan for plan in await all_of(session) if plan.at <= now and plan.fault is None]


async def is_kept(session: AsyncSession, plan: Plan) -> bool:
    """Whether nobody has changed or cancelled it."""
    return plan in await all_of(session, plan.article)


async def keep(session: AsyncSession, plan: Plan) -> None:
    """In place of what was planned for the text so far."""
    key = {"article_id": plan.article, "language": plan.language}
    wanted = {"number": plan.number, "major": plan.major, "at": plan.at, "login": plan.by, "fault": None}
    insert = inserting(session, PlannedRow).values(**key, **wanted)
    await session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=wanted))


async def fail(session: AsyncSession, plan: Plan, fault: PlanFault) -> None:
    """Say why it could not be published; another plan that has taken its place meanwhile stays."""
    own = PlannedRow.article_id == plan.article, PlannedRow.language == plan.language
    same = PlannedRow.number == plan.number, PlannedRow.at == plan.at
    await session.execute(update(PlannedRow).where(*own, *same).values(fault=fault))


async def drop(session: AsyncSession, article_id: str, language: str) -> int | None:
    """The revision for which there was a plan; None where there was none."""
    own = PlannedRow.article_id == article_id, PlannedRow.language == language
    number = await session.scalar(select(PlannedRow.number).where(*own))
    await session.execute(delete(PlannedRow).where(*own))
    return number


def _plan(row: PlannedRow, newest: int) -> Plan:
    fault = cast(PlanFault | None, row.fault)
    if fault is None and row.number != newest:
        fault = "changed"
    return Plan(row.article_id, row.language, row.number, row.major, in_utc(row.at), row.login, fault)
