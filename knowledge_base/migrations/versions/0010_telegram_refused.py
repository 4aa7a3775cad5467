"""Which messages Telegram would not take."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "telegram_refused",
        sa.Column(
            "chat_id",
            sa.BigInteger,
            sa.ForeignKey("telegram_chats.chat_id", ondelete="CASCADE", onupdate="CASCADE"),
            primary_key=True,
        ),
        sa.Column("event", sa.Integer, primary_key=True, autoincrement=False),
    )
