"""Pages that go on hearing of what is new: server-sent events that end when the session does.

An event is one word, which says only *that* something is new. `static/live.js` makes it an htmx trigger, and pieces of
the page then fetch themselves anew, each by a request of its own that is checked like any other:

    <section data-live="/console/desk/stream">
      <ul hx-get="/console/desk/inbox" hx-trigger="live from:closest [data-live], inbox from:closest [data-live]">

A stream's path ends in `/stream`. When the session is over, or the member's role has changed, the stream ends. The
browser then comes back by itself: with a session that was used meanwhile it goes on, else it is refused (401), and the
page goes to the sign-in.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from fastapi.responses import StreamingResponse

from channels.console.gate import SignedIn
from knowledge_base.outage import OutageError

# How long a stream may say nothing, in seconds: proxies cut a silent one, and an ended session is noticed by then.
BEAT_S = 10.0
BEAT = b":\n\n"
# How soon a browser comes back, in milliseconds.
BEGINNING = b"retry: 1000\n\n"


def streamed(at: SignedIn, news: AsyncGenerator[str]) -> StreamingResponse:
    """Words for a signed-in member's page, until they or the session end."""
    # nginx would keep them back until it has a page full.
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(while_signed_in(at, news), media_type="text/event-stream", headers=headers)


async def while_signed_in(at: SignedIn, news: AsyncGenerator[str], *, beat_s: float = BEAT_S) -> AsyncIterator[bytes]:
    """Nothing that comes after the session's end is given out, and a server that stops does not wait for it.

    `news` is closed in any case.
    """
    upcoming, ending = asyncio.ensure_future(_next(news)), asyncio.ensure_future(at.ending.wait())
    try:
        yield BEGINNING
        while True:
            await asyncio.wait({upcoming, ending}, timeout=beat_s, return_when=asyncio.FIRST_COMPLETED)
            if await at.is_over():
                return
            if not upcoming.done():
                yield BEAT
                continue
            word = upcoming.result()
            if word is None:
                return
            yield f"data: {word}\n\n".encode()
            upcoming = asyncio.ensure_future(_next(news))
    finally:
        upcoming.cancel()
        ending.cancel()
        await asyncio.wait({upcoming, ending})
        await news.aclose()


async def _next(news: AsyncGenerator[str]) -> str | None:
    # Without its database a server has no news; the browser comes back by itself.
    with suppress(OutageError):
        return await anext(news, None)
    return None
