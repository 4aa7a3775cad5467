"""Processes on one database hear of each other, take turns, and have one leader."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text

from knowledge_base.coordination import CHANNEL, Coordination, OneProcess, SeveralProcesses, announce, coordination
from knowledge_base.database import Database
from tests.databases import new_database

DEADLINE_S = 20.0


class Process:
    """One of the processes, as far as it coordinates; `words` are those that it heard."""

    def __init__(self, database: Database) -> None:
        self.own = coordination(database)
        self.words: asyncio.Queue[str] = asyncio.Queue()
        self.own.listen(self.words.put_nowait)
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._task = asyncio.create_task(self.own.run())
        async with self.own.alone("beginning"):
            # The line is up.
            pass

    async def die(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def heard(self) -> str:
        async with asyncio.timeout(DEADLINE_S):
            return await self.words.get()


@pytest.fixture
async def postgres() -> AsyncIterator[Database]:
    async with new_database("postgresql") as database:
        yield database


@pytest.fixture
async def two(postgres: Database) -> AsyncIterator[tuple[Process, Process]]:
    one, other = Process(postgres), Process(postgres)
    await one.begin()
    await other.begin()
    yield one, other
    await one.die()
    await other.die()


@pytest.fixture(params=["one process", "several processes"])
async def parties(
    request: pytest.FixtureRequest, two: tuple[Process, Process]
) -> tuple[Coordination, Coordination, Coordination]:
    """Three who want the same: within one process, or in two."""
    alone = OneProcess()
    return (alone, alone, alone) if request.param == "one process" else (two[0].own, two[0].own, two[1].own)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_what_one_process_tells_the_others_hear(two: tuple[Process, Process]) -> None:
    one, other = two
    one.own.tell("first")
    other.own.tell("second")
    assert await other.heard() == "first"
    assert await one.heard() == "second"
    assert one.words.empty()
    assert other.words.empty()


async def test_what_is_told_often_is_heard_at_least_once(two: tuple[Process, Process]) -> None:
    one, other = two
    for _ in range(100):
        one.own.tell("same")
    one.own.tell("last")
    heard = [await other.heard()]
    while heard[-1] != "last":
        heard.append(await other.heard())
    assert heard == ["same", "last"]


async def test_what_is_announced_is_heard_by_all_once_it_is_committed(
    two: tuple[Process, Process], postgres: Database
) -> None:
    async with postgres.transaction() as session:
        await announce(session, "kept")
        await asyncio.sleep(0.05)
        assert two[0].words.empty()
    assert [await process.heard() for process in two] == ["kept", "kept"]


async def test_what_is_taken_back_is_not_announced(two: tuple[Process, Process], postgres: Database) -> None:
    async def fail() -> None:
        async with postgres.transaction() as session:
            await announce(session, "taken back")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with postgres.transaction() as session:
        await announce(session, "kept")
    assert await two[0].heard() == "kept"


async def test_only_one_is_within_a_name(parties: tuple[Coordination, ...]) -> None:
    within = most = entered = 0

    async def enter(party: Coordination) -> None:
        nonlocal within, most, entered
        async with party.alone("work"):
            within, entered = within + 1, entered + 1
            most = max(most, within)
            await asyncio.sleep(0.005)
            within -= 1

    await asyncio.gather(*(enter(party) for party in parties * 4))
    assert (most, entered) == (1, 12)


async def test_who_finds_a_name_taken_is_told_so(parties: tuple[Coordination, ...]) -> None:
    first, second, third = parties
    async with first.if_free("work") as is_free:
        assert is_free
        for other in (second, third):
            async with other.if_free("work") as is_free_too:
                assert not is_free_too
            async with other.if_free("other work") as is_free_too:
                assert is_free_too

    async def is_free_now() -> bool:
        async with third.if_free("work") as free:
            return free

    await until(is_free_now)


async def test_who_is_cancelled_lets_go(two: tuple[Process, Process]) -> None:
    one, other = two
    for delay in (0.0, 0.0001, 0.001, 0.01):

        async def hold() -> None:
            async with one.own.alone("work"):
                await asyncio.Event().wait()

        task = asyncio.create_task(hold())
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(DEADLINE_S), other.own.alone("work"):
            pass


async def test_one_process_leads_for_as_long_as_it_lives(two: tuple[Process, Process]) -> None:
    one, other = two
    assert sorted(await asyncio.gather(one.own.leads("x"), other.own.leads("x"), one.own.leads("x"))) != [True] * 3
    leader, follower = (one, other) if await one.own.leads("x") else (other, one)
    assert not await follower.own.leads("x")
    assert await leader.own.leads("x")
    waiting = asyncio.create_task(follower.own.lead("x"))
    await leader.die()
    async with asyncio.timeout(DEADLINE_S):
        await waiting
    assert await follower.own.leads("x")
    assert not await leader.own.leads("x")


async def test_a_line_that_was_cut_is_made_anew_and_what_was_held_is_free(
    two: tuple[Process, Process], postgres: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "knowledge_base")
    one, other = two
    assert await one.own.leads("x")
    async with postgres.transaction() as session:
        await session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE :said"),
            {"said": "SELECT pg_%advisory%"},
        )
    await until(lambda: other.own.leads("x"))
    await until(lambda: _is_heard(one, other))
    assert "the line to other processes is down" in caplog.text


async def test_a_line_knows_for_how_long_it_has_been_down(postgres: Database) -> None:
    now = [100.0]
    line = SeveralProcesses(postgres, lambda: now[0])
    now[0] += 7
    assert line.down_s == 7
    task = asyncio.create_task(line.run())
    await line.lead("x")
    now[0] += 1000
    assert line.down_s == 0
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    now[0] += 5
    assert line.down_s == 5
    assert OneProcess().down_s is None


async def _is_heard(one: Process, other: Process) -> bool:
    one.own.tell("again")
    other.own.tell("again")
    await asyncio.sleep(0.05)
    return not one.words.empty() and not other.words.empty()


async def test_a_word_from_elsewhere_is_heard_as_it_is(two: tuple[Process, Process], postgres: Database) -> None:
    async with postgres.transaction() as session:
        await session.execute(text(f"SELECT pg_notify('{CHANNEL}', '')"))
    assert await two[0].heard() == ""


async def test_within_one_process_nobody_else_hears_and_everybody_leads(database: Database) -> None:
    alone = OneProcess()
    async with database.transaction() as session:
        await announce(session, "published")
    alone.tell("word")
    assert await alone.leads("x")
    await alone.lead("x")
