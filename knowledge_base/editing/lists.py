"""Lists of articles and of duties, in the caller's transaction.

There may be very many texts: none is read here, only what stands beside them, and the titles of what is shown.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    and_,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_base import said
from knowledge_base.database import each_of
from knowledge_base.documents import Topic
from knowledge_base.editing.duties import LONG_AGO, Duty, Listing, Need, Scope, Title, Wanted, subtopics
from knowledge_base.folding import folded
from knowledge_base.tables import ArticleRow, ArticleTopicRow, ContactRow, RevisionRow, TranslationRow

Value = TypeVar("Value")
Column = ColumnElement[Value] | InstrumentedAttribute[Value]
NOTHING, NO = null(), literal(False)
TITLE = RevisionRow.text["title"].as_string()
AT_TRANSLATION = and_(
    RevisionRow.article_id == TranslationRow.article_id, RevisionRow.language == TranslationRow.language
)


async def matching(session: AsyncSession, topics: Sequence[Topic], wanted: Wanted) -> tuple[list[str], set[str]]:
    """The ids of the articles with the topic and the country, in some of whose texts all the words stand, in order;
    and those of all others.
    """
    countries = {row.id: row.country for row in await session.execute(select(ArticleRow.id, ArticleRow.country))}
    found = {article for article, country in countries.items() if wanted.country in ("", country)}
    if wanted.topic:
        of_topics = ArticleTopicRow.topic.in_(subtopics(topics, wanted.topic))
        found &= set(await session.scalars(select(ArticleTopicRow.article_id).where(of_topics)))
    for word in folded(wanted.words).split():
        found &= await said.saying(session, word)
    return sorted(found), countries.keys() - found


async def duties(
    session: AsyncSession, scope: Scope, needs: Collection[Need], start: int, most: int
) -> dict[Need, Listing[Duty]]:
    """By what they need: how many duties there are, and at most `most` of them after the first `start`.

    They are in the order of the articles' ids and the languages; what was not reviewed for the longest time comes
    first, and so do facts of which we are not sure. What is missing in all languages together is only counted, by
    language: it would be nearly everything. Facts are the business of every language.
    """
    chosen = _Chosen(session, scope)
    counts = await _counts(session, scope, chosen, needs)
    found: dict[Need, Listing[Duty]] = {}
    for need in needs:
        count = counts[need].get(scope.language, 0) if scope.language and need != "verify" else counts[need].total()
        is_listed = count > start and (need != "missing" or scope.language)
        query = _duties(need, scope, chosen).offset(start).limit(most)
        rows = (await session.execute(query)).all() if is_listed else []
        found[need] = Listing(count, await _named(session, rows), {} if need == "verify" else counts[need])
    return found


async def titles(session: AsyncSession, articles: Collection[str]) -> dict[str, Title]:
    """Of the articles' source texts by id, the published before a draft."""
    number = func.coalesce(TranslationRow.published, TranslationRow.newest)
    return await _source_titles(session, articles, number)


async def unpublished(session: AsyncSession) -> list[str]:
    """The ids of the articles of which no text is published."""
    there = exists().where(TranslationRow.article_id == ArticleRow.id, TranslationRow.published.is_not(None))
    return list(await session.scalars(select(ArticleRow.id).where(~there)))


class _Chosen:
    """Which articles and contacts a scope is about, as a query asks for them."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._among = _cte(session, scope.among, "among")
        self._besides = _cte(session, scope.besides or None, "besides")
        self._contacts = _cte(session, scope.contacts, "among_contacts")

    def articles(self, article: Column[str]) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self._among is not None:
            wanted.append(article.in_(select(self._among.c.value)))
        if self._besides is not None:
            wanted.append(article.not_in(select(self._besides.c.value)))
        return wanted

    def contacts(self, contact: Column[str]) -> list[ColumnElement[bool]]:
        return [contact.in_(select(self._contacts.c.value))] if self._contacts is not None else []


def _cte(session: AsyncSession, values: Collection[str] | None, name: str) -> CTE | None:
    return None if values is None else each_of(session, values).cte(name)


async def _counts(
    session: AsyncSession, scope: Scope, chosen: _Chosen, needs: Collection[Need]
) -> dict[Need, Counter[str]]:
    """How many duties there are by language, whichever is asked for."""
    queries = []
    for need in needs:
        if need == "missing":
            queries.append(_counted(need, TranslationRow.language).where(*chosen.articles(TranslationRow.article_id)))
            continue
        each = _duties(need, replace(scope, language=""), chosen).order_by(None).subquery()
        # Not by the column itself, or SQLite goes through all texts in its order to save sorting a few.
        queries.append(_counted(need, each.c.language.concat("")))
    found: dict[Need, Counter[str]] = {need: Counter() for need in needs}
    for need, language, count in await session.execute(union_all(*queries)):
        found[need][language] = count
    if "missing" in found:
        # There may be very many of them: those that are there are counted quicker.
        articles = select(func.count()).select_from(ArticleRow).where(*chosen.articles(ArticleRow.id))
        most, there = await session.scalar(articles) or 0, found["missing"]
        asked = dict.fromkeys([*scope.languages, *([scope.language] if scope.language else [])])
        found["missing"] = Counter({tag: most - there[tag] for tag in asked if most > there[tag]})
    return found


def _counted(need: Need, language: Column[str]) -> Select[Need, str, int]:
    return select(literal(need), language, func.count()).group_by(language)


def _duties(need: Need, scope: Scope, chosen: _Chosen) -> Select[Any]:
    """Rows of article, language, about, since, contact, unsure, in order."""
    article: Column[str] = TranslationRow.article_id
    language: Column[str] = TranslationRow.language
    since: Column[Any] = NOTHING
    wanted: list[Column[bool]] = [language == scope.language] if scope.language else []
    first: list[Column[Any]] = []
    match need:
        case "draft":
            wanted.append(TranslationRow.drafted)
            if scope.waiting:
                wanted.append(tuple_(article, language).not_in(scope.waiting))
        case "outdated":
            wanted.append(TranslationRow.outdated)
        case "old":
            since = TranslationRow.reviewed
            wanted.append(since < scope.today - LONG_AGO)
            first = [since]
        case "missing":
            there = exists().where(
                TranslationRow.article_id == ArticleRow.id, TranslationRow.language == scope.language
            )
            article, language = ArticleRow.id, literal(scope.language)
            wanted = [~there]
        case "verify":
            return _to_confirm(chosen)
    columns = _columns(article, language, since=since)
    return select(*columns).where(*wanted, *chosen.articles(article)).order_by(*first, article, language)


def _to_confirm(chosen: _Chosen) -> Select[Any]:
    """Of articles and contacts together."""
    name = ContactRow.data["name"].as_string()
    articles = _doubtful(ArticleRow.facts, ArticleRow.id, ArticleRow.source_language, NOTHING)
    contacts = _doubtful(ContactRow.data, ContactRow.id, literal(""), name)
    each = union_all(
        articles.where(*chosen.articles(ArticleRow.id)), contacts.where(*chosen.contacts(ContactRow.id))
    ).subquery()
    return select(each).order_by(each.c.is_unsure.desc(), each.c.article)


def _doubtful(
    facts: InstrumentedAttribute[dict[str, Any]], id: Column[str], language: Column[str], contact: Column[Any]
) -> Select[Any]:
    about, is_unsure = facts["verify"].as_string(), facts["confidence"].as_string() == "low"
    columns = _columns(id, language, about=about, contact=contact, is_unsure=is_unsure)
    return select(*columns).where(or_(about != "", is_unsure))


def _columns(
    article: Column[str],
    language: Column[str],
    *,
    about: Column[Any] = NOTHING,
    since: Column[Any] = NOTHING,
    contact: Column[Any] = NOTHING,
    is_unsure: Column[bool] = NO,
) -> list[ColumnElement[Any]]:
    named = {"article": article, "language": language, "about": about, "since": since, "contact": contact}
    return [column.label(name) for name, column in {**named, "is_unsure": is_unsure}.items()]


async def _named(session: AsyncSession, rows: Sequence[Row[Any]]) -> list[Duty]:
    """The rows with the titles of the articles and the names of the contacts."""
    texts = {(row.article, row.language) for row in rows if row.contact is None}
    named = await _newest_titles(session, texts)
    return [
        Duty(
            named[row.article, row.language] if row.contact is None else Title(row.article, row.contact, ""),
            row.language,
            row.about,
            row.since,
            row.contact is not None,
            row.is_unsure,
        )
        for row in rows
    ]


async def _newest_titles(session: AsyncSession, texts: Collection[tuple[str, str]]) -> dict[tuple[str, str], Title]:
    """Of the newest texts of articles in a language, where there is none of the article's source."""
    own = select(TranslationRow.article_id, TITLE, TranslationRow.language).join(
        RevisionRow, AT_TRANSLATION & (RevisionRow.number == TranslationRow.newest)
    )
    # By itself the pair is looked for in all texts, in SQLite.
    own = own.where(TranslationRow.article_id.in_({article for article, _ in texts}))
    own = own.where(tuple_(TranslationRow.article_id, TranslationRow.language).in_(texts))
    found = {(row[0], row[2]): Title(*row) for row in await session.execute(own)} if texts else {}
    without = {text for text in texts if text not in found}
    sources = await _source_titles(session, {article for article, _ in without}, TranslationRow.newest)
    return found | {text: sources[text[0]] for text in without}


async def _source_titles(session: AsyncSession, articles: Collection[str], number: Column[int]) -> dict[str, Title]:
    """Of the revisions with the number of the articles' source texts; the id where there is none."""
    found = {article: Title(article, article, "") for article in articles}
    if articles:
        at_source = (TranslationRow.article_id == ArticleRow.id) & (
            TranslationRow.language == ArticleRow.source_language
        )
        query = select(ArticleRow.id, TITLE, ArticleRow.source_language).join(TranslationRow, at_source)
        query = query.join(RevisionRow, AT_TRANSLATION & (RevisionRow.number == number))
        for row in await session.execute(query.where(ArticleRow.id.in_(articles))):
            found[row[0]] = Title(*row)
    return found
