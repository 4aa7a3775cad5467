"""What editors do: each is one transaction, which changes the content and notes who did it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import answer_blocks
from bot.editing.keepers import Keepers
from bot.editing.trials import Trials
from bot.editing.work import Overview
from bot.replies import Block, Buttons
from bot.staff.tables import AuditRow
from bot.tables import UnansweredRow
from bot.texts import Texts
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, Revision
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import Manuscript, Saved
from retrieval.answers import Answers
from retrieval.showing import show_revision


class Editors:
    """See `bot.editing.work.Editing` for what each method is for; `clock` gives the aware time now."""

    def __init__(self, database: Database, answers: Answers, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self.keeping = Keepers(database, answers, clock)
        self.trying = Trials(database, answers, clock)

    @property
    def languages(self) -> list[str]:
        """The site's."""
        return list(self._answers.site.languages)

    async def overview(self) -> Overview:
        async with self._database.reading() as session:
            unanswered = await session.scalar(select(func.count()).select_from(UnansweredRow))
            articles = await repository.load_articles(session, asked=False)
            return Overview(articles, await repository.load_topics(session), unanswered or 0)

    async def article(self, article_id: str) -> Article:
        async with self._database.reading() as session:
            return await drafts.article(session, article_id)

    async def revision(self, article_id: str, language: str, number: int) -> Revision:
        async with self._database.reading() as session:
            return await drafts.revision(session, article_id, language, number)

    async def history(self, article_id: str, language: str) -> Sequence[Saved]:
        async with self._database.reading() as session:
            found = await drafts.history(session, article_id, language)
            subjects = [_subject(article_id, language, saved.revision) for saved in found]
            rows = await session.scalars(
                select(AuditRow)
                .where(AuditRow.subject.in_(subjects), AuditRow.action.not_in(("withdraw", "put back")))
                .order_by(AuditRow.id.desc())
            )
            # Whoever was first: a draft that is published as it is stays its writer's.
            who = {row.subject: row.login for row in rows}
        return [replace(saved, by=who.get(subject)) for saved, subject in zip(found, subjects, strict=True)]

    async def save(self, article_id: str, language: str, manuscript: Manuscript, *, by: str) -> Revision:
        async with self._database.transaction() as session:
            return await self._saved(session, article_id, language, manuscript, by)

    async def publish(
        self, article_id: str, language: str, manuscript: Manuscript, *, major: bool, by: str
    ) -> Revision:
        """Save what was written and publish it, or do neither."""
        async with self._database.transaction() as session:
            draft = await self._saved(session, article_id, language, manuscript, by, major=major)
            before = await repository.published_revision(session, article_id, language)
            published = await drafts.publish(session, article_id, language, draft.number or 0, major=major)
            if published != before:
                is_major = published.last_major == published.number
                action = "publish major" if is_major else "publish minor"
                self._note(session, by, action, _subject(article_id, language, published))
            return published

    async def revert(self, article_id: str, language: str, number: int, *, over: int, by: str) -> Revision:
        async with self._database.transaction() as session:
            await repository.lock_article(session, article_id)
            before = await repository.latest_revision(session, article_id, language)
            draft = await drafts.revert(session, article_id, language, number, over=over)
            if draft != before:
                self._note(session, by, "revert", _subject(article_id, language, draft))
            return draft

    def preview(self, article: Article, language: str, manuscript: Manuscript) -> list[Block]:
        """What a migrant will read, but for the buttons."""
        revision = Revision(text=manuscript.text, reviewed=manuscript.reviewed, renders=manuscript.renders)
        shown = show_revision(article, language, revision)
        return [b for b in answer_blocks(shown, Texts(language), whole=True) if not isinstance(b, Buttons)]

    async def _saved(
        self,
        session: AsyncSession,
        article_id: str,
        language: str,
        manuscript: Manuscript,
        by: str,
        *,
        major: bool = False,
    ) -> Revision:
        await repository.lock_article(session, article_id)
        before = await repository.latest_revision(session, article_id, language)
        draft = await drafts.save(session, article_id, language, manuscript, major=major)
        if draft != before:
            self._note(session, by, "draft", _subject(article_id, language, draft))
        return draft

    def _note(self, session: AsyncSession, by: str, action: str, subject: str) -> None:
        session.add(AuditRow(at=self._clock(), login=by, action=action, subject=subject))


def _subject(article_id: str, language: str, revision: Revision) -> str:
    return f"{article_id}/{language}/{revision.number}"
