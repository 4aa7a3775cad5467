"""Texts out to translators and back, over the database: what comes back becomes drafts, and is recorded."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.tables import AuditRow
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import ConflictError, UnknownTextError
from knowledge_base.exchange.comparing import Change, asked_for, compare
from knowledge_base.exchange.copies import Copy, Older, copies, newest, revision_of
from knowledge_base.exchange.faults import ExchangeError, Fault
from knowledge_base.exchange.files import Format
from knowledge_base.exchange.tables import to_csv, to_xlsx
from knowledge_base.exchange.xliff import to_xliff


class Exchange:
    """See `bot.editing.work.Exchanging`; `clock` gives the aware time now."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def export(self, format: Format, languages: Collection[str] | None = None) -> dict[str, bytes]:
        """Files by name: a table of all texts, or an XLIFF for each source language and language translated into.

        With `languages`, those only, and what is not translated into them yet. Raises ExchangeError.
        """
        async with self._database.reading() as session:
            articles = await repository.load_articles(session, asked=False)
            older = await _older(session, _rendered(articles))
        if format is not Format.xliff:
            found = copies(articles, languages, older)
            return {f"texts.{format}": to_csv(found) if format is Format.csv else to_xlsx(found)}
        by_id = {article.id: article for article in articles}
        files: dict[tuple[str, str], list[Copy]] = {}
        for copy in copies(articles, languages, older):
            source = by_id[copy.article].source_language
            if copy.language != source:
                files.setdefault((source, copy.language), []).append(copy)
        return {f"{pair[0]}-{pair[1]}.xlf": to_xliff(found, by_id, *pair) for pair, found in sorted(files.items())}

    async def compare(self, copies: Sequence[Copy]) -> list[Change]:
        """What they would change. Raises ExchangeError."""
        async with self._database.reading() as session:
            return await _compared(session, copies)

    async def take_in(self, copies: Sequence[Copy], *, by: str) -> list[Change]:
        """Save what is new or changed as drafts, all or nothing; `by` is the login for the record of changes.

        Texts that somebody has saved meanwhile, and unfinished ones, stay as they are. Raises ExchangeError.
        """
        async with self._database.transaction() as session:
            changes = await _compared(session, copies)
            for change in changes:
                if change.manuscript is None:
                    continue
                copy = change.copy
                try:
                    saved = await drafts.save(session, copy.article, copy.language, change.manuscript)
                except ConflictError as error:
                    raise ExchangeError(Fault(copy.place, "conflict")) from error
                except UnknownTextError as error:
                    raise ExchangeError(Fault(copy.place, "known_by", {"what": str(error)})) from error
                subject = f"{copy.article}/{copy.language}/{saved.number}"
                session.add(AuditRow(at=self._clock(), login=by, action="draft", subject=subject))
        return changes


async def _compared(session: AsyncSession, copies: Sequence[Copy]) -> list[Change]:
    articles = {article.id: article for article in await repository.load_articles(session, asked=False)}
    return compare(copies, articles, await _older(session, asked_for(copies, articles)))


def _rendered(articles: Sequence[Article]) -> set[tuple[str, str, int]]:
    """The sources' older revisions that translations render."""
    found = set()
    for article in articles:
        source = article.source_language
        for language in article.translations.keys() - {source}:
            known = newest(article, language)
            number = (known.renders or 0) if known else 0
            if number and revision_of(article, source, number, {}) is None:
                found.add((article.id, source, number))
    return found


async def _older(session: AsyncSession, wanted: Collection[tuple[str, str, int]]) -> Older:
    found = {key: await repository.get_revision(session, *key) for key in wanted}
    return {key: revision for key, revision in found.items() if revision is not None}
