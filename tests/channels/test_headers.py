import sqlite3
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from retrieval.encoder import Encoder
from tests.channels.conftest import Talk, data_folder, serving

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(self), geolocation=()",
}

REQUESTS: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "page": ("GET", "/", {}, 200),
    "module": ("GET", "/widget.js", {}, 200),
    "health": ("GET", "/health", {}, 200),
    "answer": ("POST", "/api/v1/ask", {"json": {"text": "health card"}}, 200),
    "started": ("POST", "/api/v1/conversations", {"json": {}}, 201),
    "no call": ("POST", "/rasa/webhook", {"json": {}}, 400),
    "no token": ("GET", "/api/v1/conversations/x/messages", {}, 401),
    "not found": ("GET", "/nowhere", {}, 404),
    "wrong method": ("DELETE", "/", {}, 405),
    "no length": ("POST", "/api/v1/ask", {"headers": {"Transfer-Encoding": "chunked"}, "content": b"{}"}, 411),
    "too long": ("POST", "/api/v1/ask", {"content": b"x" * 70_000}, 413),
    "wrong type": ("POST", "/api/v1/ask", {"content": b"x"}, 415),
    "invalid": ("POST", "/api/v1/ask", {"json": {}}, 422),
}


@pytest.mark.parametrize(("method", "path", "request_", "status"), REQUESTS.values(), ids=REQUESTS.keys())
def test_every_response_has_the_security_headers(
    client: TestClient, method: str, path: str, request_: dict[str, Any], status: int
) -> None:
    response = client.request(method, path, **request_)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_an_error_of_our_own_is_a_problem_with_the_headers_and_without_its_cause(
    tmp_path: Path, encoder: Encoder
) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        talk = Talk(client)
        connection = sqlite3.connect(settings.data_dir / "kalauz.db")
        with connection:
            connection.execute("DROP TABLE events")
        connection.close()
        response = talk.write("a very particular sentence")
        assert response.status_code == 500
        assert response.headers["content-type"] == "application/problem+json"
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        assert response.json()["code"] == "internal"
        assert "events" not in response.text
        assert "particular" not in response.text
