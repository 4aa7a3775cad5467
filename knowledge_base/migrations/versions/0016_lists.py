"""What lists and their search ask of the texts, kept beside them."""

import sqlalchemy as sa
from alembic import op

from knowledge_base import said, states

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("translations", sa.Column("newest", sa.Integer, nullable=False, server_default="0"))
    op.add_column("translations", sa.Column("drafted", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("translations", sa.Column("reviewed", sa.Date))
    op.add_column("translations", sa.Column("outdated", sa.Boolean, nullable=False, server_default=sa.false()))
    for name in ("drafted", "outdated"):
        op.create_index(
            f"ix_translations_{name}",
            "translations",
            ["article_id", "language"],
            sqlite_where=sa.text(f"{name} = 1"),
            postgresql_where=sa.text(name),
        )
    op.create_index("ix_translations_reviewed", "translations", ["reviewed", "article_id", "language"])
    op.create_table(
        "said",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("words", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        sa.UniqueConstraint("article_id", "language"),
    )
    connection = op.get_bind()
    for statement in said.MAKE[connection.dialect.name]:
        op.execute(statement)
    op.execute(states.EVERYWHERE)
    said.fill(connection)
