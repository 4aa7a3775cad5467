"""Two processes of one site, both with the bridge, on one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.bot.handoff.conftest import Office, Watch
from tests.channels.bridge.conftest import World, world_over
from tests.channels.bridge.fakes import Hook
from tests.channels.bridge.test_webhook import answers_of
from tests.databases import new_database


@pytest.fixture
async def worlds(answers: Answers, hook: Hook) -> AsyncIterator[tuple[World, World]]:
    async with new_database("postgresql") as database:
        async for one in world_over(Office(database, answers, Watch()), "webhook", hook):
            async with another(one) as other:
                yield one, other


@asynccontextmanager
async def another(one: World) -> AsyncIterator[World]:
    """A second process, by the same clock and with the same accounts."""
    database = Database(one.office.database.url.render_as_string())
    world = World(Office(database, one.office.answers, one.office.watch), one.bridge, one.dezso, one.anna)
    line = asyncio.create_task(world.coordination.run())
    yield world
    line.cancel()
    await asyncio.gather(line, return_exceptions=True)
    await world.channel.close()
    await database.close()


async def test_both_look_and_everything_is_told_once(worlds: tuple[World, World], hook: Hook) -> None:
    one, other = worlds
    migrants = [await one.asks() for _ in range(3)]
    for number in range(3):
        for migrant in migrants:
            await migrant.say(f"Line {number}")
        for _ in range(2):
            await asyncio.gather(one.look(seconds=1), other.look(seconds=1))
    # The first line of each stands in its opening letter.
    assert sorted(hook.types) == ["message"] * 6 + ["opened"] * 3
    for migrant in migrants:
        own = [one for one in hook.letters.values() if one["conversation"] == migrant.started.conversation_id]
        assert [letter["number"] for letter in own] == sorted(letter["number"] for letter in own)


async def test_a_reply_that_comes_to_both_at_once_counts_once(worlds: tuple[World, World]) -> None:
    one, other = worlds
    migrant = await one.asks()
    await one.look()
    case = await one.handoff(migrant)
    for id in range(1, 6):
        letter = {"type": "reply", "handoff": case, "id": f"{id}", "text": f"Reply {id}"}
        told = await asyncio.gather(one.hears(letter), other.hears(letter), one.hears(letter))
        assert sorted(told) == ["known", "known", "stored"]
    assert await answers_of(migrant) == [("Dezső", f"Reply {id}") for id in range(1, 6)]
    await one.office.desk.assign(case, one.anna, one.anna)
    letter = {"type": "reply", "handoff": case, "id": "6", "text": "For the colleague."}
    assert sorted(await asyncio.gather(one.hears(letter), other.hears(letter))) == ["known", "noted"]
    assert len((await one.office.desk.open(case, one.anna)).notes) == 1
