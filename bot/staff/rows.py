"""The rows of accounts: read, locked, and made into members."""

from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.member import Member, Role, UnknownStaffError
from bot.staff.tables import StaffRow
from knowledge_base.database import in_utc


async def staff_row(session: AsyncSession, id: int, *, lock: bool = False) -> StaffRow:
    """`lock` keeps others from changing it meanwhile. Raises UnknownStaffError."""
    row = await session.get(StaffRow, id, with_for_update=lock)
    if row is None:
        raise UnknownStaffError(f"there is no account with the id {id}")
    return row


def member_of(row: StaffRow) -> Member:
    return Member(
        row.id,
        row.login,
        row.name,
        cast(Role, row.role),
        row.language,
        row.active,
        row.session_epoch,
        in_utc(row.created_at),
        in_utc(row.locked_until) if row.locked_until else None,
        row.code_secret is not None,
    )
