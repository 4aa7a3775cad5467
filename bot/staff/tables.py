"""The staff's tables. An account is closed, never deleted: its name stays on what it did."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from knowledge_base.tables import Base


class StaffRow(Base):
    """`failed` counts wrong passwords since the last right one."""

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


class AuditRow(Base):
    """Who changed what: `login` did `action` to `subject`. Holds nothing of any migrant."""

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    login: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
