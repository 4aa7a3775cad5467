import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest
from fastapi import Response

from bot.news import News, waited
from bot.staff.accounts import Accounts
from channels.console.gate import Anyone, SignedIn
from channels.console.sessions import IDLE, Session
from channels.console.streams import BEAT, BEGINNING, streamed, while_signed_in
from knowledge_base.database import Database
from tests import builders
from tests.channels.console.conftest import House
from tests.conftest import NOW

# Soon enough for a test, and long enough that an event comes before it.
BEAT_S = 0.05
LONG_S = 30.0


class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time


class Source:
    """News from outside, as a desk has them: told by news, read where they are stored."""

    def __init__(self) -> None:
        self.news = News()
        self.stored: list[str] = []
        self.listened = asyncio.Event()
        self.closed = False

    def store(self, word: str) -> None:
        self.stored.append(word)
        self.news.tell("a conversation")

    async def events(self) -> AsyncGenerator[str]:
        given = 0
        try:
            with self.news.listening() as event:
                self.listened.set()
                while True:
                    for stored in self.stored[given:]:
                        given += 1
                        yield stored
                    await waited(event, LONG_S)
        finally:
            self.closed = True


def test_a_route_gives_a_stream_to_who_is_signed_in(house: House) -> None:
    async def heard(at: Anyone) -> Response:
        async def events() -> AsyncGenerator[str]:
            yield at.member.login

        return streamed(at, events())

    house.app.add_api_route("/heard", heard, response_model=None)
    house.app.router.routes.insert(0, house.app.router.routes.pop())
    house.add("anna")
    response = house.visitor("anna", Accept="text/event-stream").get("/heard")
    assert response.content == BEGINNING + b"data: anna\n\n"
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert house.visitor(Accept="text/event-stream").get("/heard").status_code == 401


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def at(database: Database, clock: Clock) -> SignedIn:
    accounts = Accounts(database, clock, builders.passwords())
    member = await accounts.add("anna", name="Anna", role="counsellor", password="a plain long sentence", by="root")
    return SignedIn(member, Session.begun(NOW, member), accounts, clock, asyncio.Event())


async def test_what_is_stored_reaches_who_is_signed_in(at: SignedIn) -> None:
    source = Source()
    stream = while_signed_in(at, source.events(), beat_s=LONG_S)
    assert await anext(stream) == BEGINNING
    source.store("first")
    assert await anext(stream) == b"data: first\n\n"
    source.store("second")
    assert await anext(stream) == b"data: second\n\n"


async def test_a_stream_that_says_nothing_still_beats(at: SignedIn) -> None:
    stream = while_signed_in(at, Source().events(), beat_s=BEAT_S)
    assert [await anext(stream) for _ in range(3)] == [BEGINNING, BEAT, BEAT]


@pytest.mark.parametrize("end", ["close", "set_password", "sign_out", "role", "idle"])
@pytest.mark.parametrize("with_event", [True, False])
async def test_nothing_comes_after_the_sessions_end(at: SignedIn, clock: Clock, end: str, with_event: bool) -> None:
    source = Source()
    stream = while_signed_in(at, source.events(), beat_s=LONG_S if with_event else BEAT_S)
    assert await anext(stream) == BEGINNING
    id = at.member.id
    match end:
        case "close":
            await at.staff.close(id, by="root")
        case "set_password":
            await at.staff.set_password(id, "another long sentence", by="root")
        case "sign_out":
            await at.staff.sign_out(id)
        case "role":
            await at.staff.give_role(id, "editor", by="root")
        case _:
            clock.time += IDLE
    if with_event:
        source.store("too late")
    assert [part async for part in stream] == []
    assert source.closed


async def test_a_stream_goes_on_until_the_session_ends(at: SignedIn, clock: Clock) -> None:
    source = Source()
    stream = while_signed_in(at, source.events(), beat_s=LONG_S)
    await anext(stream)
    clock.time += IDLE - timedelta(seconds=1)
    source.store("in time")
    assert await anext(stream) == b"data: in time\n\n"


async def test_a_browser_that_leaves_closes_the_source(at: SignedIn) -> None:
    source = Source()
    stream = while_signed_in(at, source.events(), beat_s=LONG_S)

    async def listen() -> None:
        async for _ in stream:
            pass

    task = asyncio.create_task(listen())
    await source.listened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_a_server_that_stops_ends_the_stream_at_once(at: SignedIn) -> None:
    source = Source()
    stream = while_signed_in(at, source.events(), beat_s=LONG_S)
    await anext(stream)
    asyncio.get_running_loop().call_soon(at.ending.set)
    assert [part async for part in stream] == []
    assert source.closed


async def test_a_source_that_ends_ends_the_stream(at: SignedIn) -> None:
    async def one() -> AsyncGenerator[str]:
        yield "only"

    assert [part async for part in while_signed_in(at, one())] == [BEGINNING, b"data: only\n\n"]
