"""The use cases of articles beside their texts, in the caller's transaction: begun, changed, withdrawn, put back."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.documents import Article, ArticleFacts, Contact, Revision, Translation
from knowledge_base.editing import drafts
from knowledge_base.editing.asked import changed
from knowledge_base.editing.manuscript import (
    DanglingError,
    Manuscript,
    OvertakenError,
    TakenError,
    UnknownTextError,
    UnpublishableError,
)


async def begin(
    session: AsyncSession, article_id: str, facts: ArticleFacts, language: str, manuscript: Manuscript
) -> Article:
    """A new article whose source text is a draft. Raises TakenError and DanglingError."""
    await repository.lock_content(session)
    if await repository.load_article(session, article_id) is not None:
        raise TakenError(f"there is an article {article_id!r} already")
    await check_references(session, facts.topics, facts.contacts)
    draft = Revision(text=manuscript.text, reviewed=manuscript.reviewed, number=1, last_major=1)
    article = Article(
        id=article_id, facts=facts, source_language=language, translations={language: Translation(draft=draft)}
    )
    await repository.save_facts(session, article)
    await session.flush()
    await repository.add_revision(session, article_id, language, draft)
    return article


async def change_facts(
    session: AsyncSession, article_id: str, facts: ArticleFacts, *, over: ArticleFacts | None
) -> bool:
    """Change what is true of the article in every language; whether anything changed. `over` is what the editor saw.

    Raises UnknownTextError, OvertakenError, DanglingError, and UnpublishableError where the published texts have no
    steps, or have some, and the new kind wants it otherwise.
    """
    known = await _locked(session, article_id)
    if facts == known.facts:
        return False
    if over != known.facts:
        raise OvertakenError(known.facts)
    await check_references(session, facts.topics, facts.contacts)
    for translation in known.translations.values():
        if translation.published and bool(translation.published.text.steps) != (facts.kind == "procedure"):
            raise UnpublishableError("no_steps" if facts.kind == "procedure" else "steps")
    await repository.save_facts(session, known.model_copy(update={"facts": facts}))
    await repository.bump_content_version(session)
    return True


async def withdraw(session: AsyncSession, article_id: str, language: str | None = None) -> dict[str, int]:
    """Let migrants read a text no more, or none of the article; the revisions that this concerns, by language.

    Raises UnknownTextError.
    """
    known = await _locked(session, article_id)
    found = {}
    for tag in known.translations if language is None else [language]:
        published = await repository.published_revision(session, article_id, tag)
        if published is not None and await repository.withdraw(session, article_id, tag):
            found[tag] = published.number or 0
    if found:
        await repository.bump_content_version(session)
    return found


async def put_back(session: AsyncSession, article_id: str, language: str | None = None) -> dict[str, int]:
    """Publish again what was withdrawn, as it was; the revisions that this concerns, by language.

    Raises UnknownTextError, and UnpublishableError where the article's kind has changed meanwhile.
    """
    known = await _locked(session, article_id)
    withdrawn = await repository.withdrawn(session, article_id)
    found = {tag: number for tag, number in withdrawn.items() if language in (None, tag)}
    for tag, number in found.items():
        await drafts.check(session, known, tag, await drafts.revision(session, article_id, tag, number))
        await repository.publish(session, article_id, tag, number)
    if found:
        await repository.bump_content_version(session)
    return found


async def change_asked(
    session: AsyncSession, article_id: str, language: str, *, added: Collection[str], removed: Collection[str]
) -> bool:
    """Whether anything changed; what does is searched within a second. Raises UnknownTextError."""
    known = (await _locked(session, article_id)).asked.get(language, [])
    questions = changed(known, added, removed)
    if questions == known:
        return False
    await repository.save_asked(session, article_id, language, questions)
    await repository.bump_content_version(session)
    return True


async def check_references(session: AsyncSession, topics: Collection[str], contacts: Collection[str] = ()) -> None:
    """Raises DanglingError."""
    known = {topic.id for topic in await repository.load_topics(session)}
    known_contacts = {contact.id for contact in await repository.load_documents(session, Contact)}
    missing = [one for one in topics if one not in known] + [one for one in contacts if one not in known_contacts]
    if missing:
        raise DanglingError(missing)


async def _locked(session: AsyncSession, article_id: str) -> Article:
    if not await repository.lock_article(session, article_id):
        raise UnknownTextError(f"there is no article {article_id!r}")
    await repository.lock_content(session)
    return await drafts.article(session, article_id)
