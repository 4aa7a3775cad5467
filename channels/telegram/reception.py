"""Takes updates in: each goes to the engine once, and what the engine stores is the outbox's to deliver."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from telegram import Bot, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot import conversations
from bot.messages import Conversing, Incoming, LimitError, Message, UnknownConversationError, WrongTokenError
from bot.payloads import read_payload
from bot.texts import Texts
from bot.transcript import messages_of
from bot.vault import SealedError, Vault
from channels.telegram import chats
from channels.telegram.buttons import Press
from channels.telegram.chats import Chat
from channels.telegram.drawing import Part, draw, sentence
from channels.telegram.hosting import TelegramNotReadyError
from channels.telegram.menu import its_own_copy
from channels.telegram.reading import Heard, Membership, Migrated, Pressed, read
from channels.telegram.sending import Sender
from knowledge_base.coordination import Coordination
from knowledge_base.database import Database
from retrieval.question import QuestionError

log = logging.getLogger(__name__)

# How long an answer may take before the chat shows that one is being written, in seconds.
QUIET_S = 0.4


class Reception:
    """`engine` gives the engine of the moment; `default_language` is the site's."""

    def __init__(
        self,
        *,
        bot: Bot,
        database: Database,
        coordination: Coordination,
        vault: Vault,
        engine: Callable[[], Conversing],
        sender: Sender,
        default_language: str,
    ) -> None:
        self._bot = bot
        self._database = database
        self._coordination = coordination
        self._vault = vault
        self._engine = engine
        self._sender = sender
        self._default_language = default_language
        self._saying: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for task in self._saying:
            task.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)

    async def take(self, update: Update) -> None:
        """Take an update in; when this returns, it is stored. Taken again, it does nothing.

        Raises TelegramNotReadyError for one that has to come again: its chat's conversation cannot be opened here.
        """
        said = read(update, self._bot.bot)
        match said:
            case Heard():
                async with self._alone(said.chat_id):
                    await self._hear(said)
            case Pressed(chat_id=int(chat_id)):
                async with self._alone(chat_id):
                    await self._press(said, chat_id)
            case Pressed():
                await self._answer(said)
            case Membership():
                async with self._database.transaction() as session:
                    await chats.set_blocked(session, said.chat_id, said.blocked)
            case Migrated():
                async with self._database.transaction() as session:
                    await chats.move(session, said.chat_id, said.to)

    def _alone(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """One update of a chat at a time."""
        return self._coordination.alone(f"chat {chat_id}")

    async def _hear(self, heard: Heard) -> None:
        chat = await self._found(heard.chat_id)
        if heard.edit and (chat is None or chat.heard != heard.message_id):
            # Only the newest message can be asked anew by changing it.
            return
        incoming = Incoming(heard.text, heard.client_id, heard.attachment)
        await self._receive(chat, heard, incoming)

    async def _press(self, pressed: Pressed, chat_id: int) -> None:
        chat = await self._found(chat_id)
        payload = await self._payload(chat, pressed)
        if chat is None or payload is None:
            texts = self._texts(chat.language if chat else pressed.language)
            gone = texts.gettext("This text is no longer here. Please write your question.")
            await self._answer(pressed, gone)
            return
        received = self._receive(chat, pressed, Incoming(payload, pressed.client_id))
        await asyncio.gather(self._answer(pressed), received)

    async def _payload(self, chat: Chat | None, pressed: Pressed) -> str | None:
        """What the button sends, read from the event that showed it; None where that was erased."""
        press = Press.read(pressed.data)
        if chat is None or press is None or press.conversation_id != chat.conversation_id:
            return None
        async with self._database.reading() as session:
            stored = await conversations.events(session, chat.conversation_id, after=press.event - 1)
        shown = next(iter(messages_of(stored[:1])), None)
        return press.payload(shown.reply) if shown is not None and shown.reply is not None else None

    async def _receive(self, chat: Chat | None, said: Heard | Pressed, incoming: Incoming) -> None:
        """Into the chat's conversation, or into a new one where there is none any more."""
        try:
            await self._into(chat or await self._begun(said, incoming.text), said, incoming)
        except (UnknownConversationError, WrongTokenError):
            await self._into(await self._begun(said, incoming.text), said, incoming)
        except SealedError:
            # Another process may have a newer key, and the conversation may be with a person: it is not let go of
            # unless who writes begins anew themselves.
            if not _is_start(incoming.text):
                log.error("a chat waits: its conversation was sealed with a KALAUZ_SECRET_KEY that is not known here")
                raise TelegramNotReadyError from None
            await self._into(await self._begun(said, incoming.text), said, incoming)

    async def _into(self, chat: Chat, said: Heard | Pressed, incoming: Incoming) -> None:
        async with self._database.transaction() as session:
            await chats.listen(session, chat.chat_id, heard=said.message_id if isinstance(said, Heard) else 0)
        try:
            messages = await self._thinking(chat, incoming)
        except LimitError as error:
            self._say(chat.chat_id, sentence(error.sentence))
        except QuestionError as error:
            self._say(chat.chat_id, sentence(self._refusal(error, chat)))
        else:
            self._farewell(chat, messages)

    async def _thinking(self, chat: Chat, incoming: Incoming) -> list[Message]:
        token = self._vault.open(chat.token)["token"]
        received = asyncio.ensure_future(self._engine().receive(chat.conversation_id, token, incoming))
        try:
            done, _ = await asyncio.wait([received], timeout=QUIET_S)
            if not done and chat.owner == "bot":
                with contextlib.suppress(TelegramError):
                    await self._bot.send_chat_action(chat.chat_id, ChatAction.TYPING)
            return await received
        finally:
            received.cancel()

    def _farewell(self, chat: Chat, messages: list[Message]) -> None:
        """What an erased conversation said last stands in no log any more."""
        for message in messages:
            if message.reply is None or not message.reply.ended:
                continue
            last = draw(message.reply, conversation_id=chat.conversation_id, event=message.number)
            self._say(chat.chat_id, *last, sentence(its_own_copy(self._texts(message.reply.language))))

    async def _found(self, chat_id: int) -> Chat | None:
        async with self._database.reading() as session:
            return await chats.find(session, chat_id)

    async def _begun(self, said: Heard | Pressed, text: str) -> Chat:
        """A new conversation for the chat. Its greeting is not sent before the one that `/start` brings."""
        chat_id = said.chat_id
        assert chat_id is not None  # noqa: S101
        started = await self._engine().start(channel="telegram", language=said.language)
        sealed = self._vault.seal({"token": started.token})
        delivered = started.messages[-1].number if _is_start(text) else 0
        async with self._database.transaction() as session:
            await chats.bind(session, chat_id, started.conversation_id, sealed, delivered=delivered)
            chat = await chats.find(session, chat_id)
        assert chat is not None  # noqa: S101
        if said.group:
            self._say(chat_id, sentence(self._in_group(said.language)))
        return chat

    def _in_group(self, language: str | None) -> str:
        said = self._texts(language).gettext(
            "Everybody in this group can read what you write here. You can write to me alone: {link}"
        )
        return said.format(link=self._bot.link)

    def _refusal(self, error: QuestionError, chat: Chat) -> str:
        _ = self._texts(chat.language).gettext
        if error.code == "too_long":
            return _("This message is too long. Please write at most 2000 characters.")
        return _("This message could not be taken.")

    def _texts(self, language: str | None) -> Texts:
        return Texts(language or self._default_language)

    def _say(self, chat_id: int, *parts: Part) -> None:
        """Something of the moment, which is not kept; nobody waits for it to be sent."""

        async def say() -> None:
            with contextlib.suppress(TelegramError):
                for part in parts:
                    await self._sender.send(chat_id, part)

        task = asyncio.create_task(say())
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _answer(self, pressed: Pressed, text: str | None = None) -> None:
        """Stop the button's waiting; one that was pressed long ago waits no more."""
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(pressed.query_id, text, show_alert=text is not None)


def _is_start(text: str) -> bool:
    command = read_payload(text)
    return command is not None and command.name == "start"
