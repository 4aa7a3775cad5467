"""The bridge to another help desk: what of each handoff was delivered, and which replies came back."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "bridged_handoffs",
        sa.Column("handoff_id", sa.Integer, primary_key=True, autoincrement=False),
        # No foreign keys: the row stays until the other desk has erased what was erased here.
        sa.Column("conversation_id", sa.String, nullable=False, index=True),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("delivered", sa.Integer, nullable=False),
        sa.Column("sending", sa.Integer, nullable=False),
        sa.Column("remote", sa.String, nullable=True, index=True),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parked", sa.Boolean, nullable=False),
    )
    op.create_table(
        "bridged_replies",
        sa.Column(
            "handoff_id",
            sa.Integer,
            sa.ForeignKey("bridged_handoffs.handoff_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("message_id", sa.String, primary_key=True),
    )
