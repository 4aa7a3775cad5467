"""The running service: up at once, loading in the background, then following what is published.

Nothing heavy is imported here: the process answers `/health` while `channels.assembly` still loads.
"""

import asyncio
import contextlib
import gc
import importlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from bot.editing.work import Editing, Exchanging
from bot.handoff.inbox import Counselling
from bot.messages import Acting, Conversing, Watch
from bot.needs.work import Needs
from bot.staff.member import Staff
from retrieval.shown import Asking

log = logging.getLogger(__name__)

# How long it waits after a failure before it tries again, in seconds.
RETRY_S = 2.0
# How often the clock does what it has to do, in seconds.
TEND_S = 10.0
# How long the database may take to say that it is well, in seconds.
CHECK_S = 2.0


class NoContentError(RuntimeError):
    """The database has no articles yet, or not the site."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Served:
    """What is answered from right now."""

    content_version: int
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, in the whole site: cases for a counsellor, `urgent` ones among them, and messages to be delivered.

    `oldest_s` is how old the oldest of those is, in seconds, 0 where none waits: to telegram, and to the bridge.
    """

    waiting: int
    urgent: int
    oldest_s: dict[str, float]


class Assembly(Protocol):
    """The heavy parts; see `channels.assembly.Assembly`."""

    asking: Asking | None
    conversing: Conversing | None
    acting: Acting | None
    staff: Staff | None
    desk: Counselling | None
    editing: Editing | None
    needs: Needs | None
    exchange: Exchanging | None

    @property
    def served(self) -> Served | None: ...

    @property
    def time_zone(self) -> ZoneInfo | None: ...

    @property
    def line_down_s(self) -> float | None: ...

    async def follow(self, *, at_once: bool) -> Served | None: ...

    async def keep_in_touch(self) -> None: ...

    async def published(self) -> None: ...

    async def check(self) -> None: ...

    async def tend(self) -> None: ...

    async def backlog(self) -> Backlog: ...

    async def close(self) -> None: ...


@contextlib.contextmanager
def growing() -> Iterator[None]:
    """While what is loaded grows, the collector would look through all of it again and again, and find nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Service:
    """Holds what requests need; what is None is not loaded yet."""

    def __init__(
        self,
        *,
        database_url: str,
        site: str,
        encoder: str | None,
        index_dir: Path,
        secret_keys: Callable[[], tuple[str, ...]],
        watch: Watch,
    ) -> None:
        self._settings = {
            "database_url": database_url,
            "site": site,
            "encoder": encoder,
            "index_dir": index_dir,
            "secret_keys": secret_keys,
            "watch": watch,
        }
        self._assembly: Assembly | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.failure: str | None = None
        # Set once the heavy parts are loaded.
        self.loaded = asyncio.Event()
        # Set when the server stops: what streams ends then, for a server waits for its open responses.
        self.ending = asyncio.Event()

    @property
    def assembly(self) -> Assembly | None:
        return self._assembly

    @property
    def served(self) -> Served | None:
        return self._assembly.served if self._assembly else None

    @property
    def asking(self) -> Asking | None:
        return self._assembly.asking if self._assembly else None

    @property
    def conversing(self) -> Conversing | None:
        return self._assembly.conversing if self._assembly else None

    @property
    def acting(self) -> Acting | None:
        return self._assembly.acting if self._assembly else None

    @property
    def staff(self) -> Staff | None:
        """Who can sign in; None until the database is there."""
        return self._assembly.staff if self._assembly else None

    @property
    def time_zone(self) -> ZoneInfo | None:
        """The site's; None until the site is known."""
        return self._assembly.time_zone if self._assembly else None

    @property
    def desk(self) -> Counselling | None:
        return self._assembly.desk if self._assembly else None

    @property
    def editing(self) -> Editing | None:
        return self._assembly.editing if self._assembly else None

    @property
    def needs(self) -> Needs | None:
        return self._assembly.needs if self._assembly else None

    @property
    def exchange(self) -> Exchanging | None:
        """Texts for translators; None until the database is there."""
        return self._assembly.exchange if self._assembly else None

    @property
    def line_down_s(self) -> float | None:
        """For how long the line to the other processes has been down, in seconds; None where there is none."""
        return self._assembly.line_down_s if self._assembly else None

    async def backlog(self) -> Backlog | None:
        """None while it is loading, and where the database does not answer."""
        if self._assembly is None or self.served is None:
            return None
        try:
            return await self._assembly.backlog()
        except Exception as error:
            log.error("what waits could not be counted (%s)", type(error).__name__)
            return None

    async def check(self) -> None:
        """Raises whatever keeps the database from working, or TimeoutError where it does not answer."""
        if self._assembly is not None:
            async with asyncio.timeout(CHECK_S):
                await self._assembly.check()

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._tend())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._assembly:
            await self._assembly.close()
            # FastAPI's caches keep an app, and what it holds, for as long as the process lives.
            self._assembly = None

    async def _run(self) -> None:
        """Load, then follow whenever something was published. A failure keeps what is served."""
        while True:
            try:
                with contextlib.nullcontext() if self.loaded.is_set() else growing():
                    await self._follow()
                self.failure = None
                self.loaded.set()
            except Exception as error:
                # Once for each cause, not for each try.
                if self.failure != type(error).__name__:
                    log.exception("the content could not be loaded")
                self.failure = type(error).__name__
            if self._assembly is None or self.failure:
                await asyncio.sleep(RETRY_S)
            else:
                await self._assembly.published()

    async def _follow(self) -> None:
        if self._assembly is None:
            module = await asyncio.to_thread(importlib.import_module, "channels.assembly")
            self._assembly = cast(Assembly, module.Assembly(**self._settings))
            self._tasks.append(asyncio.create_task(self._assembly.keep_in_touch()))
        await self._assembly.follow(at_once=True)

    async def _tend(self) -> None:
        """Let nobody be forgotten at the desk, publish what was planned for now, and keep nothing beyond its time."""
        while True:
            await asyncio.sleep(TEND_S)
            try:
                if self._assembly is not None:
                    await self._assembly.tend()
            except Exception:
                log.exception("what the clock has to do could not be done")
