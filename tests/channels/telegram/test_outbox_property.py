"""Whatever goes wrong in whatever order: everything arrives, in order, and only a crash repeats a message."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.answers import Answers
from tests.channels.telegram.conftest import Office, person_writes, settled
from tests.channels.telegram.fake import Fault, Telegram, serving_telegram, until
from tests.databases import Backend, new_database

FAULTS = {
    "later": Fault(429, "Too Many Requests", {"retry_after": 5}),
    "broken": Fault(500),
    "silent": Fault(502, after=True),
    "moved": Fault(503),
}
STEPS = st.lists(st.sampled_from([*FAULTS, "write", "long", "crash", "watch"]), max_size=14)


def lines(telegram: Telegram) -> list[str]:
    """What a person got, each message by its first word."""
    return [text.split("\n\n")[-1].split()[0] for text in telegram.chat()[1:]]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_everything_arrives_in_order(backend: Backend, telegram_answers: Answers, steps: list[str]) -> None:
    async with AsyncExitStack() as stack:
        telegram = stack.enter_context(serving_telegram())
        database = await stack.enter_async_context(new_database(backend))
        office = Office(database, telegram_answers, telegram)
        async with office.running() as channel:
            await channel.take(telegram.text("/start"))
            await settled(office)
        written, repeats = [], 0
        task = None
        for number, step in enumerate(steps):
            match step:
                case "write":
                    written.append(f"line-{number}")
                    await person_writes(office, written[-1], name="Judit")
                case "long":
                    words = [f"part-{number}-{n}" + "x" * 4000 for n in range(3)]
                    written += words
                    await person_writes(office, " ".join(words), name="Judit")
                case "crash":
                    if task is not None:
                        task.cancel()
                        await asyncio.gather(task, return_exceptions=True)
                    # What is under way to Telegram when the program ends may arrive.
                    repeats += 1
                    task = asyncio.create_task(_run(office))
                case "watch" if task is not None and len(written) > len(set(lines(telegram))):
                    before = len(telegram.of("sendMessage"))
                    await until(partial(_tried, telegram, before))
                case "watch":
                    pass
                case _:
                    repeats += FAULTS[step].after
                    telegram.fail("sendMessage", FAULTS[step])
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        repeats += 1
        async with office.running():
            await settled(office)
        got = lines(telegram)
    assert list(dict.fromkeys(got)) == written
    assert got == sorted(got, key=written.index)
    assert len(got) - len(written) <= repeats


def _tried(telegram: Telegram, before: int) -> bool:
    return len(telegram.of("sendMessage")) > before


async def _run(office: Office) -> None:
    async with office.running():
        await asyncio.Event().wait()
