"""The use cases of editing, in the caller's transaction: a draft is saved, published, or made of an old revision.

A revision is never changed: each of these adds one, or points to one.
"""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.documents import Article, Revision
from knowledge_base.editing.manuscript import (
    ConflictError,
    Manuscript,
    Saved,
    UnknownTextError,
    UnpublishableError,
    words_of,
)


async def article(session: AsyncSession, article_id: str) -> Article:
    """With all translations and drafts. Raises UnknownTextError."""
    found = await repository.load_article(session, article_id)
    if found is None:
        raise UnknownTextError(f"there is no article {article_id!r}")
    return found


async def revision(session: AsyncSession, article_id: str, language: str, number: int) -> Revision:
    """Raises UnknownTextError."""
    found = await repository.get_revision(session, article_id, language, number)
    if found is None:
        raise UnknownTextError(f"there is no revision {article_id}/{language}/{number}")
    return found


async def history(session: AsyncSession, article_id: str, language: str) -> list[Saved]:
    """Every revision of a translation, newest first; none where there is no such translation."""
    published = await repository.published_revision(session, article_id, language)
    number = published.number if published else None
    found = await repository.saved_revisions(session, article_id, language)
    return [Saved(saved, at, saved.number == number) for saved, at in found]


async def save(
    session: AsyncSession, article_id: str, language: str, manuscript: Manuscript, *, major: bool = False
) -> Revision:
    """Save a draft; what says the same as the newest revision adds none. `major`: it will be published as one.

    Raises ConflictError where somebody saved another text meanwhile, UnknownTextError where there is no such article
    or the source has no revision that the manuscript renders.
    """
    if not await repository.lock_article(session, article_id):
        raise UnknownTextError(f"there is no article {article_id!r}")
    known = await article(session, article_id)
    renders = manuscript.renders if language != known.source_language else None
    newest = await repository.latest_revision(session, article_id, language)
    if language != known.source_language and (newest is None or renders != newest.renders):
        # What an import says that a translation renders need not be in the database any more.
        await revision(session, article_id, known.source_language, renders or 0)
    if newest is not None and words_of(replace(manuscript, renders=renders)) == words_of(newest):
        # Sent twice, by one or by two: nobody loses anything.
        return newest
    if newest is not None and newest.number != manuscript.over:
        base = await repository.get_revision(session, article_id, language, manuscript.over)
        # Another number alone, with the words that the editor saw, is in nobody's way.
        if base is None or words_of(base) != words_of(newest):
            raise ConflictError(base, newest, manuscript)
    number = (newest.number or 0) + 1 if newest else 1
    standing = await _standing(session, article_id, language)
    draft = Revision(
        text=manuscript.text,
        reviewed=manuscript.reviewed,
        renders=renders,
        number=number,
        # The first one is always major.
        last_major=number if major else _last_major(standing) or number,
    )
    await repository.add_revision(session, article_id, language, draft)
    await session.flush()
    return draft


async def publish(session: AsyncSession, article_id: str, language: str, number: int, *, major: bool) -> Revision:
    """Publish the newest revision, `number`: migrants read it within a second. What was never published is major.

    A major one of the source makes its translations outdated. Raises UnpublishableError, UnknownTextError, and
    ConflictError where there is a newer revision.
    """
    if not await repository.lock_article(session, article_id):
        raise UnknownTextError(f"there is no article {article_id!r}")
    known = await article(session, article_id)
    draft = await revision(session, article_id, language, number)
    newest = await repository.latest_revision(session, article_id, language)
    if newest is not None and newest.number != number:
        own = Manuscript(draft.text, number, draft.reviewed, draft.renders)
        raise ConflictError(draft, newest, own)
    await check(session, known, language, draft)
    if await repository.published_revision(session, article_id, language) == draft:
        return draft
    last_major = None if major else _last_major(await _standing(session, article_id, language))
    if draft.last_major != (last_major or number):
        number += 1
        draft = draft.model_copy(update={"number": number, "last_major": last_major or number})
        await repository.add_revision(session, article_id, language, draft)
        await session.flush()
    await repository.publish(session, article_id, language, number)
    await repository.bump_content_version(session)
    return draft


async def revert(session: AsyncSession, article_id: str, language: str, number: int, *, over: int) -> Revision:
    """Make a draft that says what the revision `number` said; `over` is the newest one that the editor saw.

    Raises UnknownTextError and ConflictError.
    """
    old = await revision(session, article_id, language, number)
    return await save(session, article_id, language, Manuscript(old.text, over, old.reviewed, old.renders))


async def _standing(session: AsyncSession, article_id: str, language: str) -> Revision | None:
    """The published revision, or the one that was published until it was withdrawn."""
    published = await repository.published_revision(session, article_id, language)
    number = (await repository.withdrawn(session, article_id)).get(language)
    return published or (number and await repository.get_revision(session, article_id, language, number)) or None


def _last_major(standing: Revision | None) -> int | None:
    return (standing.last_major or standing.number) if standing else None


async def check(session: AsyncSession, known: Article, language: str, draft: Revision) -> None:
    """The rules that hold for a published text; content files are held to them too. Raises UnpublishableError."""
    if known.facts.kind == "procedure" and not draft.text.steps:
        raise UnpublishableError("no_steps")
    if known.facts.kind != "procedure" and draft.text.steps:
        raise UnpublishableError("steps")
    if language != known.source_language:
        source = await repository.get_revision(session, known.id, known.source_language, draft.renders or 0)
        if source is not None and len(source.text.steps) != len(draft.text.steps):
            raise UnpublishableError("step_count")
