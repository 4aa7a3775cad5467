"""Wakes whoever waits for something new in a conversation, in this process and, where there is a way, in the others.

News says only *that* something is new; what it is stands in the database. Whoever waits looks there first, waits
with a time limit, and looks again: what another process stored is found even where its news is lost.

That somebody types is all in the news, and is stored nowhere: who does not listen at the moment never hears of it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from knowledge_base.coordination import Coordination, OneProcess

# What other processes are told, before the conversation's id and, of a counsellor who types, the account's.
STORED = "stored"
TYPING = "typing"

# What is told of every conversation: that something was stored, or that somebody types.
ANY = ""
ANY_TYPING = "typing"


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody types in a conversation: the counsellor with this account, or, without one, the migrant."""

    conversation_id: str
    by: int | None


class Listener(asyncio.Event):
    """Set when there is news; who has looked clears it."""

    def __init__(self) -> None:
        super().__init__()
        self._stored = False
        self._typing: set[Typing] = set()

    def hear(self, typing: Typing | None = None) -> None:
        if typing is None:
            self._stored = True
        else:
            self._typing.add(typing)
        self.set()

    def heard(self) -> tuple[bool, set[Typing]]:
        """Whether something was stored since this was asked last, and who has typed."""
        heard = self._stored, self._typing
        self._stored, self._typing = False, set()
        return heard


class News:
    """`others` carries the news to the other processes, and brings theirs."""

    def __init__(self, others: Coordination | None = None) -> None:
        self._waiting: defaultdict[str, set[Listener]] = defaultdict(set)
        self._others = others or OneProcess()
        self._others.listen(self._hear)

    def tell(self, conversation_id: str) -> None:
        """Something was stored in the conversation."""
        self._stored(conversation_id)
        self._others.tell(f"{STORED} {conversation_id}")

    def types(self, conversation_id: str, by: int | None = None) -> None:
        """Somebody types there: the counsellor with this account, or the migrant."""
        self._typing(Typing(conversation_id, by))
        self._others.tell(f"{TYPING} {conversation_id} {'' if by is None else by}")

    def _hear(self, word: str) -> None:
        match word.split(" "):
            case [kind, conversation_id] if kind == STORED:
                self._stored(conversation_id)
            case [kind, conversation_id, by] if kind == TYPING and (not by or by.isdecimal()):
                self._typing(Typing(conversation_id, int(by) if by else None))

    def _stored(self, conversation_id: str) -> None:
        for listener in self._of(conversation_id, ANY):
            listener.hear()

    def _typing(self, typing: Typing) -> None:
        for listener in self._of(typing.conversation_id, ANY_TYPING):
            listener.hear(typing)

    @contextmanager
    def listening(self, *subjects: str) -> Iterator[Listener]:
        """Listens to conversations; to all of them, where none is named."""
        listener = Listener()
        for subject in subjects or (ANY,):
            self._waiting[subject].add(listener)
        try:
            yield listener
        finally:
            for subject in subjects or (ANY,):
                self._waiting[subject].discard(listener)
                if not self._waiting[subject]:
                    del self._waiting[subject]

    def _of(self, *subjects: str) -> set[Listener]:
        return {listener for subject in subjects for listener in self._waiting.get(subject, ())}


async def waited(event: asyncio.Event, limit_s: float) -> bool:
    """Wait for news and take note of it; whether there was any within the limit."""
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
