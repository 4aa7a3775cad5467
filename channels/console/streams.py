"""Pages that go on hearing of what is new: server-sent events that end when the session does.

A page says `new EventSource(path)`. When the session is over, or the member's role has changed, the stream ends. The
browser then comes back by itself: with a session that was used meanwhile it goes on, else it is refused (401), which
closes an `EventSource` for good (`onerror` with `readyState === EventSource.CLOSED`: reload, and sign in).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from fastapi.responses import StreamingResponse

from channels.console.gate import SignedIn

# How long a stream may say nothing, in seconds: proxies cut a silent one, and an ended session is noticed by then.
BEAT_S = 10.0
BEAT = b":\n\n"
# How soon a browser comes back, in milliseconds.
BEGINNING = b"retry: 1000\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """`name` is what the page listens for; `data` is text of any length, such as a piece of a page."""

    name: str
    data: str = ""

    def encode(self) -> bytes:
        lines = "".join(f"data: {line}\n" for line in self.data.splitlines() or [""])
        return f"event: {self.name}\n{lines}\n".encode()


def streamed(at: SignedIn, events: AsyncGenerator[Event]) -> StreamingResponse:
    """The events for a signed-in member, until they or the session end."""
    # nginx would keep them back until it has a page full.
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(while_signed_in(at, events), media_type="text/event-stream", headers=headers)


async def while_signed_in(
    at: SignedIn, events: AsyncGenerator[Event], *, beat_s: float = BEAT_S
) -> AsyncIterator[bytes]:
    """Nothing that comes after the session's end is given out; `events` are closed in any case."""
    upcoming = asyncio.ensure_future(_next(events))
    try:
        yield BEGINNING
        while True:
            await asyncio.wait({upcoming}, timeout=beat_s)
            if await at.is_over():
                return
            if not upcoming.done():
                yield BEAT
                continue
            event = upcoming.result()
            if event is None:
                return
            yield event.encode()
            upcoming = asyncio.ensure_future(_next(events))
    finally:
        upcoming.cancel()
        await asyncio.wait({upcoming})
        await events.aclose()


async def _next(events: AsyncGenerator[Event]) -> Event | None:
    return await anext(events, None)
