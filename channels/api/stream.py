"""`GET /api/v1/conversations/{id}/stream`: what is new in a conversation, as server-sent events.

`message` events hold a message as `GET …/messages` gives it; their ids are cursors. `erased` is the last event of a
conversation that was erased. `typing` says that a person types, whose name it holds; it comes every few seconds while
they do, and is shown for five. Comment lines keep the connection open; the first one says that nothing in between holds
the stream back.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Annotated, TypeVar

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response, StreamingResponse
from prometheus_client import Gauge

from bot.limits import network_of
from bot.messages import Conversing, Fresh, Message, UnknownConversationError
from channels.api.conversations import Cursor, cursor, shown
from channels.api.dependencies import CurrentEngine, CurrentService, Token, network
from channels.api.problems import problem
from knowledge_base.outage import OutageError

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

# How often the database is looked at for what was stored without news, in seconds; each look is a sign of life.
LOOK_S = 15.0

# Streams that one conversation and one network may have open: many tabs, and a shelter. Who gets none looks instead.
OF_CONVERSATION = 8
OF_NETWORK = 200
# When to come again who gets none, in seconds.
AGAIN_S = 15

# nginx holds responses back unless it is told not to.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EXAMPLE = 'id: 3\nevent: message\ndata: {"number": 3, "sender": "person", "text": "…", …}\n\n'

Result = TypeVar("Result")


class Streams:
    """Those that this process has open; `gauge` shows how many."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._open: Counter[str] = Counter()

    def has_room(self, conversation_id: str, address: str | None) -> bool:
        of_network = self._open[_of(address)] if address else 0
        return self._open[conversation_id] < OF_CONVERSATION and of_network < OF_NETWORK

    @contextmanager
    def one_more(self, conversation_id: str, address: str | None) -> Iterator[None]:
        keys = [conversation_id, _of(address)] if address else [conversation_id]
        self._open.update(keys)
        try:
            with self._gauge.track_inprogress():
                yield
        finally:
            self._open.subtract(keys)
            for key in keys:
                if not self._open[key]:
                    del self._open[key]


def _of(address: str) -> str:
    return f"network {network_of(address)}"


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@router.get(
    "/{conversation_id}/stream",
    response_class=EventStream,
    responses={
        200: {
            "description": "`message` events from the cursor on, then as they come; `typing` while a person types; "
            "`erased` at the end of it all",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
        },
    },
)
async def stream(
    request: Request,
    conversation_id: str,
    engine: CurrentEngine,
    service: CurrentService,
    token: Token,
    after: Cursor = 0,
    last_event_id: Annotated[int, Header(ge=0, lt=2**31, description="Stands in for `after`.")] = 0,
) -> Response:
    """The messages after a cursor, and each further one as it comes."""
    start = max(after, last_event_id)
    first = await engine.messages(conversation_id, token, after=start)
    streams: Streams = request.app.state.streams
    address = network(request)
    if not streams.has_room(conversation_id, address):
        detail = "too many streams are open here; close one, or ask for new messages instead"
        return problem(429, detail, code="too_many", headers={"Retry-After": str(AGAIN_S)})
    events = _events(engine, conversation_id, token, first, start, service.ending)
    return EventStream(_counted(events, streams.one_more(conversation_id, address)), headers=HEADERS)


async def _counted(events: AsyncGenerator[str], counted: AbstractContextManager[None]) -> AsyncIterator[str]:
    async with aclosing(events):
        with counted:
            async for event in events:
                yield event


async def _events(
    engine: Conversing, conversation_id: str, token: str, first: list[Message], start: int, ending: asyncio.Event
) -> AsyncGenerator[str]:
    async with aclosing(engine.follow(conversation_id, token, after=cursor(first, start), look_s=LOOK_S)) as news:
        found: Fresh | None = Fresh(first)
        while found is not None:
            yield ": here\n\n"
            for message in shown(found.messages):
                yield _event("message", message.model_dump_json(), message.number)
            if found.typing is not None:
                yield _event("typing", json.dumps({"name": found.typing}))
            try:
                found = await _unless(ending, anext(news))
            except UnknownConversationError:
                yield _event("erased", "{}")
                return
            except OutageError:
                # The browser comes back by itself, and is told then.
                return


async def _unless(ending: asyncio.Event, work: Awaitable[Result]) -> Result | None:
    """What the work gives; None once it is the end. However the waiting ends, the work ends with it."""
    tasks = asyncio.ensure_future(work), asyncio.ensure_future(ending.wait())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return None if ending.is_set() else tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _event(name: str, data: str, number: int | None = None) -> str:
    """`data` is JSON, which has no line breaks."""
    return ("" if number is None else f"id: {number}\n") + f"event: {name}\ndata: {data}\n\n"
