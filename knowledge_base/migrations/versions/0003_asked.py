"""How people ask for an article, in every language."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("questions", sa.JSON, nullable=False),
    )
