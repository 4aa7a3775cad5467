"""Drafts that are published at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "planned",
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("major", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("fault", sa.String),
        sa.ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
