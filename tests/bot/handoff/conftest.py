"""A desk with counsellors, and migrants who write to it, over a real database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import conversations
from bot.engine import Engine
from bot.handoff import counsellors
from bot.handoff.delivery import Deliveries
from bot.handoff.desk import Desk
from bot.handoff.inbox import Entry
from bot.handoff.profile import Profile
from bot.messages import Incoming, Message, Started
from bot.news import News
from bot.replies import Buttons
from bot.staff.accounts import Accounts
from bot.staff.member import Member, Role
from bot.tables import ConversationRow
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests import builders
from tests.bot.conftest import VAULT
from tests.conftest import NOW


class Watch:
    """A clock that stands until it is wound."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wind(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Migrant:
    engine: Engine
    started: Started
    sent: int = 0
    replies: list[Message] = field(default_factory=list)

    async def say(self, *texts: str) -> list[Message]:
        """Write messages; returns what came back on the last."""
        for text in texts:
            self.sent += 1
            incoming = Incoming(text, f"message-{self.sent}")
            self.replies = await self.engine.receive(self.started.conversation_id, self.started.token, incoming)
        return [message for message in self.replies if message.sender != "migrant"]

    async def press(self, title: str) -> list[Message]:
        """Press the newest button with this title."""
        for message in reversed(await self.read()):
            blocks = message.reply.blocks if message.reply else []
            for block in blocks:
                for button in block.buttons if isinstance(block, Buttons) else []:
                    if button.title == title:
                        return await self.say(button.payload)
        raise AssertionError(f"there is no button {title!r}")

    async def read(self) -> list[Message]:
        return await self.engine.messages(self.started.conversation_id, self.started.token, after=0)

    async def last(self) -> Message:
        return (await self.read())[-1]

    async def erase(self) -> None:
        await self.engine.erase(self.started.conversation_id, self.started.token)


async def hired(database: Database, name: str, role: Role = "counsellor", **profile: Any) -> Member:
    """An account, with a profile where one is given."""
    accounts = Accounts(database, lambda: NOW, builders.passwords())
    login = f"staff{len(await accounts.everybody())}"
    member = await accounts.add(login, name=name, role=role, password="a plain long sentence", by="(test)")
    if profile:
        async with database.transaction() as session:
            await counsellors.introduce(session, member.id, Profile.model_validate(profile))
    return member


@dataclass
class Office:
    """An engine and a desk over one database and one clock."""

    database: Database
    answers: Answers
    watch: Watch
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As after a crash: nothing is known but what was stored."""
        told = Deliveries()
        self.engine = Engine(self.database, self.answers, self.watch, VAULT, news=self.news, deliveries=told)
        self.desk = Desk(self.database, self.answers, self.watch, VAULT, news=self.news, deliveries=told)

    async def migrant(self, language: str = "en", channel: str = "web") -> Migrant:
        return Migrant(self.engine, await self.engine.start(channel=channel, language=language))

    async def owner(self, migrant: Migrant) -> str:
        async with self.database.reading() as session:
            return (await session.get_one(ConversationRow, migrant.started.conversation_id)).owner

    async def states(self, migrant: Migrant) -> list[str]:
        """The states that the conversation's events tell of."""
        async with self.database.reading() as session:
            stored = await conversations.memory(session, migrant.started.conversation_id)
        slots = [event.data for event in stored if event.data["event"] == "slot" and event.data["name"] == "handoff"]
        return [slot["value"]["state"] for slot in slots]

    async def entry(self, member: Member) -> Entry:
        """The only case in the inbox."""
        (found,) = await self.desk.inbox(member)
        return found


@pytest.fixture
def office(database: Database, answers: Answers) -> Office:
    return Office(database, answers, Watch())
