"""The desk's tables. What belongs to a conversation goes with it; counsellors and their hours stay."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_base.tables import Base

_OPEN = text("state IN ('waiting', 'accepted', 'agreed')")


class HandoffRow(Base):
    """`unanswered_since` is when the first message came that the counsellor has not answered."""

    __tablename__ = "handoffs"
    __table_args__ = (
        # The database itself keeps a conversation from being in two hands.
        Index("ix_handoffs_one_open", "conversation_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    urgent: Mapped[bool]
    language: Mapped[str]
    topic: Mapped[str | None]
    country: Mapped[str | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str | None]
    requested_at: Mapped[datetime]
    since: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    unanswered_since: Mapped[datetime | None]


class NoteRow(Base):
    """What counsellors tell each other about a conversation; the migrant never sees it."""

    __tablename__ = "handoff_notes"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    text: Mapped[str]


class LabelRow(Base):
    """A word that counsellors put on a conversation's case."""

    __tablename__ = "handoff_labels"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    text: Mapped[str] = mapped_column(primary_key=True)


class CounsellorRow(Base):
    """Whom a member of staff can help, and when; `seen_at` is when their desk was last on a screen."""

    __tablename__ = "counsellors"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    languages: Mapped[list[str]]
    topics: Mapped[list[str]]
    countries: Mapped[list[str]]
    weekly: Mapped[list[Any]] = mapped_column(JSON)
    exceptions: Mapped[dict[str, Any]]
    seen_at: Mapped[datetime | None]


class CannedReplyRow(Base):
    """A reply that counsellors keep ready; it belongs to no conversation."""

    __tablename__ = "canned_replies"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
