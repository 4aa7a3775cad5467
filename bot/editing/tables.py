"""The editors' own tables, beside those of the content."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
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


class PlannedRow(Base):
    """A draft that will be published at a time: revision `number`, as `login` planned it.

    `fault` says why it could not be, once that was tried.
    """

    __tablename__ = "planned"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
    article_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    major: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)
    login: Mapped[str]
    fault: Mapped[str | None]


class ReviewRow(Base):
    """A draft that `login` wants a colleague to look over; `returned_by` has given it back, with a remark."""

    __tablename__ = "reviews"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
    article_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str]
    at: Mapped[datetime]
    remark: Mapped[str | None]
    returned_by: Mapped[str | None]
