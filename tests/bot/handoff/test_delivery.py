"""How far a counsellor's words have come, and who is typing: what is known, and what is not."""

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from datetime import timedelta

import pytest

from bot.handoff import delivery
from bot.handoff.delivery import Deliveries, Reached, delivery_of
from bot.handoff.inbox import Opened, UnknownHandoffError
from bot.news import waited
from bot.staff.member import Member
from tests.bot.handoff.conftest import Migrant, Office, hired
from tests.conftest import NOW

LIMIT_S = 20.0


async def talking(office: Office) -> tuple[Member, Migrant, int]:
    """A counsellor, a migrant, and their case, in which the counsellor has said hello."""
    anna = await hired(office.database, "Anna")
    migrant = await office.migrant()
    await migrant.say("/human")
    case = (await office.entry(anna)).id
    await office.desk.accept(case, anna)
    await office.desk.reply(case, anna, "Hello", "r1")
    return anna, migrant, case


async def looked_from(office: Office, migrant: Migrant, number: int, *, shown: bool = False) -> None:
    await office.engine.messages(migrant.started.conversation_id, migrant.started.token, after=number, shown=shown)


def states(opened: Opened) -> list[str]:
    return [opened.delivery(message) for message in opened.messages if message.sender == "person"]


def test_what_is_not_known_is_not_said() -> None:
    assert delivery_of(None, 3, NOW.timestamp()) == "unknown"


def test_a_channels_own_cursor_counts_whenever_it_was_stored() -> None:
    reached = Reached(4, refused=frozenset({3}))
    assert [delivery_of(reached, number, NOW.timestamp()) for number in (3, 4, 5)] == ["refused", "arrived", "sent"]


def test_a_browser_that_is_ahead_of_the_conversation_has_not_seen_what_comes_later() -> None:
    deliveries = Deliveries()
    assert deliveries.note("one", 1000, NOW)
    assert not deliveries.note("one", 1000, NOW + timedelta(minutes=1))
    reached = asyncio.run(deliveries.of(["one"]))["one"]
    assert delivery_of(reached, 7, NOW.timestamp()) == "arrived"
    assert delivery_of(reached, 8, (NOW + timedelta(seconds=30)).timestamp()) == "sent"


def test_a_browser_that_looks_from_the_beginning_again_has_lost_nothing() -> None:
    deliveries = Deliveries()
    deliveries.note("one", 7, NOW)
    assert not deliveries.note("one", 0, NOW)
    assert asyncio.run(deliveries.of(["one", "two"])) == {"one": Reached(7, NOW)}


def test_those_noted_longest_ago_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "KEPT", 2)
    deliveries = Deliveries()
    for name, number in (("one", 1), ("two", 1), ("one", 2), ("three", 1)):
        deliveries.note(name, number, NOW)
    assert set(asyncio.run(deliveries.of(["one", "two", "three"]))) == {"one", "three"}


def test_what_a_channel_knows_goes_before_what_a_browser_says() -> None:
    async def source(ids: Collection[str]) -> dict[str, Reached]:
        return {id: Reached(9, unreachable=True) for id in ids if id == "one"}

    deliveries = Deliveries(source)
    deliveries.note("one", 3, NOW)
    deliveries.note("two", 3, NOW)
    assert asyncio.run(deliveries.of(["one", "two"])) == {"one": Reached(9, unreachable=True), "two": Reached(3, NOW)}


async def test_what_was_given_to_a_browser_is_seen_only_when_it_looks_on_from_there(office: Office) -> None:
    anna, migrant, case = await talking(office)
    assert states(await office.desk.open(case, anna)) == ["unknown"]
    await looked_from(office, migrant, 0)
    assert states(await office.desk.open(case, anna)) == ["sent"]
    said = (await migrant.last()).number
    async with aclosing(
        office.engine.follow(migrant.started.conversation_id, migrant.started.token, after=said, look_s=0)
    ) as stream:
        await anext(stream)
    assert states(await office.desk.open(case, anna)) == ["sent"], "a stream may write into a line that is dead"
    with office.news.listening() as desk:
        await looked_from(office, migrant, said)
        assert await waited(desk, LIMIT_S)
    assert states(await office.desk.open(case, anna)) == ["arrived"]
    office.watch.wind(seconds=1)
    await office.desk.reply(case, anna, "Are you there?", "r2")
    assert states(await office.desk.open(case, anna)) == ["arrived", "sent"]


async def test_a_page_without_scripts_has_what_it_shows(office: Office) -> None:
    anna, migrant, case = await talking(office)
    await looked_from(office, migrant, 0, shown=True)
    assert states(await office.desk.open(case, anna)) == ["arrived"]


async def test_after_a_restart_it_is_not_known_until_the_browser_comes_back(office: Office) -> None:
    anna, migrant, case = await talking(office)
    said = (await migrant.last()).number
    await looked_from(office, migrant, said)
    office.start()
    assert states(await office.desk.open(case, anna)) == ["unknown"]
    migrant.engine = office.engine
    await looked_from(office, migrant, said)
    assert states(await office.desk.open(case, anna)) == ["arrived"]


async def test_whoever_talks_with_the_bot_does_not_wake_the_desks(office: Office) -> None:
    migrant = await office.migrant()
    with office.news.listening() as desk:
        await looked_from(office, migrant, (await migrant.last()).number)
        await office.engine.types(migrant.started.conversation_id, migrant.started.token)
        assert not await waited(desk, 0)


async def test_the_migrant_types_and_only_that_case_shows_it(office: Office) -> None:
    anna, migrant, _ = await talking(office)
    id = migrant.started.conversation_id
    case, everybody = office.desk.changes(anna, id), office.desk.changes(anna)
    assert await anext(case) == "desk"
    assert await anext(everybody) == "desk"
    coming, others = asyncio.ensure_future(anext(case)), asyncio.ensure_future(anext(everybody))
    await office.engine.types(id, migrant.started.token)
    assert await coming == "typing"
    assert not others.done()
    await migrant.say("Here I am")
    assert await anext(case) == "desk"
    assert await others == "desk"
    await case.aclose()
    await everybody.aclose()


async def test_the_counsellor_who_has_the_case_types_and_nobody_else(office: Office) -> None:
    anna, migrant, case = await talking(office)
    bela = await hired(office.database, "Béla")
    with office.news.listening(migrant.started.conversation_id) as listener:
        await office.desk.types(case, bela)
        assert not await waited(listener, 0)
        await office.desk.types(case, anna)
        assert await waited(listener, LIMIT_S)
        stored, typing = listener.heard()
        assert (stored, [one.by for one in typing]) == (False, [anna.id])
        await office.desk.give_back(case, anna)
        listener.heard()
        listener.clear()
        await office.desk.types(case, anna)
        assert not await waited(listener, 0)
    with pytest.raises(UnknownHandoffError):
        await office.desk.types(case + 1, anna)
