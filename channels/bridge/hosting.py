"""The bridge's place in the server: started and stopped with the app, and loaded only where one is set up.

Nothing heavy is imported here: see `channels.service`.
"""

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

from bot.handoff.inbox import Counselling
from channels.service import Service, now

log = logging.getLogger(__name__)

Kind = Literal["webhook", "zammad", "chatwoot"]
State = Literal["off", "starting", "on", "failed"]

# The pause before another try after a failure, in seconds.
RETRY_S = 10.0


@dataclass(frozen=True, slots=True)
class Bridge:
    """How the other desk is reached; see the settings `KALAUZ_BRIDGE…`."""

    kind: Kind
    url: str
    staff: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    place: str = ""


class BridgeSetupError(RuntimeError):
    """The account that stands for the other desk is missing; the message says which setting to look at."""


class BridgeOffError(LookupError):
    """There is no bridge here."""


class BridgeNotReadyError(RuntimeError):
    """The bridge is still starting, or has failed and tries again."""


class NotALetterError(ValueError):
    """What came in is not what the other desk sends."""


class _Channel(Protocol):
    """See `channels.bridge.channel.Channel`."""

    async def open(self) -> None: ...

    async def run(self) -> None: ...

    async def take(self, headers: Mapping[str, str], body: bytes) -> str: ...

    async def close(self) -> None: ...


class BridgeHost:
    """Starts the bridge when the service has loaded; a failure never touches the desk here."""

    def __init__(self, service: Service, bridge: Bridge | None) -> None:
        self._service = service
        self._bridge = bridge
        self._channel: _Channel | None = None
        self._task: asyncio.Task[None] | None = None
        self.state: State = "starting" if bridge else "off"

    def start(self) -> None:
        if self._bridge:
            self._task = asyncio.create_task(self._run(self._bridge))

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def take(self, headers: Mapping[str, str], body: bytes) -> str:
        """Take a webhook's call in, and say what became of it.

        Raises BridgeOffError, BridgeNotReadyError, NotSignedError or NotALetterError.
        """
        if self._bridge is None:
            raise BridgeOffError("there is no other desk here")
        if self._channel is None:
            raise BridgeNotReadyError
        try:
            return await self._channel.take(headers, body)
        except BridgeSetupError as error:
            log.error("a reply of the other desk has to come again: %s", error)
            raise BridgeNotReadyError from None

    async def _run(self, bridge: Bridge) -> None:
        """Run the bridge, and after a failure run it anew: an account can be made while the server runs."""
        while True:
            try:
                await self._run_once(bridge)
            except BridgeSetupError as error:
                if self.state != "failed":
                    log.error("the bridge to the other desk is down: %s", error)
            except Exception as error:
                log.error("the bridge failed (%s); it starts again in %g s", type(error).__name__, RETRY_S)
            self.state = "failed"
            await asyncio.sleep(RETRY_S)

    async def _run_once(self, bridge: Bridge) -> None:
        await self._service.loaded.wait()
        module = await asyncio.to_thread(importlib.import_module, "channels.bridge.channel")
        assembly: Any = self._service.assembly
        channel = cast(
            _Channel,
            module.Channel(
                bridge=bridge,
                database=assembly.database,
                coordination=assembly.coordination,
                news=assembly.news,
                desk=self._desk,
                staff=assembly.staff,
                site=assembly.asking.site.id,
                clock=now,
            ),
        )
        try:
            await channel.open()
            self._channel = channel
            self.state = "on"
            log.info("cases go to another desk, by %s", bridge.kind)
            await channel.run()
        finally:
            self._channel = None
            await channel.close()

    def _desk(self) -> Counselling:
        desk = self._service.desk
        assert desk is not None  # noqa: S101
        return desk
