"""The bridge's tables. They hold no text; a row outlives its conversation until the other desk has erased it too."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_base.tables import Base

# In the place of an event's number.
ERASING = -1


class BridgedRow(Base):
    """A handoff that the other desk has, or is to have.

    The first letter tells all up to the event `opening`; everything up to the event `delivered` is there, 0 for
    nothing. `sending` is the event that was last tried, `ERASING` for the erasure: it may have arrived. `remote` is the
    other desk's own id. `open` says that, as far as was delivered, the case is not over. `parked` is for the desk here
    alone.
    """

    __tablename__ = "bridged_handoffs"
    handoff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(index=True)
    opening: Mapped[int]
    delivered: Mapped[int]
    sending: Mapped[int]
    remote: Mapped[str | None] = mapped_column(index=True)
    open: Mapped[bool]
    tries: Mapped[int]
    due_at: Mapped[datetime]
    parked: Mapped[bool]


class HeardRow(Base):
    """A message of the other desk that was taken in, by its own id: it counts once."""

    __tablename__ = "bridged_replies"
    handoff_id: Mapped[int] = mapped_column(
        ForeignKey(BridgedRow.handoff_id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_id: Mapped[str] = mapped_column(primary_key=True)
