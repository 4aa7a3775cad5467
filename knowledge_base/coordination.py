"""How the processes of one site work together: who hears of what, who takes which work, and who leads.

On PostgreSQL each process has a line to the others: one connection, which listens, tells, and holds its locks. Whoever
dies lets go of all of them. On SQLite there is one server, and the same holds within it.

A word is a hint and no message: it may be lost, comes when the database may be looked at, and holds nothing of any
person. Whoever waits for one looks now and then without it.
"""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakValueDictionary

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from knowledge_base.database import Database

log = logging.getLogger(__name__)

# Of PostgreSQL's LISTEN and NOTIFY.
CHANNEL = "kalauz"
# How long the database may take for something that takes it no time, in seconds.
PATIENCE_S = 10.0
# The pause before a lost connection is made anew, in seconds.
RETRY_S = 1.0
# How often an idle connection is tried, in seconds: a network that went away says nothing.
BEAT_S = 15.0
# The pause before a lock is tried again that another process has, in seconds.
AGAIN_S = 0.02

Hear = Callable[[str], None]


class Coordination(Protocol):
    """`look_s` is how often, in seconds, to look for what a word should have told."""

    look_s: float

    @property
    def down_s(self) -> float | None:
        """For how long this process has been without its line to the others, in seconds; None where there is none."""

    async def run(self) -> None:
        """Stay in touch with the other processes until cancelled."""

    def tell(self, word: str) -> None:
        """Let the other processes hear a word, soon."""

    def listen(self, hear: Hear) -> None:
        """Have `hear` called with every word that another process told, or that was announced."""

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else, in whatever process, is within the same name."""

    def if_free(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether nobody else is within the same name; if so, nobody else will be meanwhile."""

    async def leads(self, role: str) -> bool:
        """Whether this process has the role, which exactly one has for as long as it lives."""

    async def lead(self, role: str) -> None:
        """Wait until this process has the role."""


def coordination(database: Database) -> Coordination:
    """What fits the database."""
    return SeveralProcesses(database) if database.url.get_backend_name() == "postgresql" else OneProcess()


async def announce(session: AsyncSession, word: str) -> None:
    """Let every process hear a word once the transaction is committed; this one too."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_notify(CHANNEL, word)))


async def in_turn(session: AsyncSession, name: str) -> None:
    """Wait until no other transaction is within the same name. SQLite lets only one write at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(key_of(name))))


class OneProcess:
    """Nobody else is there."""

    # Another process may publish all the same, and cannot tell.
    look_s = 0.3

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def down_s(self) -> float | None:
        return None

    async def run(self) -> None:
        await asyncio.Event().wait()

    def tell(self, word: str) -> None: ...

    def listen(self, hear: Hear) -> None: ...

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        return self._lock(name)

    @asynccontextmanager
    async def if_free(self, name: str) -> AsyncIterator[bool]:
        lock = self._lock(name)
        if lock.locked():
            yield False
            return
        async with lock:
            yield True

    async def leads(self, role: str) -> bool:
        return True

    async def lead(self, role: str) -> None: ...

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())


class LineDownError(ConnectionError):
    """The database does not answer: nobody knows what other processes do."""


@dataclass(eq=False, slots=True)
class _Asked:
    """Something to ask the database; `undo` is said where nobody waits for a yes any more."""

    statement: str
    arguments: tuple[Any, ...]
    undo: str | None = None
    answer: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def was_granted(self) -> bool:
        answer = self.answer
        return answer.done() and not answer.cancelled() and answer.exception() is None and answer.result()


TELL = "SELECT pg_notify($1, $2)::text IS NOT NULL"
TRY = "SELECT pg_try_advisory_lock($1)"
LET_GO = "SELECT pg_advisory_unlock($1)"
BEAT = "SELECT true"


class SeveralProcesses:
    """A process among others on one PostgreSQL. `clock` gives seconds that only go on."""

    look_s = 2.0

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._url = database.url
        self._within = OneProcess()
        self._hear: list[Hear] = []
        self._asked: asyncio.Queue[_Asked] = asyncio.Queue()
        self._untold: set[str] = set()
        self._roles: set[str] = set()
        self._is_up = asyncio.Event()
        self._was_up = False
        self._down_since = clock()

    @property
    def down_s(self) -> float | None:
        return 0.0 if self._is_up.is_set() else self._clock() - self._down_since

    def tell(self, word: str) -> None:
        # What the database has not been told yet need not be told twice.
        if self._is_up.is_set() and word not in self._untold:
            self._untold.add(word)
            self._asked.put_nowait(_Asked(TELL, (CHANNEL, word)))

    def listen(self, hear: Hear) -> None:
        self._hear.append(hear)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        async with self._within.alone(name):
            # It is asked again and again, because who waits in the database keeps a connection of its own waiting.
            while not await self._ask(TRY, key_of(name), undo=LET_GO):  # noqa: ASYNC110
                await asyncio.sleep(AGAIN_S)
            try:
                yield
            finally:
                self._let_go(name)

    @asynccontextmanager
    async def if_free(self, name: str) -> AsyncIterator[bool]:
        async with self._within.if_free(name) as is_free:
            if not is_free or not await self._ask(TRY, key_of(name), undo=LET_GO):
                yield False
                return
            try:
                yield True
            finally:
                self._let_go(name)

    async def leads(self, role: str) -> bool:
        if role in self._roles:
            return True
        async with self._within.alone(role):
            # Two that ask at once must not take the same lock twice.
            if role not in self._roles and self._is_up.is_set():
                with contextlib.suppress(LineDownError):
                    if await self._ask(TRY, key_of(role), undo=LET_GO):
                        self._roles.add(role)
                        log.info("this process leads: %s", role)
        return role in self._roles

    async def lead(self, role: str) -> None:
        await self._is_up.wait()
        while not await self.leads(role):  # noqa: ASYNC110
            await asyncio.sleep(self.look_s)

    async def run(self) -> None:
        engine = create_async_engine(self._url, poolclass=NullPool, hide_parameters=True)
        told = False
        try:
            while True:
                try:
                    await self._connected(engine)
                except Exception as error:
                    # Once for each time that it is down, not for each try.
                    if not told or self._was_up:
                        log.warning("the line to other processes is down (%s)", type(error).__name__)
                    told, self._was_up = True, False
                await asyncio.sleep(RETRY_S)
        finally:
            await engine.dispose()

    async def _connected(self, engine: AsyncEngine) -> None:
        async with engine.connect() as pooled:
            connection: Any = (await pooled.get_raw_connection()).driver_connection
            own = connection.get_server_pid()

            def heard(_: object, teller: int, channel: str, word: str) -> None:
                for hear in self._hear if teller != own else ():
                    hear(word)

            await connection.add_listener(CHANNEL, heard)
            connection.add_termination_listener(lambda _: self._asked.put_nowait(_Asked(BEAT, ())))
            self._is_up.set()
            self._was_up = True
            try:
                while True:
                    await self._answer(connection)
            finally:
                # The database lets go of whatever was held.
                self._is_up.clear()
                self._down_since = self._clock()
                self._roles.clear()
                await pooled.invalidate()

    async def _answer(self, connection: Any) -> None:
        """Answer the next question, or see whether anybody is there."""
        try:
            async with asyncio.timeout(BEAT_S):
                asked = await self._asked.get()
        except TimeoutError:
            asked = _Asked(BEAT, ())
        self._untold.difference_update(asked.arguments[1:])
        try:
            said = await connection.fetchval(asked.statement, *asked.arguments, timeout=PATIENCE_S)
        except BaseException as error:
            if not asked.answer.done():
                asked.answer.set_exception(LineDownError("the database does not answer"))
                # Not everybody who asks waits for the answer.
                asked.answer.exception()
            raise error
        if not asked.answer.done():
            asked.answer.set_result(bool(said))
        elif said and asked.undo:
            await connection.fetchval(asked.undo, *asked.arguments, timeout=PATIENCE_S)

    async def _ask(self, statement: str, key: int, *, undo: str | None = None) -> bool:
        """Raises LineDownError."""
        asked = _Asked(statement, (key,), undo)
        self._asked.put_nowait(asked)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asked.answer
        except (TimeoutError, asyncio.CancelledError) as error:
            if undo and asked.was_granted:
                # The answer came, and nobody was there any more to take it.
                self._asked.put_nowait(_Asked(undo, (key,)))
            if isinstance(error, TimeoutError):
                raise LineDownError("there is no line to the database") from None
            raise

    def _let_go(self, name: str) -> None:
        # Not waited for: whoever is cancelled lets go too.
        self._asked.put_nowait(_Asked(LET_GO, (key_of(name),)))


def key_of(name: str) -> int:
    """The number of a lock, in 64 bits with a sign."""
    return int.from_bytes(hashlib.blake2b(f"kalauz {name}".encode(), digest_size=8).digest(), signed=True)
