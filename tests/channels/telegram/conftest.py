"""The channel over a real engine and database, and a Telegram of our own on the other side."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rasa_sdk.events import BotUttered

from bot import conversations
from bot.engine import Engine
from bot.limits import Limits
from bot.news import News
from bot.replies import Reply, Said
from bot.vault import Vault
from channels.telegram import chats
from channels.telegram.channel import Channel
from knowledge_base.coordination import coordination
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import VAULT, clock, small_content
from tests.channels.telegram.fake import DEADLINE_S, TOKEN, Telegram, serving_telegram


class Time:
    """Seconds that go on only when somebody sleeps; nobody really does."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, delay: float) -> None:
        self.now += delay
        self.slept.append(delay)
        await asyncio.sleep(0)


class Office:
    """The program on one database: what is stopped and begun again goes on with what is stored."""

    def __init__(self, database: Database, answers: Answers, telegram: Telegram) -> None:
        self.database = database
        self.answers = answers
        self.telegram = telegram
        self.coordination = coordination(database)
        self.news = News(self.coordination)
        self.time = Time()
        self.engine = Engine(database, answers, clock(), VAULT, news=self.news)

    def limited(self, limits: Limits) -> None:
        self.engine = Engine(self.database, self.answers, clock(), VAULT, limits=limits, news=self.news)

    def channel(
        self,
        *,
        webhook: tuple[str, str] | None = ("https://example.org/telegram/webhook", "secret"),
        vault: Vault = VAULT,
    ) -> Channel:
        return Channel(
            token=TOKEN,
            api_base=self.telegram.url,
            webhook=webhook,
            database=self.database,
            coordination=self.coordination,
            vault=vault,
            news=self.news,
            engine=lambda: self.engine,
            site=self.answers.site,
            clock=self.time,
            sleep=self.time.sleep,
            hold_s=1,
            patience_s=0.5,
        )

    async def conversation(self, chat_id: int) -> tuple[str, str]:
        """The id and the token of a chat's conversation."""
        async with self.database.reading() as session:
            chat = await chats.find(session, chat_id)
        assert chat is not None
        return chat.conversation_id, VAULT.open(chat.token)["token"]

    @asynccontextmanager
    async def open(self, **how: Any) -> AsyncIterator[Channel]:
        """A channel that takes updates in and sends nothing."""
        channel = self.channel(**how)
        await channel.open()
        line = asyncio.create_task(self.coordination.run())
        try:
            yield channel
        finally:
            await channel.close()
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)

    @asynccontextmanager
    async def running(self, **how: Any) -> AsyncIterator[Channel]:
        async with self.open(**how) as channel:
            task = asyncio.create_task(channel.run())
            try:
                yield channel
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    with serving_telegram() as telegram:
        yield telegram


@pytest.fixture(scope="session")
def telegram_answers(encoder: Encoder) -> Answers:
    content = small_content()
    site = content.sites[0]
    return Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)


@pytest.fixture
def office(database: Database, telegram_answers: Answers, telegram: Telegram) -> Office:
    return Office(database, telegram_answers, telegram)


async def settled(office: Office) -> None:
    """Wait until everything that is stored was delivered."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        async with office.database.reading() as session:
            if not await chats.waiting(session):
                return
        assert time.monotonic() < deadline, "it was not delivered in time"
        await asyncio.sleep(0.01)


async def person_writes(office: Office, text: str, *, name: str, chat_id: int = 7, news: bool = True) -> None:
    """A counsellor's message, stored as the desk stores it."""
    conversation_id, _ = await office.conversation(chat_id)
    reply = Reply(outcome=None, blocks=[Said(language="en", text=text)], language="en", person=name)
    event = BotUttered(text, {"buttons": [], "custom": reply.model_dump(mode="json")}, None, 1795383762.0)
    async with office.database.transaction() as session:
        newest, _ = await conversations.last_numbers(session, conversation_id)
        await conversations.append(session, conversation_id, [event], last=newest)
    if news:
        office.news.tell(conversation_id)
