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
    of_articles = op.create_table(
        "article_topics",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("topic", sa.String, primary_key=True, index=True),
    )
    op.create_table(
        "said",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        sa.UniqueConstraint("article_id", "language"),
    )
    op.create_table(
        "said_words",
        sa.Column("number", sa.Integer, sa.ForeignKey("said.number"), primary_key=True, autoincrement=False),
        sa.Column("words", sa.String, nullable=False),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # Words that would have to be unpacked first are searched slowly.
        op.execute("ALTER TABLE said_words SET (toast_tuple_target = 8160)")
    articles = sa.table("articles", sa.column("id"), sa.column("facts", sa.JSON))
    for id, facts in connection.execute(sa.select(articles.c.id, articles.c.facts)).all():
        for topic in dict.fromkeys(facts.get("topics", [])):
            connection.execute(of_articles.insert(), {"article_id": id, "topic": topic})
    op.execute(states.EVERYWHERE)
    make, *index = said.MAKE[connection.dialect.name]
    op.execute(make)
    said.fill(connection)
    for statement in index:
        op.execute(statement)
