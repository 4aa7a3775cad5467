"""Shows in a chat that a person types there. It is a sign of the moment: what cannot be shown is let go."""

import asyncio
import logging

from telegram import Bot
from telegram.constants import ChatAction

from bot.news import ANY_TYPING, News
from channels.telegram import chats
from knowledge_base.database import Database

log = logging.getLogger(__name__)


class Presence:
    def __init__(self, bot: Bot, database: Database, news: News) -> None:
        self._bot = bot
        self._database = database
        self._news = news

    async def run(self) -> None:
        """Show it whenever a counsellor types, until cancelled. Telegram lets go of it after five seconds."""
        with self._news.listening(ANY_TYPING) as listener:
            while True:
                await listener.wait()
                listener.clear()
                _, typing = listener.heard()
                await asyncio.gather(*(self._show(one.conversation_id) for one in typing if one.by is not None))

    async def _show(self, conversation_id: str) -> None:
        try:
            async with self._database.reading() as session:
                chat_id = await chats.chat_of(session, conversation_id)
            if chat_id is not None:
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
        except Exception as error:
            log.info("it could not be shown that a person types (%s)", type(error).__name__)
