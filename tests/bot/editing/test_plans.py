"""Publications that are planned, and what the clock makes of them."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.editing.editors import Editors
from bot.staff.tables import AuditRow
from knowledge_base.database import Database
from knowledge_base.documents import Article
from knowledge_base.editing.manuscript import ConflictError, Manuscript, UnpublishableError
from retrieval.answers import Answers
from tests import builders
from tests.bot.conftest import small_content
from tests.conftest import NOW
from tests.knowledge_base.stored import stored, take_in

SOON = NOW + timedelta(hours=1)
TODAY = date(2026, 11, 22)


class Office:
    """Editors, and a clock that can be moved."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self.time = NOW
        self.database = database
        self.editors = Editors(database, answers, lambda: self.time)

    async def plan(self, title: str = "Card", at: datetime = SOON, *, over: int = 1, major: bool = True) -> None:
        text = Manuscript(builders.text(title), over, TODAY)
        assert await self.editors.plan("health-card", "en", text, major=major, at=at, by="anna")

    async def wait(self, time: datetime = SOON) -> None:
        self.time = time
        await self.editors.tick()

    async def card(self) -> Article:
        return await self.editors.article("health-card")

    async def title(self) -> str:
        published = (await self.card()).translations["en"].published
        assert published is not None
        return published.text.title

    async def recorded(self) -> list[tuple[str, str, str]]:
        async with self.database.reading() as session:
            rows = await session.scalars(select(AuditRow).order_by(AuditRow.id))
            return [(row.login, row.action, row.subject) for row in rows]


@pytest.fixture
async def office(database: Database, answers: Answers) -> Office:
    await take_in(database, small_content())
    return Office(database, answers)


async def test_a_draft_is_published_when_its_time_has_come(office: Office) -> None:
    await office.plan()
    await office.wait(SOON - timedelta(seconds=1))
    assert await office.title() == "Health card"
    before = (await stored(office.database))[1]
    await office.wait(SOON)
    assert await office.title() == "Card"
    assert await office.editors.plans() == []
    assert (await stored(office.database))[1] == before + 1
    await office.wait(SOON + timedelta(days=1))
    assert (await stored(office.database))[1] == before + 1


async def test_the_record_names_who_planned_it(office: Office) -> None:
    await office.plan()
    await office.wait()
    assert await office.recorded() == [
        ("anna", "draft", "health-card/en/2"),
        ("anna", "plan", "health-card/en/2"),
        ("anna", "publish planned", "health-card/en/2"),
    ]


@pytest.mark.parametrize(("major", "last_major"), [(True, 2), (False, 1)])
async def test_it_is_major_or_minor_as_planned(office: Office, major: bool, last_major: int) -> None:
    await office.plan(major=major)
    await office.wait()
    published = (await office.card()).translations["en"].published
    assert published is not None
    assert published.last_major == last_major


async def test_a_plan_can_be_cancelled(office: Office) -> None:
    await office.plan()
    assert await office.editors.unplan("health-card", "en", by="bela")
    assert not await office.editors.unplan("health-card", "en", by="bela")
    await office.wait()
    assert await office.title() == "Health card"
    assert (await office.recorded())[-1] == ("bela", "unplan", "health-card/en/2")


async def test_another_plan_takes_the_place_of_the_first(office: Office) -> None:
    await office.plan("First")
    await office.plan("Second", SOON + timedelta(days=1), over=2)
    assert [plan.number for plan in await office.editors.plans()] == [3]
    await office.wait()
    assert await office.title() == "Health card"
    await office.wait(SOON + timedelta(days=1))
    assert await office.title() == "Second"


async def test_what_is_published_by_hand_is_planned_no_more(office: Office) -> None:
    await office.plan("Card")
    await office.editors.publish(
        "health-card", "en", Manuscript(builders.text("Now"), 2, TODAY), major=False, by="bela"
    )
    assert await office.editors.plans() == []


async def test_a_draft_that_was_changed_after_the_plan_waits_for_an_editor(office: Office) -> None:
    await office.plan("Card")
    await office.editors.save("health-card", "en", Manuscript(builders.text("Newer"), 2, TODAY), by="bela")
    assert [plan.fault for plan in await office.editors.plans("health-card")] == ["changed"]
    await office.wait()
    assert await office.title() == "Health card"
    await office.plan("Newer", SOON + timedelta(hours=1), over=3)
    await office.wait(SOON + timedelta(hours=1))
    assert await office.title() == "Newer"


async def test_what_cannot_be_published_then_stays_a_draft_and_says_why(office: Office) -> None:
    editors, text = office.editors, Manuscript(builders.text("Baby"), 0, TODAY)
    await editors.keeping.begin_article("baby", builders.facts(), "en", text, by="anna")
    over = Manuscript(builders.text("Baby"), 1, TODAY)
    await editors.plan("baby", "en", over, major=True, at=SOON, by="anna")
    await office.plan()
    changed = builders.facts(kind="procedure")
    await editors.keeping.change_facts("baby", changed, over=builders.facts(), by="bela")
    await office.wait()
    assert (await editors.article("baby")).translations["en"].published is None
    assert [(plan.article, plan.fault) for plan in await editors.plans()] == [("baby", "no_steps")]
    # The others are published all the same, and it is not tried again.
    assert await office.title() == "Card"
    before = await office.recorded()
    await office.wait(SOON + timedelta(days=1))
    assert await office.recorded() == before


async def test_what_cannot_be_published_now_is_not_planned(office: Office) -> None:
    text = Manuscript(builders.text("Tax card"), 1, TODAY)
    with pytest.raises(UnpublishableError):
        await office.editors.plan("tax-card", "en", text, major=True, at=SOON, by="anna")
    assert await office.editors.plans() == []
    assert (await office.editors.article("tax-card")).translations["en"].draft is None


async def test_what_migrants_read_already_is_not_planned(office: Office) -> None:
    text = Manuscript(builders.text(), 1, TODAY)
    assert await office.editors.plan("health-card", "en", text, major=True, at=SOON, by="anna") is None
    assert await office.editors.plans() == []


async def test_a_plan_overwrites_no_newer_text(office: Office) -> None:
    await office.editors.save("health-card", "en", Manuscript(builders.text("Theirs"), 1, TODAY), by="bela")
    with pytest.raises(ConflictError):
        await office.plan("Mine")
    assert await office.editors.plans() == []
