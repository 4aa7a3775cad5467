"""The console over a real database, with a clock that can be moved, driven over HTTP."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from bot.editing.editors import Editors
from bot.editing.exchange import Exchange
from bot.editing.work import Editing, Exchanging
from bot.engine import Engine
from bot.handoff.delivery import Deliveries, Reached
from bot.handoff.desk import Desk
from bot.handoff.inbox import Counselling
from bot.needs.survey import Survey
from bot.needs.work import Needs
from bot.news import News
from bot.staff.accounts import Accounts
from bot.staff.member import Member, Role, Staff
from channels.console.app import console_app
from channels.console.frame import ROOT
from channels.console.sessions import COOKIE
from knowledge_base.database import Database
from knowledge_base.documents import Article, Content
from retrieval.answers import Answers
from tests import builders
from tests.bot.conftest import VAULT, answers, library, small_content  # noqa: F401
from tests.bot.handoff.conftest import Migrant
from tests.conftest import NOW
from tests.databases import chosen_url
from tests.knowledge_base.stored import stored, take_in

Result = TypeVar("Result")
PASSWORD = "a plain long sentence"
KEY = "a key for the tests of the console"


@dataclass
class FakeService:
    """What the service gives the console; nothing of it needs the heavy parts."""

    staff: Staff | None
    time_zone: ZoneInfo | None
    desk: Counselling | None = None
    editing: Editing | None = None
    needs: Needs | None = None
    exchange: Exchanging | None = None
    ending: asyncio.Event = field(default_factory=asyncio.Event)


class House:
    """A running console, its accounts, and its clock."""

    def __init__(
        self, client: TestClient, app: FastAPI, accounts: Accounts, service: FakeService, database: Database
    ) -> None:
        self.client = client
        self.app = app
        self.accounts = accounts
        self.service = service
        self.database = database
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def goes_on(self, by: timedelta) -> None:
        self.time += by

    def call(self, work: Callable[..., Awaitable[Result]], *arguments: Any) -> Result:
        """Run work in the console's own loop."""
        assert self.client.portal is not None
        return self.client.portal.call(work, *arguments)

    def add(self, login: str, role: Role = "editor", language: str = "en") -> Member:
        async def work() -> Member:
            return await self.accounts.add(
                login, name=login.title(), role=role, password=PASSWORD, language=language, by="(test)"
            )

        return self.call(work)

    def member(self, login: str) -> Member:
        return self.call(self.accounts.by_login, login)

    def visitor(self, login: str | None = None, **headers: str) -> "Visitor":
        """Somebody with a browser of their own; signed in, if a login is given."""
        visitor = Visitor(self.client, headers)
        if login is not None:
            assert visitor.sign_in(login).status_code == 303
        return visitor


class Visitor:
    """A browser: it keeps cookies and sends the token of the form that it saw last."""

    def __init__(self, client: TestClient, headers: dict[str, str]) -> None:
        self._client = client
        self.headers = headers
        self.cookie = ""
        self.token = ""

    def request(self, method: str, path: str, **more: Any) -> Response:
        headers: dict[str, str | bytes] = {**self.headers, **more.pop("headers", {})}
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}".encode("latin-1")
        response = self._client.request(method, ROOT + path, headers=headers, follow_redirects=False, **more)
        self._client.cookies.clear()
        if kept := response.cookies.get(COOKIE):
            self.cookie = kept
        if found := re.search(r'name="csrf" value="([^"]+)"', response.text):
            self.token = found[1]
        return response

    def get(self, path: str, **more: Any) -> Response:
        return self.request("GET", path, **more)

    def send(self, path: str, /, **fields: str) -> Response:
        """Send a form, with the token of the last page."""
        return self.request("POST", path, data={"csrf": self.token, **fields})

    def sign_in(self, login: str, password: str = PASSWORD, **fields: str) -> Response:
        self.get("/sign-in")
        return self.send("/sign-in", login=login, password=password, **fields)

    def is_signed_in(self) -> bool:
        return self.get("/").status_code == 200


def form_of(page: Response) -> dict[str, str]:
    """What the page's forms hold, as a browser would send it without pressing anything."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page.text):
        found = dict(re.findall(r'(\S+?)="([^"]*)"', tag))
        if "name" in found and (found.get("type") != "checkbox" or tag.rstrip(">").endswith(" checked")):
            fields[found["name"]] = unescape(found.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page.text):
        fields[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = unescape(chosen[1]) if chosen else ""
    return fields


def write(visitor: Visitor, path: str, act: str = "save", page: Response | None = None, **changes: str) -> Response:
    """Change the form of a page (the one at the path, unless another is given) and send it."""
    fields = form_of(page or visitor.get(path)) | {"act": act}
    fields |= {key.replace("__", "-"): said for key, said in changes.items()}
    return visitor.send(path, **{key: said for key, said in fields.items() if key != "csrf"})


def words(response: Response) -> str:
    """What a page says: its text without markup, and without the marks that keep names apart."""
    text = unescape(re.sub(r"<[^>]+>", " ", response.text))
    return " ".join(text.replace("\u2068", "").replace("\u2069", "").split())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = Database(chosen_url(tmp_path))
    accounts = Accounts(database, lambda: house.now(), builders.passwords(), vault=VAULT)
    service = FakeService(accounts, ZoneInfo("Europe/Budapest"))
    app = FastAPI()
    console = console_app(lambda: service, lambda: (KEY,), lambda: house.now())
    app.mount(ROOT, console)
    with TestClient(app, raise_server_exceptions=False) as client:
        house = House(client, console, accounts, service, database)
        yield house
        house.call(database.close)


class Office:
    """A console with a desk, and migrants."""

    def __init__(self, house: House, answers: Answers) -> None:  # noqa: F811
        self.house = house
        self.answers = answers
        self.news = News()
        self.deliveries = Deliveries(self._on_telegram)
        # What is known of conversations on Telegram.
        self.telegram: dict[str, Reached] = {}
        told = self.news, self.deliveries
        self.engine = Engine(house.database, answers, house.now, VAULT, news=told[0], deliveries=told[1])
        house.service.desk = Desk(house.database, answers, house.now, VAULT, news=told[0], deliveries=told[1])

    async def _on_telegram(self, ids: Collection[str]) -> dict[str, Reached]:
        return {id: reached for id, reached in self.telegram.items() if id in ids}

    def migrant(self, *texts: str, channel: str = "web") -> Migrant:
        async def begin() -> Migrant:
            return Migrant(self.engine, await self.engine.start(channel=channel, language="en"))

        migrant = self.house.call(begin)
        self.house.call(migrant.say, *texts, "/human")
        return migrant

    def counsellor(self, login: str, language: str = "en") -> Visitor:
        self.house.add(login, "counsellor", language)
        return self.house.visitor(login)

    def says(self, migrant: Migrant) -> list[str]:
        return [f"{message.sender}: {message.text}" for message in self.house.call(migrant.read)]


class Newsroom:
    """A console with the small content in its database, and editors."""

    def __init__(self, house: House, answers: Answers) -> None:  # noqa: F811
        self.house = house
        self.answers = answers
        self.editors = Editors(house.database, answers, house.now)
        house.service.editing = self.editors
        self.survey = house.service.needs = Survey(house.database, answers, house.now)
        house.service.exchange = Exchange(house.database, house.now)
        house.call(take_in, house.database, small_content())

    def editor(self, login: str, language: str = "en") -> Visitor:
        self.house.add(login, "editor", language)
        return self.house.visitor(login)

    def article(self, article_id: str = "health-card") -> Article:
        return self.house.call(self.editors.article, article_id)

    def content(self) -> Content:
        return self.house.call(stored, self.house.database)[0]

    def version(self) -> int:
        """The content version: it grows with what migrants would notice."""
        return self.house.call(stored, self.house.database)[1]


@pytest.fixture
def newsroom(house: House, answers: Answers) -> Newsroom:  # noqa: F811
    return Newsroom(house, answers)


@pytest.fixture
def office(house: House, answers: Answers) -> Office:  # noqa: F811
    return Office(house, answers)
