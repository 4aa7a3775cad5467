"""What became of a question without an answer: an article answers it now, or it was set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("unanswered", sa.Column("settled", sa.String))
    op.add_column("unanswered", sa.Column("settled_at", sa.DateTime(timezone=True)))
