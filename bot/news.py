"""Wakes whoever waits for something new in a conversation, within this process.

News says only *that* something is new; what it is stands in the database. Whoever waits looks there first, waits
with a time limit, and looks again: what another process stored is found without any news.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

# What is told of every conversation.
ANY = ""


class News:
    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, conversation_id: str) -> None:
        """Something was stored in the conversation."""
        for subject in (conversation_id, ANY):
            for event in self._waiting.get(subject, ()):
                event.set()

    @contextmanager
    def listening(self, conversation_id: str = ANY) -> Iterator[asyncio.Event]:
        """An event that is set when there is news; who has looked clears it."""
        event = asyncio.Event()
        self._waiting[conversation_id].add(event)
        try:
            yield event
        finally:
            self._waiting[conversation_id].discard(event)
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]


async def waited(event: asyncio.Event, limit_s: float) -> bool:
    """Wait for news and take note of it; whether there was any within the limit."""
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
