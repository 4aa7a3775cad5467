"""The conversation's tables: events are only ever added, until the conversation is erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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
    """A rasa-sdk event; `client_id` is the sender's own id of a message and makes it count once."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("conversation_id", "client_id"),)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str | None]
    data: Mapped[dict[str, Any]]
