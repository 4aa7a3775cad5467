"""Codes at the sign-in, and those for who has lost the telephone that makes them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("code_secret", sa.LargeBinary))
        staff.add_column(sa.Column("code_begun", sa.LargeBinary))
        staff.add_column(sa.Column("code_window", sa.Integer))
    op.create_table(
        "recovery_codes",
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("code_hash", sa.String, primary_key=True),
    )
