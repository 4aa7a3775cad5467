"""Content and conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "topics",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("country", sa.String, nullable=False, index=True),
        sa.Column("source_language", sa.String, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_table(
        "translations",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("published", sa.Integer),
    )
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("last_major", sa.Integer, nullable=False),
        sa.Column("renders", sa.Integer),
        sa.Column("reviewed", sa.Date, nullable=False),
        sa.Column("text", sa.JSON, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
    for name in ("notices", "contacts", "sites"):
        op.create_table(
            name, sa.Column("id", sa.String, primary_key=True), sa.Column("data", sa.JSON, nullable=False)
        )
    version = op.create_table(
        "content_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.bulk_insert(version, [{"id": 1, "number": 0}])
    op.create_table(
        "conversations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, nullable=False),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("conversation_id", sa.String, sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("client_id", sa.String),
        sa.Column("data", sa.JSON, nullable=False),
        sa.UniqueConstraint("conversation_id", "client_id"),
    )
