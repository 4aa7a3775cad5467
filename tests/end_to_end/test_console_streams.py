"""A page of the console that hears of what is new: a real browser and server, and a small area of the test's own."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Page, expect

from bot.news import News, waited
from bot.staff.accounts import Accounts
from channels.console.app import console_app
from channels.console.frame import ROOT, UNATTENDED
from channels.console.gate import Counsellor
from channels.console.streams import streamed
from channels.service import now
from knowledge_base.database import Database
from tests import builders
from tests.channels.console.conftest import FakeService
from tests.end_to_end.conftest import DEADLINE_S, free_port
from tests.end_to_end.test_console import PASSWORD, sign_in

PAGE = """<!doctype html><html lang="en"><title>Board</title>
<meta name="htmx-config" content='{"allowEval": false, "includeIndicatorStyles": false}'>
<script src="/console/static/htmx.min.js" defer></script><script src="/console/static/live.js" type="module"></script>
<main data-live="/console/board/stream">
<ul hx-get="/console/board/list" hx-trigger="live from:closest [data-live], list from:closest [data-live]"></ul>
<button hx-get="/console/board/list" hx-target="previous ul">Look</button></main></html>"""


class Board:
    """A console with one more area, served from a thread."""

    def __init__(self, folder: Path) -> None:
        self.cases = ["first"]
        self.attended: list[bool] = []
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._news = News()
        self._database = Database(f"sqlite+aiosqlite:///{folder / 'kalauz.db'}")
        self._accounts = Accounts(self._database, now, builders.passwords())
        self._service = FakeService(self._accounts, ZoneInfo("Europe/Budapest"))
        config = uvicorn.Config(self._app(), port=self.port, log_level="critical", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def _app(self) -> FastAPI:
        router = APIRouter(prefix="/board")

        @router.get("")
        async def show(at: Counsellor) -> Response:
            return HTMLResponse(PAGE)

        @router.get("/list")
        async def listed(at: Counsellor, request: Request) -> Response:
            self.attended.append(UNATTENDED not in request.headers)
            return HTMLResponse("".join(f"<li>{case}</li>" for case in self.cases))

        @router.get("/stream")
        async def stream(at: Counsellor) -> Response:
            async def news() -> AsyncGenerator[str]:
                with self._news.listening() as event:
                    while True:
                        if await waited(event, DEADLINE_S):
                            yield "list"

            return streamed(at, news())

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            self._loop = asyncio.get_running_loop()
            await self._database.migrate()
            await self._accounts.add("anna", name="Anna", role="counsellor", password=PASSWORD, by="(test)")
            yield
            await self._database.close()

        console = console_app(lambda: self._service, lambda: ("a key for the tests of the console",))
        console.include_router(router)
        app = FastAPI(lifespan=lifespan)
        app.mount(ROOT, console)
        return app

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + DEADLINE_S
        while not self._server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        # As `kalauz serve` stops.
        self._loop.call_soon_threadsafe(self._service.ending.set)
        self._server.should_exit = True
        self._thread.join(timeout=DEADLINE_S)
        assert not self._thread.is_alive()

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE_S)

    def comes(self, case: str) -> None:
        self.cases.append(case)
        self.tell()

    def tell(self) -> None:
        self._loop.call_soon_threadsafe(self._news.tell, "a conversation")

    def close_account(self) -> None:
        self.do(self._accounts.close(1, by="(test)"))


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path)
    board.start()
    yield board
    board.stop()


@pytest.fixture
def page(browser: Browser, board: Board) -> Iterator[Page]:
    context = browser.new_context(base_url=board.url)
    page = context.new_page()
    sign_in(page, "anna")
    page.goto("/console/board")
    yield page
    context.close()


def test_a_page_shows_what_is_new_without_being_asked(page: Page, board: Board) -> None:
    expect(page.locator("li")).to_have_text(["first"])
    board.comes("second")
    expect(page.locator("li")).to_have_text(["first", "second"])
    assert not any(board.attended)
    with page.expect_response("**/list"):
        page.get_by_role("button").click()
    assert board.attended[-1]


def test_a_page_goes_to_the_sign_in_when_its_session_has_ended(page: Page, board: Board) -> None:
    expect(page.locator("li")).to_have_text(["first"])
    board.close_account()
    board.tell()
    expect(page.locator("#login")).to_be_visible()
    assert page.url == f"{board.url}/console/sign-in?wanted=/board"


def test_a_stream_does_not_keep_the_server_from_stopping(page: Page, board: Board) -> None:
    expect(page.locator("li")).to_have_text(["first"])
    board.stop()
