"""The channel's tables. They hold no text, and go when their conversation is erased, in whatever way."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import ConversationRow
from bot.vault import SEALED
from knowledge_base.tables import Base


class ChatRow(Base):
    """Which conversation a chat is, and what of it was delivered.

    `token` is the conversation's, sealed. Everything up to the event `delivered` is sent, and so are the first
    `parts` messages of the next reply. `heard` is the number of the newest message from the chat. `blocked` says that
    the bot may not write there.
    """

    __tablename__ = "telegram_chats"
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(ForeignKey(ConversationRow.id, ondelete="CASCADE"), unique=True)
    token: Mapped[bytes] = mapped_column(info=SEALED)
    delivered: Mapped[int]
    parts: Mapped[int]
    heard: Mapped[int]
    blocked: Mapped[bool]


class BoxesRow(Base):
    """A message with boxes to tick: it shows part number `part`, from 0, of the reply stored as `event`."""

    __tablename__ = "telegram_boxes"
    chat_id: Mapped[int] = mapped_column(
        ForeignKey(ChatRow.chat_id, ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    message_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event: Mapped[int]
    part: Mapped[int]


class RefusedRow(Base):
    """Telegram would not take the reply stored as `event`, or a part of it."""

    __tablename__ = "telegram_refused"
    chat_id: Mapped[int] = mapped_column(
        ForeignKey(ChatRow.chat_id, ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    event: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
