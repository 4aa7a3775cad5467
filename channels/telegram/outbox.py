"""Delivers what is stored. The events are the queue, and each chat's cursor says how far it was delivered.

The cursor moves after each message: a crash may repeat one message, and never loses one. Where several processes
deliver, one is at a chat at a time. A row lock would hold a transaction for as long as Telegram likes to take.
"""

import asyncio
import logging
from dataclasses import dataclass

from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot import conversations
from bot.messages import Message
from bot.news import ANY, News, waited
from bot.replies import Reply
from bot.transcript import messages_of
from channels.telegram import chats
from channels.telegram.chats import Boxes, Chat
from channels.telegram.drawing import Part, draw, items_of
from channels.telegram.sending import Sender, Sleep
from knowledge_base.coordination import Coordination
from knowledge_base.database import Database

log = logging.getLogger(__name__)

# How often to look for what another process has stored, in seconds.
LOOK_S = 2.0
# The pause after a failure of our own, in seconds.
PAUSE_S = 5.0
# Chats that are written to at the same time.
AT_ONCE = 32
# Lists on the screen that a tick changes: the newest that show the paper.
REDRAWN = 5


@dataclass(frozen=True, slots=True)
class _Next:
    """The reply to deliver, its messages, and the boxes of the whole conversation as they are now."""

    chat: Chat
    message: Message
    reply: Reply
    ticked: dict[str, bool]

    @property
    def parts(self) -> list[Part]:
        return _drawn(self.chat, self.message.number, self.reply, self.ticked)


class Outbox:
    def __init__(
        self, database: Database, coordination: Coordination, news: News, sender: Sender, sleep: Sleep
    ) -> None:
        self._database = database
        self._coordination = coordination
        self._news = news
        self._sender = sender
        self._sleep = sleep
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._busy: set[int] = set()

    async def run(self) -> None:
        """Deliver whatever there is and whatever comes, until cancelled."""
        with self._news.listening() as event:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    for chat_id in await self._waiting():
                        if chat_id not in self._busy:
                            self._busy.add(chat_id)
                            tasks.create_task(self._one(chat_id, event))
                    await waited(event, LOOK_S)

    async def deliver(self, chat_id: int) -> None:
        """Send a chat everything that it has not got yet, in order."""
        while (following := await self._next(chat_id)) is not None:
            try:
                await self._step(following)
            except Forbidden:
                log.info("a chat has blocked the bot; what waits for it is kept")
                async with self._database.transaction() as session:
                    await chats.set_blocked(session, chat_id, True)
                self._news.tell(ANY)
            except ChatMigrated as error:
                async with self._database.transaction() as session:
                    await chats.move(session, chat_id, error.new_chat_id)

    async def _waiting(self) -> list[int]:
        try:
            async with self._database.reading() as session:
                return await chats.waiting(session)
        except Exception as error:
            log.error("what waits for delivery could not be read (%s)", type(error).__name__)
            return []

    async def _one(self, chat_id: int, event: asyncio.Event) -> None:
        try:
            async with self._slots, self._coordination.if_free(f"delivery {chat_id}") as is_free:
                if is_free:
                    await self.deliver(chat_id)
        except Exception as error:
            log.error("a chat could not be written to (%s); it waits", type(error).__name__)
            await self._sleep(PAUSE_S)
        else:
            if is_free:
                # What was stored since the last look at this chat found it busy.
                event.set()
        finally:
            self._busy.discard(chat_id)

    async def _next(self, chat_id: int) -> _Next | None:
        async with self._database.reading() as session:
            chat = await chats.find(session, chat_id)
            if chat is None or chat.blocked:
                return None
            stored = await conversations.events(session, chat.conversation_id, after=chat.delivered)
            following = next((m for m in messages_of(stored) if m.reply is not None), None)
            if following is None or following.reply is None:
                return None
            ticked: dict[str, bool] = {}
            if items_of(following.reply):
                ticked = _ticked(messages_of(await conversations.events(session, chat.conversation_id)))
        return _Next(chat, following, following.reply, ticked)

    async def _step(self, following: _Next) -> None:
        """Send one message and move the cursor; or redraw what a tick has changed."""
        chat, number = following.chat, following.message.number
        if following.reply.in_place and chat.parts == 0 and await self._redrawn(following):
            async with self._database.transaction() as session:
                await chats.delivered(session, chat, number)
            return
        parts = following.parts
        boxes: Boxes | None = None
        refused = False
        if chat.parts < len(parts):
            part = parts[chat.parts]
            try:
                message_id = await self._sender.send(chat.chat_id, part)
                boxes = Boxes(message_id, number, chat.parts) if part.boxes else None
            except BadRequest:
                log.warning("Telegram refused a message of event %d; it is left out", number)
                refused = True
        moved = asyncio.ensure_future(self._moved(following, len(parts), boxes, refused=refused))
        try:
            await asyncio.shield(moved)
        except asyncio.CancelledError:
            # The message is there: who stops now notes that before they go.
            await moved
            raise

    async def _moved(self, following: _Next, count: int, boxes: Boxes | None, *, refused: bool) -> None:
        """One more of `count` messages is there, or will never be."""
        chat, number = following.chat, following.message.number
        async with self._database.transaction() as session:
            if boxes is not None:
                await chats.keep_boxes(session, chat, boxes)
            if refused:
                await chats.refuse(session, chat, number)
            if chat.parts + 1 < count:
                await chats.delivered(session, chat, number - 1, chat.parts + 1)
            else:
                await chats.delivered(session, chat, number)
        if following.message.sender == "person":
            # The desk shows what has arrived.
            self._news.tell(ANY)

    async def _redrawn(self, following: _Next) -> bool:
        """Bring the messages that show the same boxes to their new state; whether there are any."""
        chat = following.chat
        changed = {item.id for item in items_of(following.reply)}
        async with self._database.reading() as session:
            shown = await chats.boxes_of(session, chat.chat_id)
            stored = await conversations.events(session, chat.conversation_id)
        replies = {message.number: message.reply for message in messages_of(stored)}
        affected = [
            (boxes, reply)
            for boxes in shown
            if (reply := replies.get(boxes.event)) and changed & {item.id for item in items_of(reply)}
        ]
        found = False
        for boxes, reply in affected[:REDRAWN]:
            parts = _drawn(chat, boxes.event, reply, following.ticked)
            try:
                await self._sender.edit(chat.chat_id, boxes.message_id, parts[boxes.part])
                found = True
            except (BadRequest, IndexError):
                async with self._database.transaction() as session:
                    await chats.forget_boxes(session, chat.chat_id, boxes.message_id)
        return found


def _drawn(chat: Chat, number: int, reply: Reply, ticked: dict[str, bool]) -> list[Part]:
    return draw(reply, conversation_id=chat.conversation_id, event=number, ticked=ticked)


def _ticked(messages: list[Message]) -> dict[str, bool]:
    """The boxes as they were last shown, by their ids."""
    return {item.id: item.ticked for message in messages if message.reply for item in items_of(message.reply)}
