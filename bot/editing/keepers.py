"""What editors do beside the texts: each is one transaction, which changes the content and notes who did it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import contact_cards, notice_blocks
from bot.editing import plans
from bot.editing.keeping import Options
from bot.handoff.tables import CounsellorRow
from bot.replies import Block
from bot.staff.tables import AuditRow
from bot.texts import Texts
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, ArticleFacts, Contact, Notice, Topic
from knowledge_base.editing import articles, topics, whole
from knowledge_base.editing.manuscript import Manuscript
from retrieval.answers import Answers
from retrieval.showing import show_contact, show_notice


class Keepers:
    """See `bot.editing.keeping.Keeping` for what each method is for; `clock` gives the aware time now."""

    def __init__(self, database: Database, answers: Answers, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock

    @property
    def languages(self) -> list[str]:
        """The site's."""
        return list(self._answers.site.languages)

    @property
    def time_zone(self) -> str:
        """The site's."""
        return self._answers.site.time_zone

    async def options(self) -> Options:
        async with self._database.reading() as session:
            known = await repository.article_countries(session)
            contacts = await repository.load_documents(session, Contact)
            tree = await repository.load_topics(session)
        others = sorted({*known, *(contact.country for contact in contacts)})
        return Options(tree, contacts, list(dict.fromkeys([*self._answers.site.countries, *others])))

    async def article_ids(self) -> Collection[str]:
        async with self._database.reading() as session:
            return await repository.article_ids(session)

    async def begin_article(
        self, article_id: str, facts: ArticleFacts, language: str, manuscript: Manuscript, *, by: str
    ) -> Article:
        async with self._database.transaction() as session:
            article = await articles.begin(session, article_id, facts, language, manuscript)
            self._note(session, by, "begin", f"{article_id}/{language}/1")
            return article

    async def change_facts(self, article_id: str, facts: ArticleFacts, *, over: ArticleFacts | None, by: str) -> bool:
        async with self._database.transaction() as session:
            changed = await articles.change_facts(session, article_id, facts, over=over)
            return self._noted(session, changed, by, "facts", article_id)

    async def withdrawn(self, article_id: str) -> Mapping[str, int]:
        async with self._database.reading() as session:
            return await repository.withdrawn(session, article_id)

    async def withdraw(self, article_id: str, language: str | None = None, *, by: str) -> Collection[str]:
        """The languages in which there was something to withdraw."""
        async with self._database.transaction() as session:
            found = await articles.withdraw(session, article_id, language)
            # Or it would come back by itself.
            for plan in await plans.all_of(session, article_id):
                if language in (None, plan.language):
                    await plans.drop(session, article_id, plan.language)
                    self._note(session, by, "unplan", f"{article_id}/{plan.language}/{plan.number}")
            for tag, number in found.items():
                self._note(session, by, "withdraw", f"{article_id}/{tag}/{number}")
            return found

    async def put_back(self, article_id: str, language: str | None = None, *, by: str) -> Collection[str]:
        """The languages in which there was something to put back. Raises UnpublishableError."""
        async with self._database.transaction() as session:
            found = await articles.put_back(session, article_id, language)
            for tag, number in found.items():
                self._note(session, by, "put back", f"{article_id}/{tag}/{number}")
            return found

    async def change_asked(
        self, article_id: str, language: str, *, added: Collection[str], removed: Collection[str], by: str
    ) -> bool:
        async with self._database.transaction() as session:
            changed = await articles.change_asked(session, article_id, language, added=added, removed=removed)
            return self._noted(session, changed, by, "asked", f"{article_id}/{language}")

    async def notices(self) -> Sequence[Notice]:
        async with self._database.reading() as session:
            return await repository.load_documents(session, Notice)

    async def notice(self, notice_id: str) -> Notice:
        async with self._database.reading() as session:
            return await whole.load(session, Notice, notice_id)

    async def keep_notice(self, notice: Notice, *, over: Notice | None, by: str) -> bool:
        async with self._database.transaction() as session:
            changed = await whole.keep(session, notice, over=over)
            return self._noted(session, changed, by, "notice", notice.id)

    async def end_notice(self, notice_id: str, *, by: str) -> bool:
        async with self._database.transaction() as session:
            changed = await whole.end(session, notice_id, self._clock())
            return self._noted(session, changed, by, "end notice", notice_id)

    async def drop_notice(self, notice_id: str, *, by: str) -> bool:
        async with self._database.transaction() as session:
            changed = await whole.drop(session, notice_id, self._clock())
            return self._noted(session, changed, by, "drop notice", notice_id)

    def preview_notice(self, notice: Notice) -> Mapping[str, Sequence[Block]]:
        """What migrants will read, in each language that it has, dates and all."""
        return {tag: notice_blocks([show_notice(notice, tag)]) for tag in notice.texts}

    async def contacts(self) -> Sequence[Contact]:
        async with self._database.reading() as session:
            return await repository.load_documents(session, Contact)

    async def contact(self, contact_id: str) -> Contact:
        async with self._database.reading() as session:
            return await whole.load(session, Contact, contact_id)

    async def keep_contact(self, contact: Contact, *, over: Contact | None, by: str) -> bool:
        async with self._database.transaction() as session:
            changed = await whole.keep(session, contact, over=over)
            return self._noted(session, changed, by, "contact", contact.id)

    async def remove_contact(self, contact_id: str, *, by: str) -> None:
        """Raises ContactInUseError."""
        async with self._database.transaction() as session:
            await whole.remove_contact(session, contact_id, self._answers.site)
            self._note(session, by, "remove contact", contact_id)

    def preview_contact(self, contact: Contact, reader: str) -> Sequence[Block]:
        """The card that a reader sees right now."""
        now = self._clock()
        shown = show_contact(contact, reader, now, ZoneInfo(self.time_zone))
        return contact_cards([shown], Texts(reader), now)

    async def topics(self) -> Sequence[Topic]:
        async with self._database.reading() as session:
            return await repository.load_topics(session)

    async def keep_topic(self, topic: Topic, *, over: Topic | None, by: str) -> bool:
        """Raises LoopError too."""
        async with self._database.transaction() as session:
            changed = await topics.keep(session, topic, over=over)
            return self._noted(session, changed, by, "topic", topic.id)

    async def move_topic(self, topic_id: str, steps: int, *, by: str) -> bool:
        async with self._database.transaction() as session:
            changed = await topics.move(session, topic_id, steps)
            return self._noted(session, changed, by, "move topic", topic_id)

    async def remove_topic(self, topic_id: str, *, by: str) -> None:
        """Raises InUseError."""
        async with self._database.transaction() as session:
            counsellors = list(await session.scalars(select(CounsellorRow.topics)))
            await topics.remove(session, topic_id, counsellors=sum(topic_id in own for own in counsellors))
            self._note(session, by, "remove topic", topic_id)

    def _noted(self, session: AsyncSession, changed: bool, by: str, action: str, subject: str) -> bool:
        if changed:
            self._note(session, by, action, subject)
        return changed

    def _note(self, session: AsyncSession, by: str, action: str, subject: str) -> None:
        session.add(AuditRow(at=self._clock(), login=by, action=action, subject=subject))
