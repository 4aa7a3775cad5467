"""Which article a question waits for, until it is published."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("unanswered", sa.Column("awaits", sa.String))
    op.create_index("ix_unanswered_awaits", "unanswered", ["awaits"])
