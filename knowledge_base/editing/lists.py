"""Lists of articles and of duties, in the caller's transaction.

There may be very many texts: none is read here, only what stands beside them, and the titles of what is shown.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import CTE, ColumnElement, Select, and_, exists, false, func, literal, null, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_base import said
from knowledge_base.database import each_of
from knowledge_base.documents import Topic
from knowledge_base.editing.duties import LONG_AGO, Duty, Listing, Need, Scope, Title, Wanted, subtopics
from knowledge_base.tables import ArticleRow, ArticleTopicRow, RevisionRow, TranslationRow

Value = TypeVar("Value")
Column = ColumnElement[Value] | InstrumentedAttribute[Value]
VERIFY = ArticleRow.facts["verify"].as_string()
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
    for word in said.folded(wanted.words).split():
        found &= await said.saying(session, word)
    return sorted(found), countries.keys() - found


async def duties(
    session: AsyncSession, scope: Scope, needs: Collection[Need], start: int, most: int
) -> dict[Need, Listing[Duty]]:
    """By what they need: how many duties there are, and at most `most` of them after the first `start`.

    They are in the order of the articles' ids and the languages; what was not reviewed for the longest time comes
    first. What is missing is told of one language only: of all together it would be nearly everything. Facts are the
    business of every language.
    """
    among = each_of(session, scope.among).cte("among") if scope.among is not None else None
    besides = each_of(session, scope.besides).cte("besides") if scope.besides else None
    queries = {need: _duties(need, scope, among, besides) for need in needs}
    counted = [
        select(func.count()).select_from(query.order_by(None).subquery()).scalar_subquery()
        for query in queries.values()
    ]
    counts = dict(zip(queries, (await session.execute(select(*counted))).one(), strict=True))
    rows = {
        need: (await session.execute(query.offset(start).limit(most))).all() if counts[need] > start else []
        for need, query in queries.items()
    }
    named = await _newest_titles(session, {(row.article, row.language) for some in rows.values() for row in some})
    return {
        need: Listing(
            counts[need], [Duty(named[row.article, row.language], row.language, row.about, row.since) for row in some]
        )
        for need, some in rows.items()
    }


async def titles(session: AsyncSession, articles: Collection[str]) -> dict[str, Title]:
    """Of the articles' source texts by id, the published before a draft."""
    number = func.coalesce(TranslationRow.published, TranslationRow.newest)
    return await _source_titles(session, articles, number)


async def unpublished(session: AsyncSession) -> list[str]:
    """The ids of the articles of which no text is published."""
    there = exists().where(TranslationRow.article_id == ArticleRow.id, TranslationRow.published.is_not(None))
    return list(await session.scalars(select(ArticleRow.id).where(~there)))


def _duties(need: Need, scope: Scope, among: CTE | None, besides: CTE | None) -> Select[Any]:
    """Rows of article, language, about, since, in order."""
    article: Column[str] = TranslationRow.article_id
    language: Column[str] = TranslationRow.language
    about: Column[Any] = null()
    since: Column[Any] = null()
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
            wanted = [~there] if scope.language else [false()]
        case "verify":
            article, language, about = ArticleRow.id, ArticleRow.source_language, VERIFY
            wanted = [about != ""]
    if among is not None:
        wanted.append(article.in_(select(among.c.value)))
    if besides is not None:
        wanted.append(article.not_in(select(besides.c.value)))
    columns = article.label("article"), language.label("language"), about.label("about"), since.label("since")
    return select(*columns).where(*wanted).order_by(*first, article, language)


async def _newest_titles(session: AsyncSession, texts: Collection[tuple[str, str]]) -> dict[tuple[str, str], Title]:
    """Of the newest texts of articles in a language, where there is none of the article's source."""
    own = select(TranslationRow.article_id, TITLE, TranslationRow.language).join(
        RevisionRow, AT_TRANSLATION & (RevisionRow.number == TranslationRow.newest)
    )
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
