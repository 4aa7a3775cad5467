"""A desk here, another one behind a bridge, and a clock that stands until it is wound."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.staff.accounts import Accounts
from bot.staff.member import Member
from channels.bridge.channel import Channel
from channels.bridge.hosting import Bridge
from channels.bridge.signature import signature
from knowledge_base.coordination import coordination
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import small_content
from tests.bot.handoff.conftest import Migrant, Office, Watch, hired
from tests.channels.bridge.fakes import SECRET, TOKEN, Chatwoot, Fake, Hook, Zammad, serving

ALWAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "opens": "00:00", "closes": "24:00"}]


class World:
    """`dezso` is the account that stands for the other desk; `anna` works at the desk here."""

    def __init__(self, office: Office, bridge: Bridge, dezso: Member, anna: Member) -> None:
        self.office = office
        self.bridge = bridge
        self.dezso = dezso
        self.anna = anna
        self.coordination = coordination(office.database)
        self.channel = self._channel()

    def _channel(self) -> Channel:
        return Channel(
            bridge=self.bridge,
            database=self.office.database,
            coordination=self.coordination,
            news=self.office.news,
            desk=lambda: self.office.desk,
            staff=Accounts(self.office.database, self.office.watch, builders.passwords()),
            site=self.office.answers.site.id,
            clock=self.office.watch,
            chance=lambda: 0.0,
            patience_s=0.8,
        )

    async def restart(self) -> None:
        """As after a crash: nothing is known but what was stored."""
        await self.channel.close()
        self.office.start()
        self.channel = self._channel()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """As in the server: it looks by itself."""
        task = asyncio.create_task(self.channel.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def look(self, **later: float) -> None:
        """Have told what is due, some time later."""
        self.office.watch.wind(**later)
        await self.channel.outbox.look()

    async def asks(self, *before: str) -> Migrant:
        migrant = await self.office.migrant()
        await migrant.say(*before, "/human")
        return migrant

    async def handoff(self, migrant: Migrant) -> int:
        found = await self.office.desk.inbox(self.anna)
        return next(one.id for one in found if one.conversation_id == migrant.started.conversation_id)

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers by which the other desk shows that it is itself."""
        stamp = str(int(self.office.watch().timestamp()))
        match self.bridge.kind:
            case "webhook":
                return {"kalauz-timestamp": stamp, "kalauz-signature": signature(SECRET, stamp, body)}
            case "chatwoot":
                return {"x-chatwoot-timestamp": stamp, "x-chatwoot-signature": signature(SECRET, stamp, body)}
            case "zammad":
                return {"x-hub-signature": f"sha1={hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}"}

    async def hears(self, letter: dict[str, Any]) -> str:
        """The other desk's webhook calls."""
        body = json.dumps(letter).encode()
        return await self.channel.take(self.signed(body), body)


async def world_over(office: Office, kind: Any, fake: Fake) -> AsyncIterator[World]:
    dezso = await hired(office.database, "Dezső", languages=["en"], weekly=ALWAYS)
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALWAYS)
    url = f"{fake.url}/letters" if kind == "webhook" else fake.url
    place = {"webhook": "", "zammad": "Migrants", "chatwoot": "1/4"}[kind]
    bridge = Bridge(kind=kind, url=url, staff=dezso.login, secret=SECRET, token=TOKEN, place=place)
    world = World(office, bridge, dezso, anna)
    line = asyncio.create_task(world.coordination.run())
    yield world
    line.cancel()
    await asyncio.gather(line, return_exceptions=True)
    await world.channel.close()


@pytest.fixture(scope="session")
def answers(encoder: Encoder) -> Answers:
    content = small_content()
    site = content.sites[0]
    return Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)


@pytest.fixture
def office(database: Database, answers: Answers) -> Office:
    return Office(database, answers, Watch())


@pytest.fixture
def hook() -> Iterator[Hook]:
    fake = Hook()
    with serving(fake):
        yield fake


@pytest.fixture
def zammad() -> Iterator[Zammad]:
    fake = Zammad()
    with serving(fake):
        yield fake


@pytest.fixture
def chatwoot() -> Iterator[Chatwoot]:
    fake = Chatwoot()
    with serving(fake):
        yield fake


@pytest.fixture
async def world(office: Office, hook: Hook) -> AsyncIterator[World]:
    """With a webhook."""
    async for world in world_over(office, "webhook", hook):
        yield world


@pytest.fixture
async def zammad_world(office: Office, zammad: Zammad) -> AsyncIterator[World]:
    async for world in world_over(office, "zammad", zammad):
        yield world


@pytest.fixture
async def chatwoot_world(office: Office, chatwoot: Chatwoot) -> AsyncIterator[World]:
    async for world in world_over(office, "chatwoot", chatwoot):
        yield world
