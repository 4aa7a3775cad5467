"""What editors do: each is one transaction, which changes the content and notes who did it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import answer_blocks
from bot.editing import plans, reviews
from bot.editing.checks import Checks
from bot.editing.intake import Intake
from bot.editing.keepers import Keepers
from bot.editing.overview import overview
from bot.editing.planning import Plan
from bot.editing.reviewing import Review
from bot.editing.trials import Trials
from bot.editing.work import EVERY, Overview, Part
from bot.replies import Block, Buttons
from bot.staff.tables import AuditRow
from bot.texts import Texts
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, Revision, Source
from knowledge_base.editing import articles, drafts
from knowledge_base.editing.duties import Wanted
from knowledge_base.editing.manuscript import Manuscript, Saved, UnpublishableError
from knowledge_base.intake.outside import Reach
from retrieval.answers import Answers
from retrieval.showing import show_revision


class Editors:
    """See `bot.editing.work.Editing` for what each method is for; `clock` gives the aware time now.

    `reach` is what may be asked for pages of others: left out, public addresses.
    """

    def __init__(
        self, database: Database, answers: Answers, clock: Callable[[], datetime], reach: Reach | None = None
    ) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self.keeping = Keepers(database, answers, clock)
        self.checks = Checks(answers, clock)
        self.intake = Intake(answers, reach or Reach())
        self.trying = Trials(database, answers, clock)

    @property
    def languages(self) -> list[str]:
        """The site's."""
        return list(self._answers.site.languages)

    @property
    def second_reader(self) -> bool:
        """Whether the site wants that nobody publishes their own words."""
        return self._answers.site.second_reader

    async def overview(self, wanted: Wanted, now: datetime, part: Part = EVERY) -> Overview:
        async with self._database.reading() as session:
            return await overview(session, wanted, now, self._answers.site, part)

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
            who = await _writers(session, subjects)
        return [replace(saved, by=who.get(subject)) for saved, subject in zip(found, subjects, strict=True)]

    async def save(
        self, article_id: str, language: str, manuscript: Manuscript, *, by: str, source: Source | None = None
    ) -> Revision:
        async with self._database.transaction() as session:
            await self._add_source(session, article_id, source, by)
            return await self._saved(session, article_id, language, manuscript, by)

    async def publish(
        self,
        article_id: str,
        language: str,
        manuscript: Manuscript,
        *,
        major: bool,
        by: str,
        source: Source | None = None,
    ) -> Revision:
        """Save what was written and publish it, or do neither."""
        async with self._database.transaction() as session:
            await self._add_source(session, article_id, source, by)
            draft = await self._saved(session, article_id, language, manuscript, by, major=major)
            await self._check_reader(session, article_id, language, draft, by)
            return await self._published(session, article_id, language, draft, major=major, by=by)

    async def plan(
        self,
        article_id: str,
        language: str,
        manuscript: Manuscript,
        *,
        major: bool,
        at: datetime,
        by: str,
        source: Source | None = None,
    ) -> Plan | None:
        """Save what was written, to be published at the aware time `at`; or do neither. It replaces an earlier plan.

        None, and nothing is planned, where that is what migrants read already.
        """
        async with self._database.transaction() as session:
            await self._add_source(session, article_id, source, by)
            draft = await self._saved(session, article_id, language, manuscript, by, major=major)
            await drafts.check(session, await drafts.article(session, article_id), language, draft)
            if draft == await repository.published_revision(session, article_id, language):
                return None
            await self._check_reader(session, article_id, language, draft, by)
            plan = Plan(article_id, language, draft.number or 0, major, at, by)
            await plans.keep(session, plan)
            self._note(session, by, "plan", _subject(article_id, language, draft))
            return plan

    async def ask_review(
        self, article_id: str, language: str, manuscript: Manuscript, *, by: str, source: Source | None = None
    ) -> Review | None:
        """Save what was written, for a colleague to look over; None, and nothing is asked, where migrants read that
        already.
        """
        async with self._database.transaction() as session:
            await self._add_source(session, article_id, source, by)
            draft = await self._saved(session, article_id, language, manuscript, by)
            if draft == await repository.published_revision(session, article_id, language):
                return None
            review = Review(article_id, language, self._clock(), by)
            await reviews.ask(session, review)
            self._note(session, by, "ask review", _subject(article_id, language, draft))
            return review

    async def give_back(self, article_id: str, language: str, remark: str, *, by: str) -> bool:
        """Tell who wrote a draft what to do about it; whether somebody waited for that."""
        async with self._database.transaction() as session:
            was_asked = await reviews.give_back(session, article_id, language, remark, by=by)
            if was_asked:
                self._note(session, by, "give back", f"{article_id}/{language}")
            return was_asked

    async def reviews(self, article_id: str | None = None) -> Sequence[Review]:
        """What is asked for of an article, or at all, and what was given back; the oldest first."""
        async with self._database.reading() as session:
            return await reviews.all_of(session, article_id)

    async def needs_reader(self, article_id: str, language: str, *, by: str) -> bool:
        """Whether somebody else has to publish the draft, or what will be written where there is none."""
        if not self.second_reader:
            return False
        async with self._database.reading() as session:
            draft = await repository.latest_revision(session, article_id, language)
            if draft is None or draft == await repository.published_revision(session, article_id, language):
                return True
            return await _has_own_words(session, article_id, language, draft, by)

    async def unplan(self, article_id: str, language: str, *, by: str) -> bool:
        """Cancel what was planned for a text; whether there was something."""
        async with self._database.transaction() as session:
            # What is being published just now is not cancelled any more.
            await repository.lock_article(session, article_id)
            number = await plans.drop(session, article_id, language)
            if number is not None:
                self._note(session, by, "unplan", f"{article_id}/{language}/{number}")
            return number is not None

    async def plans(self, article_id: str | None = None) -> Sequence[Plan]:
        """What is planned for an article, or at all, the next first."""
        async with self._database.reading() as session:
            return await plans.all_of(session, article_id)

    async def tick(self) -> None:
        """Publish what was planned for now; what cannot be published stays a draft, and its plan says why."""
        async with self._database.reading() as session:
            due = await plans.due(session, self._clock())
        for plan in due:
            try:
                await self._publish_planned(plan)
            except UnpublishableError as error:
                async with self._database.transaction() as session:
                    await plans.fail(session, plan, error.fault)

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

    async def _publish_planned(self, plan: Plan) -> None:
        async with self._database.transaction() as session:
            await repository.lock_article(session, plan.article)
            if await plans.is_kept(session, plan):
                draft = await drafts.revision(session, plan.article, plan.language, plan.number)
                await self._published(
                    session, plan.article, plan.language, draft, major=plan.major, by=plan.by, action="publish planned"
                )

    async def _published(
        self,
        session: AsyncSession,
        article_id: str,
        language: str,
        draft: Revision,
        *,
        major: bool,
        by: str,
        action: str | None = None,
    ) -> Revision:
        """Publish the newest draft: nothing is planned for the text any more, and nobody is to look it over."""
        before = await repository.published_revision(session, article_id, language)
        published = await drafts.publish(session, article_id, language, draft.number or 0, major=major)
        await plans.drop(session, article_id, language)
        await reviews.drop(session, article_id, language)
        if published != before:
            is_major = published.last_major == published.number
            done = action or ("publish major" if is_major else "publish minor")
            self._note(session, by, done, _subject(article_id, language, published))
        return published

    async def _check_reader(
        self, session: AsyncSession, article_id: str, language: str, draft: Revision, by: str
    ) -> None:
        """Raises UnpublishableError where a site wants that somebody else publishes what `by` wrote."""
        if not self.second_reader:
            return
        if await _has_own_words(session, article_id, language, draft, by):
            raise UnpublishableError("own_words")

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

    async def _add_source(self, session: AsyncSession, article_id: str, source: Source | None, by: str) -> None:
        if source is not None and await articles.add_source(session, article_id, source):
            self._note(session, by, "facts", article_id)

    def _note(self, session: AsyncSession, by: str, action: str, subject: str) -> None:
        session.add(AuditRow(at=self._clock(), login=by, action=action, subject=subject))


async def _writers(session: AsyncSession, subjects: Sequence[str]) -> dict[str, str]:
    """Who wrote each revision, where it was an editor."""
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.subject.in_(subjects), AuditRow.action.not_in(("withdraw", "put back", "plan", "ask review")))
        .order_by(AuditRow.id.desc())
    )
    # Whoever was first: a draft that is published as it is stays its writer's.
    return {row.subject: row.login for row in rows}


async def _has_own_words(session: AsyncSession, article_id: str, language: str, newest: Revision, by: str) -> bool:
    """Whether `by` wrote what the newest revision says, and migrants do not read that yet.

    Who only says that it was compared with its sources has read it, and written nothing.
    """
    published = await repository.published_revision(session, article_id, language)
    if published is not None and published.text == newest.text:
        return False
    saved = [one.revision for one in await drafts.history(session, article_id, language)]
    *_, first = takewhile(lambda one: one.text == newest.text, saved)
    subject = _subject(article_id, language, first)
    return (await _writers(session, [subject])).get(subject) == by


def _subject(article_id: str, language: str, revision: Revision) -> str:
    return f"{article_id}/{language}/{revision.number}"
