"""The conversation's tables: events are only ever added, until the conversation is erased."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.vault import SEALED
from knowledge_base.tables import Base


class ConversationRow(Base):
    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    site: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str | None]
    owner: Mapped[str]
    started_at: Mapped[datetime]


class EventRow(Base):
    """A rasa-sdk event; `type` is its `event`. `client_id` is the sender's own id of a message: it counts once."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("conversation_id", "client_id"),)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str | None]
    type: Mapped[str]
    data: Mapped[dict[str, Any]]


class CallbackRow(Base):
    """Who asked to be called back: `draft` while the form is filled in, `request` when it is complete; both sealed."""

    __tablename__ = "callbacks"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    draft: Mapped[bytes | None] = mapped_column(info=SEALED)
    request: Mapped[bytes | None] = mapped_column(info=SEALED)
    urgent: Mapped[bool]
    asked_at: Mapped[datetime | None]


class UnansweredRow(Base):
    """A question that found no answer, or whose answer did not help, for editors; goes with its conversation.

    `text` is redacted. `awaits` is the article that will answer it once it is published, if one was begun. `settled`
    says what became of it (`bot.needs.work.Settled`); None while nothing did.
    """

    __tablename__ = "unanswered"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    text: Mapped[str]
    reason: Mapped[str]
    article: Mapped[str | None]
    asked_at: Mapped[datetime]
    settled: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    awaits: Mapped[str | None] = mapped_column(index=True)


class TallyRow(Base):
    """How often something happened on a day; holds nothing of any person, and stays when conversations are erased."""

    __tablename__ = "tallies"
    day: Mapped[date] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
