"""The channel's place in the server: started and stopped with the app, and loaded only where there is a token.

Nothing heavy is imported here: see `channels.service`.
"""

import asyncio
import contextlib
import hashlib
import hmac
import importlib
import logging
from collections.abc import Callable
from typing import Any, Literal, Protocol, cast

from bot.messages import Conversing
from channels.service import Service

log = logging.getLogger(__name__)

State = Literal["off", "starting", "polling", "webhook", "failed"]

# The pause before another try after a failure, in seconds.
RETRY_S = 10.0
# The same after Telegram refused the token or the address: its reason may pass, such as a name that was not found.
REFUSED_S = 180.0


class TelegramSetupError(RuntimeError):
    """Telegram does not know the token, or refuses the address; the message says which setting to look at."""


class TelegramOffError(LookupError):
    """There is no webhook here."""


class TelegramNotReadyError(RuntimeError):
    """The update has to come again: the channel is still starting, or has not the key of the chat's conversation."""


class NotAnUpdateError(ValueError):
    """What came to the webhook is no update of Telegram."""


class _Channel(Protocol):
    """See `channels.telegram.channel.Channel`."""

    async def open(self) -> str: ...

    async def run(self) -> None: ...

    async def take(self, update: object) -> None: ...

    async def close(self) -> None: ...


def webhook_secret(key: str) -> str:
    """What Telegram sends with every update, made from the site's key: 64 hexadecimal digits."""
    return hmac.new(key.encode(), b"kalauz-telegram-webhook", hashlib.sha256).hexdigest()


class TelegramHost:
    """Starts the channel when the service has loaded; `state` says how it is doing.

    `webhook_url` is the public address of the webhook; None for polling. A failure never touches the web side.
    """

    def __init__(
        self,
        service: Service,
        *,
        token: str | None,
        webhook_url: str | None,
        api_base: str,
        secret_keys: Callable[[], tuple[str, ...]],
    ) -> None:
        self._service = service
        self._token = token
        self._webhook_url = webhook_url
        self._api_base = api_base
        self._secret_keys = secret_keys
        self._secret: str | None = None
        self._channel: _Channel | None = None
        self._task: asyncio.Task[None] | None = None
        # Why Telegram refuses us at the moment.
        self._refusal: str | None = None
        self.state: State = "starting" if token else "off"

    def start(self) -> None:
        if self._token:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def is_from_telegram(self, secret: str | None) -> bool:
        """Whether an update came with the right secret. Raises TelegramOffError where there is no webhook."""
        if not self._token or not self._webhook_url:
            raise TelegramOffError("there is no Telegram webhook here")
        expected = self._secret
        return expected is not None and hmac.compare_digest((secret or "").encode(), expected.encode())

    async def take(self, update: object) -> None:
        """Store an update. Raises TelegramNotReadyError or NotAnUpdateError."""
        if self._channel is None or self.state != "webhook":
            raise TelegramNotReadyError
        await self._channel.take(update)

    async def _run(self) -> None:
        """Run the channel, and after a failure run it anew."""
        while True:
            pause = RETRY_S
            try:
                await self._run_once()
            except TelegramSetupError as error:
                pause = REFUSED_S
                # Once for each reason, not for each try.
                if self._refusal != str(error):
                    log.error("Telegram is off until this is mended: %s; it is tried every %g s", error, pause)
                self._refusal = str(error)
            except Exception as error:
                log.error("Telegram failed (%s); it starts again in %g s", type(error).__name__, pause)
            self.state = "failed"
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        if self._webhook_url:
            self._secret = webhook_secret((await asyncio.to_thread(self._secret_keys))[0])
        await self._service.loaded.wait()
        module = await asyncio.to_thread(importlib.import_module, "channels.telegram.channel")
        assembly: Any = self._service.assembly
        webhook = (self._webhook_url, self._secret) if self._webhook_url else None
        channel = self._channel = cast(
            _Channel,
            module.Channel(
                token=self._token,
                api_base=self._api_base,
                webhook=webhook,
                database=assembly.database,
                coordination=assembly.coordination,
                vault=assembly.vault,
                news=assembly.news,
                engine=self._engine,
                site=assembly.asking.site,
            ),
        )
        try:
            name = await channel.open()
            self.state = "webhook" if webhook else "polling"
            self._refusal = None
            log.info("Telegram: @%s, by %s", name, self.state)
            await channel.run()
        finally:
            self._channel = None
            await channel.close()

    def _engine(self) -> Conversing:
        engine = self._service.conversing
        assert engine is not None  # noqa: S101
        return engine
