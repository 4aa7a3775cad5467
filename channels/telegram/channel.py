"""The channel put together: one bot, what takes updates in, and what delivers."""

import asyncio
import logging
import time
from collections.abc import Callable
from itertools import groupby

from telegram import Bot, Update
from telegram.error import BadRequest, TelegramError
from telegram.request import HTTPXRequest

from bot.messages import Conversing
from bot.news import News
from bot.vault import Vault
from channels.telegram.hosting import TelegramSetupError
from channels.telegram.menu import set_menu
from channels.telegram.outbox import AT_ONCE, Outbox
from channels.telegram.presence import Presence
from channels.telegram.reading import UPDATES, understood
from channels.telegram.reception import Reception
from channels.telegram.sending import Sender, Sleep, patiently
from knowledge_base.coordination import Coordination
from knowledge_base.database import Database
from knowledge_base.documents import Site

log = logging.getLogger(__name__)

# How long Telegram holds a question for new updates open, in seconds.
HOLD_S = 30
# How long an answer of Telegram may take, in seconds.
PATIENCE_S = 15.0
# The role of the process that asks for updates: Telegram refuses a second one.
POLLING = "telegram polling"
# How often an update is tried that fails, before it is passed over, and the pauses between, in seconds.
TRIES = 4
PAUSE_S = 2.0


class Channel:
    """`webhook` is its public address and its secret; None for polling. `engine` gives the engine of the moment."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str,
        webhook: tuple[str, str] | None,
        database: Database,
        coordination: Coordination,
        vault: Vault,
        news: News,
        engine: Callable[[], Conversing],
        site: Site,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        hold_s: int = HOLD_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        base = api_base.rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=HTTPXRequest(connection_pool_size=2 * AT_ONCE, read_timeout=patience_s, pool_timeout=patience_s),
        )
        self._webhook = webhook
        self._site = site
        self._sleep = sleep
        self._hold_s = hold_s
        sender = Sender(self._bot, clock=clock, sleep=sleep)
        self._coordination = coordination
        self._outbox = Outbox(database, coordination, news, sender, sleep)
        self._presence = Presence(self._bot, database, news)
        self._reception = Reception(
            bot=self._bot,
            database=database,
            coordination=coordination,
            vault=vault,
            engine=engine,
            sender=sender,
            default_language=site.default_language,
        )

    async def open(self) -> str:
        """Introduce ourselves to Telegram; the bot's name. Raises TelegramSetupError."""
        try:
            await patiently(self._bot.initialize, self._sleep)
        except TelegramError:
            raise TelegramSetupError("KALAUZ_TELEGRAM_TOKEN is no token that Telegram knows") from None
        if self._webhook is None:
            await patiently(self._bot.delete_webhook, self._sleep)
            return self._bot.username
        address, secret = self._webhook
        try:
            await patiently(
                lambda: self._bot.set_webhook(address, secret_token=secret, allowed_updates=UPDATES), self._sleep
            )
        except BadRequest as error:
            raise TelegramSetupError(f"Telegram refuses KALAUZ_TELEGRAM_WEBHOOK_URL ({error.message})") from None
        return self._bot.username

    async def run(self) -> None:
        """Deliver, and poll where there is no webhook, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._outbox.run())
            tasks.create_task(self._presence.run())
            site = self._site
            tasks.create_task(set_menu(self._bot, site.languages, site.default_language, self._sleep))
            if self._webhook is None:
                tasks.create_task(self._poll())

    async def close(self) -> None:
        await self._reception.close()
        await self._bot.shutdown()

    async def take(self, update: object) -> None:
        """An update as Telegram's webhook sends it. Raises NotAnUpdateError."""
        await self._reception.take(understood(update, self._bot.bot))

    async def _poll(self) -> None:
        """Updates are asked for anew until all of the last ones are stored: a crash loses none."""
        offset = 0
        while True:
            await self._coordination.lead(POLLING)
            updates = await patiently(
                lambda: self._bot.get_updates(offset=offset, timeout=self._hold_s, allowed_updates=UPDATES),  # noqa: B023
                self._sleep,
            )
            chats = groupby(sorted(updates, key=_chat_of), key=_chat_of)
            await asyncio.gather(*(self._take_in_order(list(of_chat)) for _, of_chat in chats))
            offset = max((update.update_id + 1 for update in updates), default=offset)

    async def _take_in_order(self, updates: list[Update]) -> None:
        for update in sorted(updates, key=lambda update: update.update_id):
            await self._take_patiently(update)

    async def _take_patiently(self, update: Update) -> None:
        tries = 0
        while tries < TRIES:
            if tries:
                await self._sleep(PAUSE_S * tries)
            try:
                await self._reception.take(update)
                return
            except Exception as error:
                log.error("update %d could not be taken (%s)", update.update_id, type(error).__name__)
                # Of a database that is out of reach no update is the cause: it is waited for.
                tries = max(1, tries) if isinstance(error, OSError) else tries + 1


def _chat_of(update: Update) -> int:
    return update.effective_chat.id if update.effective_chat else 0
