"""Drafts that wait for a colleague's review, and what the colleague said."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.String),
        sa.Column("returned_by", sa.String),
        sa.ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
