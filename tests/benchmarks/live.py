"""How soon what is new is seen: on the counsellors' desk with many who wait, and in many open widgets at once.

Usage: python -m tests.benchmarks.live [--write FILE]
A real server in its own process on the starter content, a real browser at the desk, real HTTP for everybody else.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import numpy as np
from playwright.sync_api import expect, sync_playwright

from tests.end_to_end.conftest import CHROMIUM, FLAGS, Server
from tests.warm import warm_starter

WAITING, ARRIVALS = 200, 30
STREAMS, PER_SECOND, SECONDS = 500, 100, 20
VISITS = 5
# The profiles of Chromium's developer tools, in ms and bytes a second.
SLOW_3G = {"latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FAST_3G = {"latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
PASSWORD = "a plain long sentence"
API = "/api/v1/conversations"
# What needs no search: the figures are of the desk and the streams.
SAID, PERSON = "/topics", "/human"


@contextmanager
def serving() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        warm_starter(Path(folder) / "index")
        server = Server(Path(folder))
        assert server.kalauz("kb", "import").wait() == 0
        adding = server.kalauz("user", "add", "anna", "--role", "counsellor", stdin=subprocess.PIPE)
        adding.communicate(f"{PASSWORD}\n".encode())
        server.start()
        try:
            server.wait_for("/ready")
            yield server
        finally:
            server.stop()


def somewhere(number: int) -> dict[str, str]:
    """An address of one's own: a single one may not write so much."""
    return {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}"}


def begun(client: httpx.Client, number: int) -> tuple[str, dict[str, str]]:
    """A new conversation: where its messages go, and the headers that open it."""
    headers = somewhere(number)
    started = client.post(API, json={}, headers=headers).raise_for_status().json()
    return f"{API}/{started['id']}", headers | {"Authorization": f"Bearer {started['token']}"}


def say(client: httpx.Client, path: str, headers: dict[str, str], text: str) -> None:
    client.post(f"{path}/messages", json={"text": text, "client_id": "message-1"}, headers=headers).raise_for_status()


def desk(server: Server) -> list[float]:
    """Seconds from the request for a person until it stands on the desk's screen, for each who comes."""
    with httpx.Client(base_url=server.url, timeout=60) as client, sync_playwright() as playwright:
        for number in range(WAITING):
            say(client, *begun(client, number), PERSON)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(base_url=server.url)
        page.goto("/console/sign-in")
        page.locator("#login").fill("anna")
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("header nav")).to_be_visible()
        page.goto("/console/desk")
        cases = page.locator(".cases li")
        expect(cases).to_have_count(WAITING)
        times = []
        for arrived in range(1, ARRIVALS + 1):
            path, headers = begun(client, WAITING + arrived)
            started = time.perf_counter()
            say(client, path, headers, PERSON)
            cases.nth(WAITING + arrived - 1).wait_for()
            times.append(time.perf_counter() - started)
        browser.close()
    return times


async def streams(server: Server) -> tuple[list[float], int, int, float]:
    """Seconds until the stream has brought a message and its reply; how many were lost, doubled, sent a second."""
    # A client that costs little: it has only the processor that the server leaves it.
    connector, patience = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(
        server.url, connector=connector, timeout=patience, raise_for_status=True
    ) as client:

        async def post(path: str, headers: dict[str, str], body: dict[str, str]) -> dict[str, Any]:
            async with client.post(path, json=body, headers=headers) as response:
                return dict(await response.json())

        talks = []
        for number in range(STREAMS):
            headers = somewhere(number)
            started = await post(API, headers, {})
            talks.append((f"{API}/{started['id']}", headers | {"Authorization": f"Bearer {started['token']}"}, started))
        seen: list[list[tuple[int, float]]] = [[] for _ in talks]
        opened = asyncio.Semaphore(0)

        async def listen(number: int) -> None:
            path, headers, started = talks[number]
            after = max(message["number"] for message in started["messages"])
            async with client.get(f"{path}/stream", params={"after": after}, headers=headers) as response:
                opened.release()
                async for line in response.content:
                    if line.startswith(b"data: "):
                        seen[number].append((json.loads(line[6:])["number"], time.perf_counter()))

        listeners = [asyncio.create_task(listen(number)) for number in range(STREAMS)]
        for _ in talks:
            await opened.acquire()
        sent: list[tuple[int, float, list[int]]] = []
        ids = count()

        async def send(number: int) -> None:
            path, headers, _ = talks[number]
            body = {"text": SAID, "client_id": f"message-{next(ids)}"}
            started = time.perf_counter()
            answered = await post(f"{path}/messages", headers, body)
            sent.append((number, started, [message["number"] for message in answered["messages"]]))

        began = time.perf_counter()
        sending = []
        for turn in range(PER_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, began + turn / PER_SECOND - time.perf_counter()))
            sending.append(asyncio.create_task(send(turn % STREAMS)))
        await asyncio.gather(*sending)
        rate = len(sending) / (time.perf_counter() - began)
        await asyncio.sleep(3)
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    times, lost, doubled = [], 0, 0
    for number, started, numbers in sent:
        heard = {}
        for message, at in seen[number]:
            doubled += message in heard
            heard.setdefault(message, at)
        missing = [message for message in numbers if message not in heard]
        lost += len(missing)
        if not missing:
            times.append(heard[max(numbers)] - started)
    return times, lost, doubled, rate


def interactive(server: Server, network: dict[str, float]) -> list[float]:
    """Seconds from opening the page on a slow line and phone until the bot has greeted; each with an empty cache."""
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(VISITS):
            context = browser.new_context(base_url=server.url, viewport={"width": 360, "height": 640})
            page = context.new_page()
            line = context.new_cdp_session(page)
            line.send("Network.emulateNetworkConditions", {"offline": False, **network})
            line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            started = time.perf_counter()
            page.goto("/")
            page.locator(".bot").wait_for()
            times.append(time.perf_counter() - started)
            context.close()
        browser.close()
    return times


def ms(times: list[float], percent: float) -> str:
    return f"{np.percentile(times, percent) * 1000:,.0f} ms"


def report() -> str:
    with serving() as server:
        on_screen = desk(server)
        fast, slow = interactive(server, FAST_3G), interactive(server, SLOW_3G)
        heard, lost, doubled, rate = asyncio.run(streams(server))
    return f"""# How soon what is new is seen

Measured on {datetime.now(UTC):%d %B %Y} by `python -m tests.benchmarks.live`, on {os.cpu_count()} cores \
({platform.machine()}) that the server shares with the browser and with everybody who writes. One process, SQLite.

| | target | measured |
|---|---|---|
| from the request for a person to the desk's screen, {WAITING} waiting, {ARRIVALS} who come: p50 / p95 | 1 s | \
{ms(on_screen, 50)} / {ms(on_screen, 95)} |
| {STREAMS} open streams, messages a second | {PER_SECOND} | {rate:.0f} |
| … from sending a message until the stream has brought it and its reply: p50 / p95 | | \
{ms(heard, 50)} / {ms(heard, 95)} |
| … lost / doubled of {2 * PER_SECOND * SECONDS:,} | 0 / 0 | {lost} / {doubled} |
| from opening the page to the bot's greeting, phone with a slow processor, empty cache: \
fast 3G / slow 3G, median | | {ms(fast, 50)} / {ms(slow, 50)} |

The 3G lines are those of Chromium's developer tools (562 ms and 1.4 Mbit/s; 2,000 ms and 400 kbit/s a request), with \
the processor slowed four times. The messages are `{SAID}`, which needs no search: see [retrieval.md](retrieval.md) \
for what a question costs. Whoever measures sends {PER_SECOND} a second whatever happens: where fewer are answered, \
they queue, and the times are those of the queue.
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", type=Path)
    written = report()
    if path := parser.parse_args().write:
        path.write_text(written)
    print(written)
