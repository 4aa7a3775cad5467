"""What a conversation leaves: callback requests, unanswered questions, counts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    events = sa.table("events", sa.column("type", sa.String), sa.column("data", sa.JSON))
    with op.batch_alter_table("events") as batch:
        batch.add_column(sa.Column("type", sa.String, nullable=False, server_default=""))
    op.execute(events.update().values(type=events.c.data["event"].as_string()))
    with op.batch_alter_table("events") as batch:
        batch.alter_column("type", server_default=None)
    op.create_table(
        "callbacks",
        sa.Column("conversation_id", sa.String, sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("draft", sa.LargeBinary),
        sa.Column("request", sa.LargeBinary),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "unanswered",
        sa.Column("conversation_id", sa.String, sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("article", sa.String),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("site", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
