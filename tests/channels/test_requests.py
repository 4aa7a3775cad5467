"""A request's id comes with its response and its log lines; only what can be nobody's name is taken for one."""

import json
import logging
import re
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from channels.logs import FORMATTERS, request_id
from channels.requests import HEADER
from retrieval.encoder import Encoder
from tests.channels.conftest import Talk, data_folder, serving

OWN = str(uuid.UUID(int=0x5EED))


def test_every_request_has_another_id(client: TestClient) -> None:
    ids = {client.get(path).headers[HEADER] for path in ("/health", "/health", "/", "/nowhere", "/console/sign-in")}
    assert len(ids) == 5
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)


@pytest.mark.parametrize("given", [OWN, "0123456789ABCDEF"])
def test_the_id_of_a_proxy_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/health", headers={HEADER: given}).headers[HEADER] == given


@pytest.mark.parametrize(
    "given", ["", "Anna Kovács".encode(), "abc", "+36 20 555 0199", "0" * 65, "0123456789abcdef\t!"]
)
def test_what_is_no_id_is_replaced(client: TestClient, given: str | bytes) -> None:
    answered = client.get("/health", headers={HEADER: given}).headers[HEADER]
    assert re.fullmatch("[0-9a-f]{32}", answered)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.DEBUG, "channels.requests")
    return lambda: [
        re.sub(r" \d+ ms$", "", line.getMessage())
        for line in caplog.records
        if line.name.startswith("channels.requests")
    ]


def test_a_line_names_the_route_and_never_the_address(client: TestClient, lines: Callable[[], list[str]]) -> None:
    talk = Talk(client)
    client.get(f"{talk.path}/messages?after=0", headers=talk.headers)
    client.get("/?article=a-secret")
    client.get("/a-secret")
    client.get("/console/desk/17?a=secret", follow_redirects=False)
    client.request("SECRET", "/health")
    assert lines() == [
        "POST /api/v1/conversations 201",
        "GET /api/v1/conversations/{conversation_id}/messages 200",
        "GET / 200",
        "GET (no such route) 404",
        "GET /console/desk/{id} 303",
        "OTHER /health 405",
    ]


def test_what_is_asked_every_few_seconds_is_only_in_the_most_talkative_log(
    client: TestClient, lines: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/health")
    client.get("/ready")
    assert lines() == ["GET /health 200", "GET /ready 200"]
    assert {record.levelname for record in caplog.records if record.name == "channels.requests"} == {"DEBUG"}


def test_an_error_of_our_own_can_be_found_in_the_log(
    tmp_path: Path, encoder: Encoder, lines: Callable[[], list[str]]
) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        talk = Talk(client)
        connection = sqlite3.connect(settings.data_dir / "kalauz.db")
        with connection:
            connection.execute("DROP TABLE events")
        connection.close()
        response = client.get(f"{talk.path}/messages", headers={**talk.headers, HEADER: OWN})
    assert response.status_code == 500
    assert response.headers[HEADER] == OWN
    assert lines()[-1] == "GET /api/v1/conversations/{conversation_id}/messages 500"


def record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    error = ValueError("bad")
    cause = (ValueError, error, None) if failed else None
    return logging.LogRecord("channels.test", logging.WARNING, "", 0, message, arguments, cause)


def test_a_line_of_text_tells_its_request() -> None:
    said = FORMATTERS["text"]()
    assert said.format(record("it is %s", "so")) == "WARNING:     channels.test: it is so"
    token = request_id.set(OWN)
    assert said.format(record("so")) == f"WARNING:     channels.test: so (request {OWN})"
    request_id.reset(token)


def test_a_line_of_json_is_one_object_whatever_it_says() -> None:
    said = FORMATTERS["json"]()
    token = request_id.set(OWN)
    line = said.format(record('two\nlines, "quoted"', failed=True))
    request_id.reset(token)
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "warning",
        "logger": "channels.test",
        "message": 'two\nlines, "quoted"',
        "request": OWN,
        "exception": "ValueError: bad",
    }
    assert "request" not in json.loads(said.format(record("so")))
