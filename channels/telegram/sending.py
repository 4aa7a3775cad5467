"""Calls that write to chats: at Telegram's pace, and again until Telegram has taken them or refused."""

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from channels.telegram.drawing import Key, Part
from channels.telegram.pace import Pace

log = logging.getLogger(__name__)

Result = TypeVar("Result")

# The pause after a first failure and the longest one, in seconds; each is twice the one before.
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


class Sleep(Protocol):
    """Such as `asyncio.sleep`."""

    def __call__(self, delay: float, /) -> Awaitable[object]: ...


async def patiently(call: Callable[[], Awaitable[Result]], sleep: Sleep = asyncio.sleep) -> Result:
    """The call's result, however often Telegram is out of reach or says "later".

    What no repetition mends is raised: BadRequest, Forbidden, ChatMigrated, InvalidToken. An error's own text is never
    logged, as it may hold the token.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except RetryAfter as error:
            await sleep(_asked_s(error))
        except (BadRequest, Forbidden, ChatMigrated, InvalidToken):
            raise
        except TelegramError as error:
            log.warning("Telegram could not be asked (%s); again in %g s", type(error).__name__, pause)
            await sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def _asked_s(error: RetryAfter) -> float:
    """How long Telegram asks to wait, in seconds."""
    with warnings.catch_warnings():
        # It says that this will be a timedelta one day.
        warnings.simplefilter("ignore")
        asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else asked


class Sender:
    """Writes to chats. `clock` gives seconds that only go forward."""

    def __init__(self, bot: Bot, *, clock: Callable[[], float], sleep: Sleep) -> None:
        self._bot = bot
        self._pace = Pace()
        self._clock = clock
        self._sleep = sleep

    async def send(self, chat_id: int, part: Part) -> int:
        """The number of the message. Raises BadRequest, Forbidden or ChatMigrated."""

        async def call() -> int:
            await self._turn(chat_id)
            message = await self._bot.send_message(
                chat_id,
                part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(part.rows),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            return message.message_id

        return await patiently(call, self._sleep)

    async def edit(self, chat_id: int, message_id: int, part: Part) -> None:
        """Show something else in a message's place. Raises BadRequest, Forbidden or ChatMigrated."""

        async def call() -> None:
            await self._turn(chat_id)
            await self._bot.edit_message_text(
                part.html,
                chat_id,
                message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(part.rows),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )

        try:
            await patiently(call, self._sleep)
        except BadRequest as error:
            if "not modified" not in error.message:
                raise

    async def _turn(self, chat_id: int) -> None:
        while (wait := self._pace.wait_s(chat_id, self._clock())) > 0:
            await self._sleep(wait)


def keyboard(rows: tuple[tuple[Key, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(k.title, callback_data=k.data) for k in row] for row in rows])
