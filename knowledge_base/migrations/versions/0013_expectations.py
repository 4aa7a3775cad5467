"""Questions that are kept as tests."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "expectations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("article", sa.String, nullable=False),
        sa.UniqueConstraint("language", "question"),
    )
