"""The running service: up at once, loading in the background, then following what is published.

Nothing heavy is imported here: the process answers `/health` while `channels.assembly` still loads.
"""

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast

from bot.messages import Acting, Conversing
from retrieval.shown import Asking

log = logging.getLogger(__name__)

# How often a process looks whether something was published, in seconds.
POLL_S = 0.3
# How long it waits after a failure before it tries again, in seconds.
RETRY_S = 2.0


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


class Assembly(Protocol):
    """The heavy parts; see `channels.assembly.Assembly`."""

    asking: Asking | None
    conversing: Conversing | None
    acting: Acting | None

    @property
    def served(self) -> Served | None: ...

    async def follow(self) -> Served | None: ...

    async def close(self) -> None: ...


class Service:
    """Holds what requests need; `asking`, `conversing` and `acting` are None until the heavy parts are loaded."""

    def __init__(
        self,
        *,
        database_url: str,
        site: str,
        encoder: str | None,
        index_dir: Path,
        secret_keys: Callable[[], tuple[str, ...]],
    ) -> None:
        self._settings = {
            "database_url": database_url,
            "site": site,
            "encoder": encoder,
            "index_dir": index_dir,
            "secret_keys": secret_keys,
        }
        self._assembly: Assembly | None = None
        self._task: asyncio.Task[None] | None = None
        self.failure: str | None = None
        # Set once the heavy parts are loaded.
        self.loaded = asyncio.Event()

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

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._assembly:
            await self._assembly.close()

    async def _run(self) -> None:
        """Load, then load again whenever something was published. A failure keeps what is served."""
        while True:
            try:
                if self._assembly is None:
                    module = await asyncio.to_thread(importlib.import_module, "channels.assembly")
                    self._assembly = cast(Assembly, module.Assembly(**self._settings))
                changed = await self._assembly.follow()
                self.failure = None
                self.loaded.set()
                if changed:
                    log.info("serving %s", changed)
            except Exception as error:
                # Once for each cause, not for each try.
                if self.failure != type(error).__name__:
                    log.exception("the content could not be loaded")
                self.failure = type(error).__name__
            await asyncio.sleep(RETRY_S if self.failure else POLL_S)
