"""The use cases of notices and contacts, which are kept whole, in the caller's transaction."""

from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.documents import Contact, Notice, Site, to_local_time
from knowledge_base.editing.articles import check_references
from knowledge_base.editing.manuscript import ContactInUseError, OvertakenError, TakenError, UnknownTextError
from knowledge_base.status import notice_state

Whole = TypeVar("Whole", Notice, Contact)


async def load(session: AsyncSession, kind: type[Whole], document_id: str) -> Whole:
    """Raises UnknownTextError."""
    found = await repository.load_document(session, kind, document_id)
    if found is None:
        raise UnknownTextError(f"there is no {kind.__name__.lower()} {document_id!r}")
    return found


async def keep(session: AsyncSession, document: Whole, *, over: Whole | None) -> bool:
    """Save the document that an editor made of `over`, None for a new one; whether anything changed.

    Raises TakenError for a new one whose id there is, OvertakenError where somebody else changed it meanwhile, and
    DanglingError.
    """
    await repository.lock_content(session)
    known = await repository.load_document(session, type(document), document.id)
    if known == document:
        return False
    if over is None and known is not None:
        raise TakenError(f"there is {document.id!r} already")
    if over != known:
        raise OvertakenError(known)
    await check_references(session, document.topics)
    await repository.save_document(session, document)
    await repository.bump_content_version(session)
    return True


async def end(session: AsyncSession, notice_id: str, now: datetime) -> bool:
    """End a running notice at the aware time `now`; whether it was running. Raises UnknownTextError."""
    await repository.lock_content(session)
    notice = await load(session, Notice, notice_id)
    if notice_state(notice, now) != "running":
        return False
    zone, a_minute = ZoneInfo(notice.time_zone), timedelta(minutes=1)
    minute = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    changes = {"valid_until": _written(minute)}
    if to_local_time(notice.valid_from) >= minute:
        # It began this very minute, or the clocks have gone back since: it has to begin before it ends, and not at a
        # time that the clocks have leapt over.
        before = (now - a_minute).astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
        changes["valid_from"] = _written(min(before, minute - a_minute))
    ended = notice.model_copy(update=changes)
    await repository.save_document(session, ended)
    await repository.bump_content_version(session)
    return True


async def drop(session: AsyncSession, notice_id: str, now: datetime) -> bool:
    """Delete a notice that nobody has read, for it has not begun; whether it was so. Raises UnknownTextError."""
    await repository.lock_content(session)
    if notice_state(await load(session, Notice, notice_id), now) != "scheduled":
        return False
    await repository.remove_document(session, Notice, notice_id)
    await repository.bump_content_version(session)
    return True


async def remove_contact(session: AsyncSession, contact_id: str, serving: Site) -> None:
    """Only one that no site, in the database or `serving`, and no article names.

    Raises UnknownTextError and ContactInUseError.
    """
    await repository.lock_content(session)
    await load(session, Contact, contact_id)
    sites = {site.id: site for site in [*await repository.load_documents(session, Site), serving]}
    articles = await repository.load_articles(session, asked=False)
    by_sites = [site for site in sites.values() if contact_id in site.contacts]
    by_articles = [article for article in articles if contact_id in article.facts.contacts]
    if by_sites or by_articles:
        raise ContactInUseError(by_sites, by_articles)
    await repository.remove_document(session, Contact, contact_id)
    await repository.bump_content_version(session)


def _written(local_time: datetime) -> str:
    return local_time.isoformat(timespec="minutes")
