"""The server as its operator meets it."""

import re
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.conftest import DEADLINE_S, Server, watched


def test_health_answers_while_the_rest_still_loads(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        ready = httpx.get(f"{server.url}/ready")
        assert ready.status_code == 503
        assert ready.json()["code"] in ("not_ready", "failed")
        asked = httpx.post(f"{server.url}/api/v1/ask", json={"text": "visa"})
        assert (asked.status_code, asked.json()["code"]) == (503, "not_ready")
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How do I get a TAJ card?", "en"),
        ("Hogyan kapok TAJ-kártyát?", "hu"),
        ("Wie bekomme ich eine TAJ-Karte?", "de"),
    ],
)
def test_the_taj_question_finds_its_article_in_three_languages(server: Server, question: str, language: str) -> None:
    answer = httpx.post(f"{server.url}/api/v1/ask", json={"text": question}).json()
    assert answer["language"]["code"] == language
    assert answer["choices"][0]["article"] == "health-taj-card"


def test_a_publication_is_answered_without_a_restart(server: Server, tmp_path: Path) -> None:
    def asked() -> Any:
        return httpx.post(f"{server.url}/api/v1/ask", json={"text": "How do I get a TAJ card?"}).json()["answer"]

    before, known = httpx.get(f"{server.url}/ready").json()["content_version"], asked()["revision"]
    assert server.kalauz("kb", "export", str(tmp_path)).wait(timeout=60) == 0
    path = tmp_path / "articles" / "health-taj-card" / "en.md"
    path.write_text(path.read_text("utf-8") + "\n\nThe card costs nothing.\n", "utf-8")
    assert server.kalauz("kb", "import", str(tmp_path)).wait(timeout=60) == 0
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        answer = asked()
        if answer["revision"] > known:
            break
    # Other tests may have left a draft.
    assert answer["revision"] > known
    assert "The card costs nothing." in answer["text"]
    # What is quoted is new at once; how it is found follows.
    while httpx.get(f"{server.url}/ready").json()["content_version"] == before:
        assert time.monotonic() < deadline


def test_what_is_refused_is_not_stored(server: Server) -> None:
    started = httpx.post(f"{server.url}/api/v1/conversations", json={}).json()
    address = f"{server.url}/api/v1/conversations/{started['id']}/messages"
    headers = {"Authorization": f"Bearer {started['token']}", "Content-Type": "application/json"}
    for body, status in (
        (b'{"text": "", "client_id": "12345678"}', 422),
        (b'{"text": "' + b"x" * 10_000 + b'", "client_id": "12345678"}', 413),
        (b'{"text": "a\\u0000b", "client_id": "12345678"}', 422),
        (b'{"text": "a\\ud800b", "client_id": "12345678"}', 422),
    ):
        response = httpx.post(address, content=body, headers=headers)
        assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    with sqlite3.connect(server.data / "kalauz.db") as database:
        query = "select count(*) from events where conversation_id = ? and client_id is not null"
        assert database.execute(query, (started["id"],)).fetchone() == (0,)
    database.close()


def test_the_api_documentation_needs_nothing_from_elsewhere(server: Server) -> None:
    page = httpx.get(f"{server.url}/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert httpx.get(server.url + address).status_code == 200, address


def test_the_api_documentation_works_under_its_policy(server: Server, browser: Browser) -> None:
    for page in watched(browser, server.url, "/docs"):
        expect(page.locator(".opblock").first).to_be_visible()
        page.get_by_text("/api/v1/ask").click()
        expect(page.get_by_role("button", name="Try it out")).to_be_visible()


def test_what_is_erased_is_gone_from_the_files_at_once(server: Server) -> None:
    started = httpx.post(f"{server.url}/api/v1/conversations", json={}).json()
    address = f"{server.url}/api/v1/conversations/{started['id']}"
    headers = {"Authorization": f"Bearer {started['token']}"}
    secret = "Zsuzsanna-with-the-blue-passport"
    httpx.post(
        f"{address}/messages", json={"text": secret, "client_id": "12345678"}, headers=headers
    ).raise_for_status()

    def on_disk() -> bool:
        return any(secret.encode() in path.read_bytes() for path in server.data.glob("kalauz.db*"))

    assert on_disk()
    assert httpx.delete(address, headers=headers).status_code == 204
    assert not on_disk()
