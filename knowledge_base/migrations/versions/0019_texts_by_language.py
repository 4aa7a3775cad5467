"""How many texts there are in each language is counted in their order."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index("ix_translations_language", "translations", ["language", "article_id"])
