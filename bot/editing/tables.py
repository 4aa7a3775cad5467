"""The editors' own tables, beside those of the content."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_base.tables import Base


class ExpectationRow(Base):
    """A question that is kept as a test, in the editor's own words, and the article that is to answer it."""

    __tablename__ = "expectations"
    __table_args__ = (UniqueConstraint("language", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    question: Mapped[str]
    article: Mapped[str]
    kept_at: Mapped[datetime]
