"""The content's tables. A revision is never changed once written."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    event,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSON, list[str]: JSON, datetime: DateTime(timezone=True)}  # noqa: RUF012


def _where_true(name: str) -> Index:
    """An index of the translations for which a column is true."""
    condition = {"sqlite_where": text(f"{name} = 1"), "postgresql_where": text(name)}
    return Index(f"ix_translations_{name}", "article_id", "language", **condition)  # type: ignore[arg-type]


class TopicRow(Base):
    __tablename__ = "topics"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    data: Mapped[dict[str, Any]]


class ArticleRow(Base):
    __tablename__ = "articles"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    country: Mapped[str] = mapped_column(index=True)
    source_language: Mapped[str]
    facts: Mapped[dict[str, Any]]


class ArticleTopicRow(Base):
    """What the facts say too, as lists can ask for it."""

    __tablename__ = "article_topics"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True, index=True)


class TranslationRow(Base):
    """Which revision of a text is published, and what lists ask of its revisions; see `knowledge_base.states`."""

    __tablename__ = "translations"
    __table_args__ = (
        _where_true("drafted"),
        _where_true("outdated"),
        Index("ix_translations_reviewed", "reviewed", "article_id", "language"),
        Index("ix_translations_language", "language", "article_id"),
    )
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    published: Mapped[int | None]
    # The newest revision's number; whether it is a draft; when the published one was reviewed, and whether it is
    # outdated.
    newest: Mapped[int] = mapped_column(server_default="0", default=0)
    drafted: Mapped[bool] = mapped_column(server_default=false(), default=False)
    reviewed: Mapped[date | None]
    outdated: Mapped[bool] = mapped_column(server_default=false(), default=False)


class WithdrawnRow(Base):
    """The revision that was published until the translation was withdrawn last; it tells nothing of a published one."""

    __tablename__ = "withdrawn"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
    article_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


class RevisionRow(Base):
    __tablename__ = "revisions"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )
    article_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    last_major: Mapped[int]
    renders: Mapped[int | None]
    reviewed: Mapped[date]
    text: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class SaidRow(Base):
    """A number for each translation, under which stands what it says; see `knowledge_base.said`."""

    __tablename__ = "said"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        UniqueConstraint("article_id", "language"),
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[str]
    language: Mapped[str]


class SaidWordsRow(Base):
    """The different words of a translation's published and newest text, folded."""

    __tablename__ = "said_words"
    number: Mapped[int] = mapped_column(ForeignKey("said.number"), primary_key=True, autoincrement=False)
    words: Mapped[str]


class AskedRow(Base):
    """How people ask for an article in one language; searched, never shown."""

    __tablename__ = "asked"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    questions: Mapped[list[str]]


class DocumentRow(Base):
    """A document that is kept whole."""

    __abstract__ = True
    id: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]


class NoticeRow(DocumentRow):
    __tablename__ = "notices"


class ContactRow(DocumentRow):
    __tablename__ = "contacts"


class SiteRow(DocumentRow):
    __tablename__ = "sites"


class ContentVersionRow(Base):
    """One row: a number that grows whenever something that migrants read has changed."""

    __tablename__ = "content_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


class RevisionChangedError(RuntimeError):
    """A programming error: code tried to change a saved revision."""


@event.listens_for(RevisionRow, "before_update")
def _refuse(mapper: Mapper[RevisionRow], connection: Connection, row: RevisionRow) -> None:
    raise RevisionChangedError(f"revision {row.article_id}/{row.language}/{row.number} is immutable")
