import base64
import hashlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from channels import policies
from retrieval.encoder import Encoder
from tests.channels.conftest import Talk, data_folder, serving

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# What shows a page, and what may run in it. Whatever else there is may do nothing at all.
PAGES = {
    "/": policies.CONVERSATION,
    "/chat": policies.FORM,
    "/panel/health-card": policies.SHEET,
    "/console/sign-in": policies.CONSOLE,
    "/console/nowhere": policies.CONSOLE,
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
    kind = policies.CONVERSATION if (path, status) == ("/", 200) else policies.ANY
    assert response.headers["content-security-policy"] == kind["Content-Security-Policy"]
    assert response.headers["x-frame-options"] == kind["X-Frame-Options"]
    assert response.headers["permissions-policy"] == kind["Permissions-Policy"]


@pytest.mark.parametrize(("path", "kind"), PAGES.items(), ids=PAGES.keys())
def test_a_page_has_the_policy_of_its_kind(client: TestClient, path: str, kind: policies.Headers) -> None:
    response = client.get(path, follow_redirects=False)
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert {name: response.headers.get(name) for name in kind} == dict(kind)


def test_whatever_there_is_to_get_has_a_policy_without_exceptions(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    paths = [route.path or "" for route in iter_route_contexts(app.routes) if "GET" in (route.methods or ())]
    assert len(paths) > 10
    for path in paths:
        policy = client.get(re.sub(r"\{[^}]+\}", "x", path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy or path == "/", path


def test_who_came_by_https_is_told_to_come_so_again_and_nobody_else(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/health").headers
    kept = client.get("https://testserver/health").headers["strict-transport-security"]
    assert kept == policies.STRICT_TRANSPORT
    assert "strict-transport-security" in client.get("https://testserver/console/sign-in").headers


def test_the_documentation_runs_the_script_that_it_has_and_no_other(client: TestClient) -> None:
    response = client.get("/docs")
    (script,) = re.findall(r"<script>(.*?)</script>", response.text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in response.headers["content-security-policy"]


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
