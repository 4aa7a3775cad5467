"""The staff's tables. An account is closed, never deleted: its name stays on what it did."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.vault import SEALED
from knowledge_base.tables import Base


class StaffRow(Base):
    """`failed` counts wrong passwords and codes since the last sign-in.

    `code_secret` is what the codes at the sign-in are made of, `code_begun` one of which no code was typed yet, both
    sealed; `code_window` counts the windows of time up to that of the last code that was taken.
    """

    __tablename__ = "staff"
    # An id is never given twice: a session names its account by it.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str]
    failed: Mapped[int]
    locked_until: Mapped[datetime | None]
    active: Mapped[bool]
    session_epoch: Mapped[int]
    created_at: Mapped[datetime]
    code_secret: Mapped[bytes | None] = mapped_column(default=None, info=SEALED)
    code_begun: Mapped[bytes | None] = mapped_column(default=None, info=SEALED)
    code_window: Mapped[int | None] = mapped_column(default=None)


class RecoveryCodeRow(Base):
    """A code for who has lost the telephone that makes codes; it goes when it was used."""

    __tablename__ = "recovery_codes"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)


class AuditRow(Base):
    """Who changed what: `login` did `action` to `subject`. Holds nothing of any migrant."""

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    login: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
