"""Whatever goes wrong in whatever order: both sides read every line of the other, once, and Zammad in order."""

from contextlib import AsyncExitStack

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.bridge.hosting import BridgeNotReadyError
from retrieval.answers import Answers
from tests.bot.handoff.conftest import Office, Watch
from tests.channels.bridge.conftest import World, world_over
from tests.channels.bridge.fakes import Fault, Zammad, serving
from tests.channels.bridge.test_webhook import answers_of
from tests.channels.bridge.test_zammad import payload
from tests.databases import Backend, break_at, mend, new_database

FAULTS = {"busy": Fault(429, {"Retry-After": "30"}), "broken": Fault(503), "lost": Fault(502, after=True)}
STEPS = [*FAULTS, "write", "look", "wait", "crash", "reply", "again", "catch up"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=16))
async def test_nothing_is_lost_and_nothing_is_doubled(backend: Backend, answers: Answers, steps: list[str]) -> None:
    zammad = Zammad()
    async with AsyncExitStack() as stack:
        stack.enter_context(serving(zammad))
        database = await stack.enter_async_context(new_database(backend))
        async for world in world_over(Office(database, answers, Watch()), "zammad", zammad):
            migrant = await world.asks()
            written: list[str] = []
            replies: list[str] = []
            for number, step in enumerate(steps):
                match step:
                    case "write":
                        written.append(f"line-{number};")
                        await migrant.say(written[-1])
                    case "look":
                        await world.look(seconds=3)
                    case "wait":
                        await world.look(minutes=3)
                    case "crash":
                        await crash(world)
                    case "reply" if zammad.tickets:
                        replies.append(f"reply-{number};")
                        await answered(world, zammad, len(replies), replies[-1])
                    case "again" if replies:
                        await answered(world, zammad, len(replies), replies[-1])
                    case "catch up":
                        await world.channel.catch_up()
                    case "busy" | "broken" | "lost":
                        zammad.faults.append(FAULTS[step])
            zammad.faults.clear()
            for _ in range(3):
                await world.look(hours=1)
            for number, reply in enumerate(replies, 1):
                await answered(world, zammad, number, reply)
            got = [text for _, text in await answers_of(migrant)]
    assert len(zammad.tickets) == 1
    there = "".join(zammad.said("Customer"))
    assert [there.count(line) for line in written] == [1] * len(written)
    assert sorted(written, key=there.index) == written
    assert sorted(got) == sorted(replies)


async def answered(world: World, zammad: Zammad, number: int, reply: str) -> None:
    """An agent's article, told by a webhook; what is not taken in comes again at the end."""
    (ticket,) = zammad.tickets.values()
    try:
        await world.hears(payload(ticket, reply, id=10_000 + number))
    except BridgeNotReadyError:
        return


async def crash(world: World) -> None:
    """The program dies after something was sent, and before that is noted."""
    await break_at(world.office.database, "BEFORE UPDATE OF delivered ON bridged_handoffs")
    await world.look(seconds=1)
    await world.restart()
    await mend(world.office.database)
