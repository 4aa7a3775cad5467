"""Reviews that are asked for, in the caller's transaction: one at most for each text, until it is published."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.editing.reviewing import Review
from bot.editing.tables import ReviewRow
from knowledge_base.database import in_utc, inserting


async def all_of(session: AsyncSession, article_id: str | None = None) -> list[Review]:
    """Of an article, or every one; who has waited longest comes first."""
    query = select(ReviewRow).order_by(ReviewRow.at, ReviewRow.article_id, ReviewRow.language)
    if article_id is not None:
        query = query.where(ReviewRow.article_id == article_id)
    return [
        Review(row.article_id, row.language, in_utc(row.at), row.login, row.remark or "", row.returned_by)
        for row in await session.scalars(query.execution_options(populate_existing=True))
    ]


async def ask(session: AsyncSession, review: Review) -> None:
    """In place of what was asked for the text so far."""
    key = {"article_id": review.article, "language": review.language}
    wanted = {"login": review.by, "at": review.at, "remark": None, "returned_by": None}
    insert = inserting(session, ReviewRow).values(**key, **wanted)
    await session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=wanted))


async def give_back(session: AsyncSession, article_id: str, language: str, remark: str, *, by: str) -> bool:
    """Whether somebody waited for it."""
    own = ReviewRow.article_id == article_id, ReviewRow.language == language, ReviewRow.returned_by.is_(None)
    change = update(ReviewRow).where(*own).values(remark=remark, returned_by=by).returning(ReviewRow.article_id)
    return (await session.execute(change)).first() is not None


async def drop(session: AsyncSession, article_id: str, language: str) -> None:
    own = ReviewRow.article_id == article_id, ReviewRow.language == language
    await session.execute(delete(ReviewRow).where(*own))
