"""Questions that wait for an article, and what the clock makes of them once it is published."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.editing.editors import Editors
from bot.engine import Engine
from bot.messages import Incoming, Started
from bot.needs.late import RECENT
from bot.needs.survey import Survey
from bot.needs.work import Gap
from bot.tables import ConversationRow, UnansweredRow
from bot.texts import Texts
from knowledge_base.database import Database
from knowledge_base.editing.duties import Title
from knowledge_base.editing.manuscript import Manuscript, UnknownTextError
from retrieval.answers import Answers
from tests import builders
from tests.bot.conftest import VAULT, small_content
from tests.bot.needs.test_survey import record
from tests.bot.test_engine import GIBBERISH
from tests.conftest import NOW
from tests.knowledge_base.stored import stored, take_in

TODAY = date(2026, 11, 22)


class Office:
    """Editors of one process, which follows what is published when it is told to; people who ask; and a clock."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self.time = NOW
        self.database = database
        # Its own: what is published here is not served in other tests.
        self.answers = Answers(answers.library, answers.calibration, answers.detector, answers.site)
        self.editors = Editors(database, self.answers, self.now)
        self.survey = Survey(database, self.answers, self.now)
        self.engine = Engine(database, self.answers, self.now, VAULT)

    def now(self) -> datetime:
        return self.time

    async def ask(self, text: str = GIBBERISH, language: str = "en", started: Started | None = None) -> Started:
        started = started or await self.engine.start(channel="web", language=language)
        await self.engine.receive(started.conversation_id, started.token, Incoming(text, f"{text}-{self.time}"))
        return started

    async def begin(self, article_id: str = "baby") -> None:
        text = Manuscript(builders.text("A baby", "Go to the office."), 0, TODAY)
        await self.editors.keeping.begin_article(article_id, builders.facts(), "en", text, by="anna")

    async def link(self, article_id: str = "baby", *, moved: bool = False) -> int:
        """All questions that nobody has settled."""
        gaps = [gap for gap, _ in await self.survey.gaps("en", 20)]
        texts = {one.key: one.text for gap in gaps for one, _ in gap.said}
        return await self.survey.waiting.link(article_id, texts, by="anna", moved=moved)

    async def begun(self) -> Started:
        """Somebody asked, and an article is begun for them."""
        started = await self.ask()
        await self.begin()
        assert await self.link() == 1
        return started

    async def publish(self, article_id: str = "baby") -> None:
        text = Manuscript(builders.text("A baby", "Go to the office."), 1, TODAY)
        await self.editors.publish(article_id, "en", text, major=True, by="anna")

    async def follow(self) -> None:
        content, _version = await stored(self.database)
        self.answers.replace(self.answers.library.reworded(content), self.answers.calibration)

    async def tick(self) -> None:
        """As the service does, which has read what was published by then."""
        await self.editors.tick()
        await self.follow()
        await self.survey.waiting.tick()

    async def says(self, started: Started) -> list[str]:
        return [one.text for one in await self.engine.messages(started.conversation_id, started.token, after=0)]

    async def told(self, started: Started, language: str = "en") -> int:
        """How often they were written to."""
        intro = Texts(language).gettext("There is an answer now to what you asked earlier:")
        return sum(text.startswith(intro) for text in await self.says(started))

    async def gaps(self) -> list[Gap]:
        return [gap for gap, _ in await self.survey.gaps("en", 20)]


@pytest.fixture
async def office(database: Database, answers: Answers) -> Office:
    await take_in(database, small_content())
    return Office(database, answers)


async def test_who_asked_reads_the_article_once_when_it_is_published(office: Office) -> None:
    started = await office.begun()
    await office.tick()
    assert await office.told(started) == 0
    await office.publish()
    await office.tick()
    *_, told = await office.says(started)
    assert GIBBERISH in told
    assert "Go to the office." in told
    assert await office.gaps() == []
    before = await office.says(started)
    await office.tick()
    assert await office.says(started) == before


async def test_the_article_is_found_by_what_was_asked_as_the_editor_mended_it(
    office: Office, database: Database
) -> None:
    await office.ask()
    await office.begin()
    ((gap, _),) = await office.survey.gaps("en", 20)
    await office.survey.waiting.link("baby", {gap.named_by.key: "Where do I go with a baby?"}, by="anna")
    assert (await office.editors.article("baby")).asked == {"en": ["Where do I go with a baby?"]}
    await office.publish()
    await office.tick()
    assert (await office.editors.article("baby")).asked == {"en": ["Where do I go with a baby?"]}
    assert ("anna", "asked", "baby/en") in await record(database)


async def test_nothing_is_sent_before_the_article_can_be_quoted(office: Office) -> None:
    started = await office.begun()
    await office.publish()
    # It is published, and not served yet.
    await office.survey.waiting.tick()
    assert await office.told(started) == 0
    assert len(await office.gaps()) == 1
    await office.tick()
    assert await office.told(started) == 1


async def test_what_was_planned_answers_them_when_its_time_has_come(office: Office) -> None:
    started = await office.begun()
    soon = NOW + timedelta(hours=1)
    text = Manuscript(builders.text("A baby", "Go to the office."), 1, TODAY)
    assert await office.editors.plan("baby", "en", text, major=True, at=soon, by="anna")
    await office.tick()
    assert await office.told(started) == 0
    office.time = soon
    await office.tick()
    assert await office.told(started) == 1


async def test_two_processes_send_it_once(office: Office, answers: Answers) -> None:
    started = await office.begun()
    await office.publish()
    other = Office(office.database, answers)
    for one in (office, other):
        await one.follow()
    await asyncio.gather(*(one.survey.waiting.tick() for one in (office, other, office)))
    assert await office.told(started) == 1


async def test_everybody_who_asked_in_the_same_words_is_told_in_the_language_they_asked_in(office: Office) -> None:
    first = await office.ask()
    await office.begin()
    await office.link()
    # After the article was begun.
    later = await office.ask()
    in_hungarian = await office.ask(language="hu")
    assert await office.survey.waiting.people("baby") == 2
    assert await office.link() == 3
    assert await office.survey.waiting.people("baby") == 3
    await office.publish()
    await office.tick()
    assert [await office.told(one) for one in (first, later)] == [1, 1]
    # The article is there in English only: the words around it are theirs.
    assert await office.told(in_hungarian, "hu") == 1
    assert "Go to the office." in (await office.says(in_hungarian))[-1]


async def test_who_asked_long_ago_or_talks_with_a_person_is_not_written_to(office: Office, database: Database) -> None:
    long_ago = await office.ask()
    office.time += RECENT
    with_person = await office.ask()
    await office.begin()
    assert await office.link() == 2
    async with database.transaction() as session:
        (await session.get_one(ConversationRow, with_person.conversation_id)).owner = "staff-1"
    assert await office.survey.waiting.people("baby") == 1
    await office.publish()
    await office.tick()
    assert [await office.told(one) for one in (long_ago, with_person)] == [0, 0]
    assert await office.gaps() == []


async def test_an_erased_conversation_waits_for_nothing(office: Office, database: Database) -> None:
    gone = await office.begun()
    stays = await office.ask()
    await office.engine.erase(gone.conversation_id, gone.token)
    async with database.reading() as session:
        assert list(await session.scalars(select(UnansweredRow.awaits))) == [None]
    assert await office.survey.waiting.people("baby") == 0
    await office.publish()
    await office.tick()
    assert await office.told(stays) == 0
    assert len(await office.gaps()) == 1


async def test_what_was_set_aside_waits_no_more(office: Office) -> None:
    started = await office.begun()
    (gap,) = await office.gaps()
    await office.survey.settle([gap.named_by.key], "aside", by="anna")
    await office.survey.settle([gap.named_by.key], None, by="anna")
    assert [list(gap.awaits) for gap in await office.gaps()] == [[]]
    await office.publish()
    await office.tick()
    assert await office.told(started) == 0


async def test_the_second_editor_takes_nothing_from_the_first_unless_they_say_so(office: Office) -> None:
    started = await office.begun()
    await office.begin("another")
    assert await office.link("another") == 0
    (gap,) = await office.gaps()
    assert list(gap.awaits) == ["baby"]
    assert await office.survey.waiting.begun([gap]) == {"baby": Title("baby", "A baby", "en")}
    assert (await office.editors.article("another")).asked == {}
    assert await office.link("another", moved=True) == 1
    await office.publish()
    await office.tick()
    assert await office.told(started) == 0
    await office.publish("another")
    await office.tick()
    assert await office.told(started) == 1


async def test_what_nobody_reads_yet_can_be_chosen(office: Office) -> None:
    assert await office.survey.waiting.unpublished() == []
    await office.begin()
    assert await office.survey.waiting.unpublished() == [Title("baby", "A baby", "en")]
    await office.publish()
    assert await office.survey.waiting.unpublished() == []
    with pytest.raises(UnknownTextError):
        await office.link("nothing")
