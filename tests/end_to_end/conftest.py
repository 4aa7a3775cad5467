"""A real server in its own process, and a real browser."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.channels.telegram.fake import TOKEN, Telegram, serving_telegram
from tests.warm import warm_starter

DEADLINE_S = 90
# A busy machine is no failure.
expect.set_options(timeout=20_000)
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`kalauz serve` on a data folder; can be stopped and started again on the same address."""

    def __init__(self, data: Path, telegram: Telegram | None = None, database_url: str | None = None) -> None:
        self.data = data
        self.database_url = database_url
        # Without an address Telegram stays off.
        self.telegram = telegram or Telegram()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.website_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server does not run"
        return self._process.pid

    @property
    def website(self) -> str:
        """The origin of the website that may embed the widget."""
        return f"http://localhost:{self.website_port}"

    def kalauz(self, *arguments: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
        settings = {"DATA_DIR": self.data, "LOG_LEVEL": "warning", "WIDGET_ORIGINS": self.website}
        if self.database_url:
            settings["DATABASE_URL"] = self.database_url
        if self.telegram.url:
            settings |= {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE": self.telegram.url}
        environment = {**os.environ, **{f"KALAUZ_{name}": str(value) for name, value in settings.items()}}
        return subprocess.Popen([sys.executable, "-m", "channels", *arguments], env=environment, stdin=stdin)

    def start(self) -> None:
        self._process = self.kalauz("serve", "--port", str(self.port))
        self.wait_for("/health")

    def wait_for(self, path: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url + path).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TimeoutError(f"{path} did not answer within {DEADLINE_S} s")

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        if self._process:
            self._process.send_signal(signal_number)
            self._process.wait(timeout=30)
            self._process = None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The starter content and a Telegram of our own; the first start fits the confidence, as on a new machine."""
    with serving_telegram() as telegram:
        server = Server(tmp_path_factory.mktemp("data"), telegram)
        warm_starter(server.data / "index")
        assert server.kalauz("kb", "import").wait(timeout=DEADLINE_S) == 0
        server.start()
        server.wait_for("/ready")
        yield server
        server.stop()


# Not for the whole session: Playwright keeps an event loop running, and async tests need their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page in English; any error in its scripts, or of its security policy, fails the test."""
    yield from opened(browser, server, "en-GB")


def opened(browser: Browser, server: Server, locale: str, path: str = "/") -> Iterator[Page]:
    yield from watched(browser, server.url, path, locale=locale, viewport={"width": 800, "height": 900})


def watched(browser: Browser, url: str, path: str = "/", **settings: Any) -> Iterator[Page]:
    """A page in a browser of its own; any error in its scripts, or of its security policy, fails the test."""
    context = browser.new_context(base_url=url, **settings)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    page.goto(path)
    yield page
    context.close()
    assert errors == []
