"""Which revision was published until a translation was withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "withdrawn",
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
