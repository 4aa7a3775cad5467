"""The desk: handoffs, notes, and who can help whom and when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OPEN = sa.text("state IN ('waiting', 'accepted', 'agreed')")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String, sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("topic", sa.String),
        sa.Column("country", sa.String),
        sa.Column("by_id", sa.Integer, sa.ForeignKey("staff.id")),
        sa.Column("outcome", sa.String),
        sa.Column("requested_at", moment, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("accepted_at", moment),
        sa.Column("unanswered_since", moment),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_handoffs_one_open",
        "handoffs",
        ["conversation_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "handoff_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String, sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("by_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counsellors",
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("countries", sa.JSON, nullable=False),
        sa.Column("weekly", sa.JSON, nullable=False),
        sa.Column("exceptions", sa.JSON, nullable=False),
        sa.Column("seen_at", moment),
    )
