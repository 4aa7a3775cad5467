"""All SQL of the content. Every function works inside the caller's transaction."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_base import said, states
from knowledge_base.coordination import announce
from knowledge_base.database import in_utc
from knowledge_base.documents import (
    Article,
    ArticleFacts,
    Contact,
    Content,
    Document,
    Notice,
    Revision,
    Site,
    Text,
    Topic,
    Translation,
)
from knowledge_base.tables import (
    ArticleRow,
    ArticleTopicRow,
    AskedRow,
    ContactRow,
    ContentVersionRow,
    DocumentRow,
    NoticeRow,
    RevisionRow,
    SiteRow,
    TopicRow,
    TranslationRow,
    WithdrawnRow,
)

# What processes hear when something was published.
PUBLISHED = "published"

Kept = TypeVar("Kept", Notice, Contact, Site)
TABLES: dict[type[Document], type[DocumentRow]] = {Notice: NoticeRow, Contact: ContactRow, Site: SiteRow}


async def content_version(session: AsyncSession) -> int:
    return (await session.execute(select(ContentVersionRow.number))).scalar_one()


async def bump_content_version(session: AsyncSession) -> None:
    """Every process learns of it once the transaction is committed, and none if it is not."""
    await session.execute(update(ContentVersionRow).values(number=ContentVersionRow.number + 1))
    await announce(session, PUBLISHED)


async def lock_content(session: AsyncSession) -> None:
    """Let nobody else change what is kept whole (facts, topics, notices, contacts) until the transaction ends.

    Who locks an article too does that before.
    """
    await session.execute(select(ContentVersionRow.number).with_for_update())


async def article_count(session: AsyncSession) -> int:
    return (await session.execute(select(func.count()).select_from(ArticleRow))).scalar_one()


async def article_ids(session: AsyncSession) -> set[str]:
    return set((await session.execute(select(ArticleRow.id))).scalars())


async def article_countries(session: AsyncSession) -> set[str]:
    return set((await session.execute(select(ArticleRow.country).distinct())).scalars())


async def save_facts(session: AsyncSession, article: Article) -> bool:
    """Insert or update what is true of the article in every language; whether anything changed."""
    facts = article.facts.model_dump(mode="json")
    columns = {"kind": article.facts.kind, "country": article.facts.country, "facts": facts}
    # Locked as an editor locks it, who writes into the same texts.
    row = await session.get(ArticleRow, article.id, with_for_update=True)
    if row is None:
        session.add(ArticleRow(id=article.id, source_language=article.source_language, **columns))
        await _save_article_topics(session, article)
        return True
    if row.source_language == article.source_language and row.facts == facts:
        return False
    another_source = row.source_language != article.source_language
    row.source_language = article.source_language
    row.kind, row.country, row.facts = article.facts.kind, article.facts.country, facts
    await _save_article_topics(session, article)
    if another_source:
        await states.settle(session, article.id, article.source_language)
    return True


async def _save_article_topics(session: AsyncSession, article: Article) -> None:
    await session.flush()
    await session.execute(delete(ArticleTopicRow).where(ArticleTopicRow.article_id == article.id))
    rows = [{"article_id": article.id, "topic": topic} for topic in dict.fromkeys(article.facts.topics)]
    await session.execute(insert(ArticleTopicRow), rows)


async def save_asked(session: AsyncSession, article_id: str, language: str, questions: list[str]) -> bool:
    """Insert or update how people ask for an article in a language; whether anything changed."""
    row = await session.get(AskedRow, (article_id, language))
    if not questions:
        if row is not None:
            await session.delete(row)
        return row is not None
    if row is None:
        session.add(AskedRow(article_id=article_id, language=language, questions=questions))
        return True
    if row.questions == questions:
        return False
    row.questions = questions
    return True


async def latest_revision(session: AsyncSession, article_id: str, language: str) -> Revision | None:
    query = select(RevisionRow).where(RevisionRow.article_id == article_id, RevisionRow.language == language)
    row = (await session.execute(query.order_by(RevisionRow.number.desc()).limit(1))).scalar_one_or_none()
    return _revision(row) if row else None


async def published_numbers(session: AsyncSession) -> dict[str, dict[str, int]]:
    """Which revision of each text is published, by article and language: far less to read than the texts."""
    query = select(TranslationRow.article_id, TranslationRow.language, TranslationRow.published)
    numbers: dict[str, dict[str, int]] = {}
    for article_id, language, number in await session.execute(query):
        if number is not None:
            numbers.setdefault(article_id, {})[language] = number
    return numbers


async def published_revision(session: AsyncSession, article_id: str, language: str) -> Revision | None:
    row = await session.get(TranslationRow, (article_id, language))
    if row is None or row.published is None:
        return None
    return await get_revision(session, article_id, language, row.published)


async def get_revision(session: AsyncSession, article_id: str, language: str, number: int) -> Revision | None:
    row = await session.get(RevisionRow, (article_id, language, number))
    return _revision(row) if row else None


async def add_revision(
    session: AsyncSession, article_id: str, language: str, revision: Revision, *, to_publish: bool = False
) -> None:
    """Save a numbered revision; the translation is made if it is new. `to_publish`: the caller publishes it at once."""
    if await session.get(TranslationRow, (article_id, language)) is None:
        session.add(TranslationRow(article_id=article_id, language=language, published=None))
        await session.flush()
    session.add(
        RevisionRow(
            article_id=article_id,
            language=language,
            number=revision.number,
            last_major=revision.last_major,
            renders=revision.renders,
            reviewed=revision.reviewed,
            text=revision.text.model_dump(mode="json"),
            saved_at=datetime.now(UTC),
        )
    )
    if not to_publish:
        await _settle(session, article_id, language)


async def publish(session: AsyncSession, article_id: str, language: str, number: int) -> bool:
    """Point the translation at a revision; whether that changed anything."""
    row = await session.get_one(TranslationRow, (article_id, language))
    if row.published == number:
        return False
    row.published = number
    await _settle(session, article_id, language)
    return True


async def withdraw(session: AsyncSession, article_id: str, language: str) -> bool:
    """Publish no revision of the translation any more; whether that changed anything. What was published is noted."""
    row = await session.get(TranslationRow, (article_id, language))
    if row is None or row.published is None:
        return False
    await session.merge(WithdrawnRow(article_id=article_id, language=language, number=row.published))
    row.published = None
    await _settle(session, article_id, language)
    return True


async def withdrawn(session: AsyncSession, article_id: str) -> dict[str, int]:
    """The revisions that were published until they were withdrawn, by language."""
    at_translation = (WithdrawnRow.article_id == TranslationRow.article_id) & (
        WithdrawnRow.language == TranslationRow.language
    )
    query = select(WithdrawnRow.language, WithdrawnRow.number).join(TranslationRow, at_translation)
    query = query.where(WithdrawnRow.article_id == article_id, TranslationRow.published.is_(None))
    return {row.language: row.number for row in await session.execute(query.order_by(WithdrawnRow.language))}


async def save_document(session: AsyncSession, document: Notice | Contact | Site) -> bool:
    """Insert or update a notice, contact or site; whether anything changed."""
    table = TABLES[type(document)]
    data = document.model_dump(mode="json")
    row = await session.get(table, document.id)
    if row is None:
        session.add(table(id=document.id, data=data))
        return True
    if row.data == data:
        return False
    row.data = data
    return True


async def save_topics(session: AsyncSession, topics: list[Topic]) -> bool:
    """Insert or update topics in their order; whether anything changed."""
    changed = False
    for position, topic in enumerate(topics):
        data = topic.model_dump(mode="json")
        row = await session.get(TopicRow, topic.id)
        if row is None:
            session.add(TopicRow(id=topic.id, position=position, data=data))
            changed = True
        elif (row.position, row.data) != (position, data):
            row.position, row.data = position, data
            changed = True
    return changed


async def remove_topic(session: AsyncSession, topic_id: str) -> None:
    await session.execute(delete(TopicRow).where(TopicRow.id == topic_id))


async def remove_document(session: AsyncSession, kind: type[Notice] | type[Contact], document_id: str) -> None:
    await session.execute(delete(TABLES[kind]).where(TABLES[kind].id == document_id))


async def load_documents(session: AsyncSession, kind: type[Kept]) -> list[Kept]:
    """All notices, contacts or sites, in the order of their ids."""
    return [kind.model_validate(row.data) for row in await _rows(session, TABLES[kind])]


async def load_document(session: AsyncSession, kind: type[Kept], document_id: str) -> Kept | None:
    row = await session.get(TABLES[kind], document_id)
    return kind.model_validate(row.data) if row else None


async def count_of(session: AsyncSession, topic_id: str) -> dict[str, int]:
    """How many articles, notices and contacts are on a topic."""
    on_it = select(func.count()).where(ArticleTopicRow.topic == topic_id)
    notices = [one.topics for one in await load_documents(session, Notice)]
    contacts = [one.topics for one in await load_documents(session, Contact)]
    return {
        "articles": (await session.execute(on_it)).scalar_one(),
        "notices": sum(topic_id in topics for topics in notices),
        "contacts": sum(topic_id in topics for topics in contacts),
    }


async def lock_article(session: AsyncSession, article_id: str) -> bool:
    """Let nobody else change the article's texts until the transaction ends; whether there is such an article."""
    query = select(ArticleRow.id).where(ArticleRow.id == article_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none() is not None


async def saved_revisions(session: AsyncSession, article_id: str, language: str) -> list[tuple[Revision, datetime]]:
    """Every revision of a translation with the time of its saving, newest first."""
    query = select(RevisionRow).where(RevisionRow.article_id == article_id, RevisionRow.language == language)
    rows = (await session.execute(query.order_by(RevisionRow.number.desc()))).scalars()
    return [(_revision(row), in_utc(row.saved_at)) for row in rows]


async def load_article(session: AsyncSession, article_id: str) -> Article | None:
    """An article as `load_articles` has it."""
    return next(iter(await load_articles(session, [article_id])), None)


async def load_articles(
    session: AsyncSession, only: Collection[str] | None = None, *, asked: bool = True
) -> list[Article]:
    """All articles, or those with the ids `only`, in the order of their ids.

    Each translation comes with its published revision and the newer draft, if there is one. `asked` says whether they
    come with how people ask for them, which is most of what there is to read.
    """
    newest = (
        select(RevisionRow.article_id, RevisionRow.language, func.max(RevisionRow.number).label("number"))
        .where(_is(RevisionRow.article_id, only))
        .group_by(RevisionRow.article_id, RevisionRow.language)
        .subquery()
    )
    published: dict[tuple[str, str], Revision] = {}
    drafts: dict[tuple[str, str], Revision] = {}
    at_translation = (RevisionRow.article_id == TranslationRow.article_id) & (
        RevisionRow.language == TranslationRow.language
    )
    live = (
        select(RevisionRow)
        .join(TranslationRow, at_translation & (RevisionRow.number == TranslationRow.published))
        .where(_is(RevisionRow.article_id, only))
    )
    for row in (await session.execute(live)).scalars():
        published[row.article_id, row.language] = _revision(row)
    last = (
        select(RevisionRow)
        .join(
            newest,
            (RevisionRow.article_id == newest.c.article_id)
            & (RevisionRow.language == newest.c.language)
            & (RevisionRow.number == newest.c.number),
        )
        .join(TranslationRow, at_translation)
        .where(TranslationRow.published.is_(None) | (TranslationRow.published < RevisionRow.number))
    )
    for row in (await session.execute(last)).scalars():
        drafts[row.article_id, row.language] = _revision(row)
    translations: dict[str, dict[str, Translation]] = {}
    for article_id, language in sorted(published.keys() | drafts.keys()):
        key = (article_id, language)
        translations.setdefault(article_id, {})[language] = Translation(
            published=published.get(key), draft=drafts.get(key)
        )
    questions = await _asked(session, only) if asked else {}
    rows = select(ArticleRow).where(_is(ArticleRow.id, only)).order_by(ArticleRow.id)
    return [
        Article(
            id=row.id,
            facts=ArticleFacts.model_validate(row.facts),
            source_language=row.source_language,
            translations=translations.get(row.id, {}),
            asked=questions.get(row.id, {}),
        )
        for row in (await session.execute(rows)).scalars()
    ]


async def load_topics(session: AsyncSession) -> list[Topic]:
    rows = (await session.execute(select(TopicRow).order_by(TopicRow.position, TopicRow.id))).scalars()
    return [Topic.model_validate(row.data) for row in rows]


async def load_content(session: AsyncSession) -> Content:
    """Everything, the articles as `load_articles` has them."""
    return await _content(session, await load_articles(session))


async def load_newer(session: AsyncSession, known: Content) -> Content:
    """Everything, where `known` is an earlier state: only the articles that differ from it are read again.

    What is published never changes under its number, so that little tells whether an article does. Drafts may be older.
    """
    before = {article.id: article for article in known.articles}
    numbers, asked = await published_numbers(session), await _asked(session)
    rows = select(ArticleRow.id, ArticleRow.source_language, ArticleRow.facts).order_by(ArticleRow.id)
    ids, differing = [], []
    for article_id, source_language, facts in await session.execute(rows):
        ids.append(article_id)
        article = before.get(article_id)
        is_same = (
            article is not None
            and article.source_language == source_language
            and _published_numbers(article) == numbers.get(article_id, {})
            and article.asked == asked.get(article_id, {})
            and article.facts == ArticleFacts.model_validate(facts)
        )
        if not is_same:
            differing.append(article_id)
    articles = before | {article.id: article for article in await load_articles(session, differing)}
    return await _content(session, [articles[article_id] for article_id in ids])


def _published_numbers(article: Article) -> dict[str, int | None]:
    return {language: t.published.number for language, t in article.translations.items() if t.published}


async def _asked(session: AsyncSession, only: Collection[str] | None = None) -> dict[str, dict[str, list[str]]]:
    """How people ask, by article and language."""
    query = select(AskedRow.article_id, AskedRow.language, AskedRow.questions).where(_is(AskedRow.article_id, only))
    asked: dict[str, dict[str, list[str]]] = {}
    for article_id, language, questions in await session.execute(query.order_by(AskedRow.language)):
        asked.setdefault(article_id, {})[language] = questions
    return asked


async def _content(session: AsyncSession, articles: list[Article]) -> Content:
    """The articles, and everything that stands beside them."""
    return Content(
        topics=await load_topics(session),
        articles=articles,
        notices=await load_documents(session, Notice),
        contacts=await load_documents(session, Contact),
        sites=await load_documents(session, Site),
    )


async def _settle(session: AsyncSession, article_id: str, language: str) -> None:
    """Keep what lists and their search ask of a text beside it."""
    await session.flush()
    await states.settle(session, article_id, language)
    await said.keep(session, article_id, language)


def _is(column: InstrumentedAttribute[str], only: Collection[str] | None) -> ColumnElement[bool]:
    return column.in_(only) if only is not None else true()


async def _rows(session: AsyncSession, table: type[DocumentRow]) -> list[DocumentRow]:
    return list((await session.execute(select(table).order_by(table.id))).scalars())


def _revision(row: RevisionRow) -> Revision:
    return Revision(
        text=Text.model_validate(row.text),
        reviewed=row.reviewed,
        number=row.number,
        last_major=row.last_major,
        renders=row.renders,
    )
