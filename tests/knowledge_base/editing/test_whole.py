"""Notices and contacts over a real database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.database import Database
from knowledge_base.documents import Contact, Notice
from knowledge_base.editing import whole
from knowledge_base.editing.manuscript import DanglingError, OvertakenError, TakenError, UnknownTextError
from knowledge_base.status import notice_state
from tests import builders
from tests.conftest import NOW
from tests.databases import new_database
from tests.knowledge_base.stored import stored, take_in

ZONE = ZoneInfo("Europe/Budapest")


@pytest.fixture
async def full(database: Database) -> Database:
    await take_in(database, builders.content(notices=[builders.notice()]))
    return database


async def keep(database: Database, document: Notice | Contact, over: Notice | Contact | None) -> bool:
    async with database.transaction() as session:
        return await whole.keep(session, document, over=over)  # type: ignore[type-var]


async def test_a_changed_contact_is_told_by_the_content_version(full: Database) -> None:
    before = (await stored(full))[1]
    changed = builders.contact(name="Helpline")
    assert await keep(full, changed, builders.contact())
    assert not await keep(full, changed, builders.contact())
    content, version = await stored(full)
    assert (content.contacts, version) == ([changed], before + 1)


async def test_what_somebody_changed_meanwhile_is_not_overwritten(full: Database) -> None:
    await keep(full, builders.contact(name="Helpline"), builders.contact())
    with pytest.raises(OvertakenError) as caught:
        await keep(full, builders.contact(address="Fő utca 1"), builders.contact())
    assert caught.value.theirs == builders.contact(name="Helpline")


async def test_what_is_gone_is_not_made_again_by_who_did_not_see_it_go(full: Database) -> None:
    with pytest.raises(OvertakenError) as caught:
        await keep(full, builders.notice("gone", countries=["NO"]), builders.notice("gone"))
    assert caught.value.theirs is None


async def test_a_new_one_takes_nobodys_place(full: Database) -> None:
    with pytest.raises(TakenError):
        await keep(full, builders.contact(name="Another"), None)
    assert await keep(full, builders.notice("new"), None)


async def test_only_topics_that_there_are_are_named(full: Database) -> None:
    with pytest.raises(DanglingError):
        await keep(full, builders.notice("new", topics=["gone"]), None)


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        ("2026-11-01T00:00", None, "running"),
        ("2026-11-23T00:00", None, "scheduled"),
        ("2026-11-01T00:00", "2026-11-21T24:00", "ended"),
    ],
)
def test_a_notice_runs_or_will_or_did(begins: str, ends: str | None, state: str) -> None:
    assert notice_state(builders.notice(valid_from=begins, valid_until=ends), NOW) == state


async def test_a_running_notice_ends_now(full: Database) -> None:
    before = (await stored(full))[1]
    async with full.transaction() as session:
        assert await whole.end(session, "office-closed", NOW)
        assert not await whole.end(session, "office-closed", NOW)
    content, version = await stored(full)
    assert notice_state(content.notices[0], NOW) == "ended"
    assert version == before + 1


async def test_a_notice_that_nobody_has_read_is_dropped_and_no_other(full: Database) -> None:
    async with full.transaction() as session:
        await whole.keep(session, builders.notice("later", valid_from="2026-12-01T00:00"), over=None)
        assert not await whole.drop(session, "office-closed", NOW)
        assert not await whole.end(session, "later", NOW)
        assert await whole.drop(session, "later", NOW)
    assert [notice.id for notice in (await stored(full))[0].notices] == ["office-closed"]


async def test_what_there_is_not_is_refused(full: Database) -> None:
    async with full.transaction() as session:
        for act in (whole.end, whole.drop):
            with pytest.raises(UnknownTextError):
                await act(session, "nothing", NOW)
        with pytest.raises(UnknownTextError):
            await whole.load(session, Contact, "nothing")


# The hour that the clocks go through twice, and the one that they leap over.
moments = st.sampled_from(
    [datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 0, tzinfo=UTC), NOW]
).flatmap(lambda begin: st.integers(0, 4 * 3600).map(lambda seconds: begin + timedelta(seconds=seconds)))


@given(moments, st.integers(0, 180))
async def test_whenever_it_is_ended_a_notice_is_over_at_once(now: datetime, minutes: int) -> None:
    begun = (now - timedelta(minutes=minutes)).astimezone(ZONE).replace(tzinfo=None)
    notice = builders.notice(valid_from=begun.isoformat(timespec="minutes"), valid_until=None)
    if not notice.is_live(now):
        return
    async with new_database("sqlite") as database:
        await take_in(database, builders.content(notices=[notice]))
        async with database.transaction() as session:
            await whole.end(session, notice.id, now)
        ended = (await stored(database))[0].notices[0]
    assert notice_state(ended, now) == "ended"
    # What is stored is a notice by all its rules.
    assert Notice.model_validate(ended.model_dump()) == ended
