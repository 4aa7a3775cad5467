"""Whatever is sent: a clear problem with the right status, nothing stored, nothing reflected."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from channels.settings import Settings
from tests.channels.conftest import Talk, stored

MARKUP = "<script>alert(1)</script>"


def assert_problem(response: Any, status: int, code: str | None = None) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    if code:
        assert problem["code"] == code


@pytest.fixture(autouse=True)
def nothing_is_stored(talk: Talk, settings: Settings) -> Iterator[None]:
    """Every test here is of something that is refused; `talk` is there before."""
    before = stored(settings)
    yield
    assert stored(settings) == before


BAD_TEXTS = {
    "empty": ("", 422, "empty"),
    "space": (" \n\t ", 422, "empty"),
    "invisible": ("\u200b\u200e", 422, "empty"),
    "2,001 characters": ("é" * 2001, 413, "too_long"),
    "10,000 characters": ("x" * 10_000, 413, "too_long"),
    "NUL": ("a\x00b", 422, "not_text"),
    "control character": ("a\x1b[31mb", 422, "not_text"),
    "C1 control character": ("a\x9bb", 422, "not_text"),
    "lone high surrogate": ("a\ud800b", 422, None),
    "lone low surrogate": ("\udfff", 422, None),
    "surrogates the wrong way round": ("\udc00\ud800", 422, None),
    "long payload": ("/article" + "{" * 3000 + "}", 413, "too_long"),
    "payload with NUL": ('/article{"id": "\x00"}', 422, "not_text"),
    "markup with NUL": (MARKUP + "\x00", 422, "not_text"),
}


@pytest.mark.parametrize(("text", "status", "code"), BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_a_text_that_cannot_be_taken_is_refused(
    client: TestClient, talk: Talk, text: str, status: int, code: str | None
) -> None:
    sent = {"Content-Type": "application/json"}
    asked = client.post("/api/v1/ask", content=json.dumps({"text": text}), headers=sent)
    body = json.dumps({"text": text, "client_id": "message-1"})
    written = client.post(f"{talk.path}/messages", content=body, headers={**sent, **talk.headers})
    for response in (asked, written):
        assert_problem(response, status, code)
        assert "script" not in response.text


BAD_BODIES = {
    "nothing": (b"", 422),
    "broken": (b'{"text": ', 422),
    "not UTF-8": (b'{"text": "\xff\xfe"}', 400),
    "a list": (b"[]", 422),
    "a string": (b'"text"', 422),
    "null": (b"null", 422),
    "text is a number": (b'{"text": 1}', 422),
    "text is null": (b'{"text": null}', 422),
    "text is missing": (b"{}", 422),
    "an unknown field": (b'{"text": "a", "more": 1}', 422),
    "an unknown field of markup": (b'{"text": "a", "<script>alert(1)</script>": 1}', 422),
    "an unknown field of a surrogate": (b'{"text": "a", "\\ud800": 1}', 422),
    "nested too deep": (b"[" * 30_000, 400),
    "nested too deep in a field": (b'{"text": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400),
    "a bad language": (b'{"text": "a", "language": "<script>alert(1)</script>"}', 422),
    "a language with a newline": (b'{"text": "a", "language": "hu\\n"}', 422),
    "a bad country": (b'{"text": "a", "country": "hungary"}', 422),
    "a huge number": (b'{"text": ' + b"9" * 10_000 + b"}", 400),
    "Infinity": (b'{"text": Infinity}', 422),
}


@pytest.mark.parametrize(("body", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_not_a_question_is_refused(client: TestClient, body: bytes, status: int) -> None:
    response = client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, status)
    assert "script" not in response.text


def test_a_broken_body_of_a_conversation_or_message_is_refused(client: TestClient, talk: Talk) -> None:
    sent = {"Content-Type": "application/json"}
    assert_problem(client.post("/api/v1/conversations", content=b"{", headers=sent), 422, "invalid")
    assert_problem(client.post("/api/v1/conversations", json={"more": 1}), 422, "invalid")
    assert_problem(client.post("/api/v1/conversations", json={"language": "Hungarian"}), 422, "invalid")
    written = client.post(f"{talk.path}/messages", content=b"{", headers={**sent, **talk.headers})
    assert_problem(written, 422, "invalid")
    assert_problem(talk.write("a question", more=1), 422, "invalid")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", "nonsense", ""],
)
def test_another_content_type_is_refused(client: TestClient, talk: Talk, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    body = json.dumps({"text": "How do I get a health card?", "client_id": "message-1"}).encode()
    assert_problem(client.post("/api/v1/ask", content=body, headers=headers), 415, "not_json")
    written = client.post(f"{talk.path}/messages", content=body, headers={**headers, **talk.headers})
    assert_problem(written, 415, "not_json")
    assert_problem(client.post("/api/v1/conversations", content=b"{}", headers=headers), 415, "not_json")


def test_json_of_a_content_type_with_parameters_is_taken(client: TestClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post("/api/v1/ask", content=b'{"text": "a"}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    "client_id", ["", "short", "x" * 65, "with space", "a/b/c/d/e", "é" * 10, "12345678\n", MARKUP]
)
def test_a_bad_client_id_is_refused(talk: Talk, client_id: str) -> None:
    response = talk.write("a question", client_id)
    assert_problem(response, 422, "invalid")
    assert "script" not in response.text


@pytest.mark.parametrize("value", [None, 12345678, ["message-1"]])
def test_a_client_id_that_is_not_a_string_is_refused(talk: Talk, value: Any) -> None:
    assert_problem(talk.write("a question", value), 422, "invalid")


@pytest.mark.parametrize("name", ["nobody", "%00", "%ff%fe", "..%2f..", "x" * 3000, "%3Cscript%3E"])
def test_an_unknown_conversation_is_not_found(client: TestClient, talk: Talk, name: str) -> None:
    path = f"/api/v1/conversations/{name}"
    written = client.post(f"{path}/messages", json={"text": "a", "client_id": "message-1"}, headers=talk.headers)
    read = client.get(f"{path}/messages", headers=talk.headers)
    erased = client.delete(path, headers=talk.headers)
    for response in (written, read, erased):
        assert_problem(response, 404)
        assert "script" not in response.text


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "Bearer " + "x" * 5000, "Bearer \xe9"],
)
def test_a_missing_or_wrong_token_is_refused(client: TestClient, talk: Talk, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    body = {"text": "a question", "client_id": "message-1"}
    written = client.post(f"{talk.path}/messages", json=body, headers=headers)
    read = client.get(f"{talk.path}/messages", headers=headers)
    erased = client.delete(talk.path, headers=headers)
    for response in (written, read, erased):
        assert_problem(response, 401, "wrong_token")
        assert response.headers["www-authenticate"] == "Bearer"


def test_another_conversations_token_is_wrong(client: TestClient, talk: Talk, settings: Settings) -> None:
    response = client.get(f"{talk.path}/messages", headers={"Authorization": f"Bearer {talk.started['id']}"})
    assert_problem(response, 401, "wrong_token")


@pytest.mark.parametrize("after", ["-1", "x", "1.5", str(2**31), "9" * 400, "", MARKUP])
def test_a_bad_cursor_is_refused(talk: Talk, after: str) -> None:
    response = talk.read(after=after)
    assert_problem(response, 422, "invalid")
    assert "script" not in response.text


def test_a_body_over_64_kib_is_refused(client: TestClient) -> None:
    body = json.dumps({"text": "x" * (64 * 1024)})
    response = client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 413, "too_long")


def test_a_body_of_64_kib_is_read(client: TestClient) -> None:
    body = b'{"text": "a"}'.ljust(64 * 1024)
    response = client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200


def test_a_body_of_unknown_length_is_refused(client: TestClient) -> None:
    pieces = iter([b'{"text": ', b'"a"}'])
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    assert_problem(client.post("/api/v1/ask", content=pieces, headers=headers), 411, "length_required")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/v1/nowhere", "/widget/nowhere.js", "/consoles/", "/<script>", "/%00"]
)
def test_an_unknown_path_is_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert_problem(response, 404)
    assert "script" not in response.text


@pytest.mark.parametrize("up", ["..%2f", "../", "..%5c", "%2e%2e/", "....//", "..%252f"])
@pytest.mark.parametrize(
    "root", ["/widget/", "/widget/x/", "/static-offline-docs/", "/console/static/", "/panel/", "/chat/", "/"]
)
def test_no_path_leads_out_of_its_folder(client: TestClient, settings: Settings, root: str, up: str) -> None:
    for name in ("pyproject.toml", "channels/app.py", "app.py", "secret.key", "etc/passwd"):
        for depth in (1, 3, 12):
            response = client.get(f"{root}{up * depth}{name}")
            assert response.status_code in (400, 404, 422), response.url
            assert "root:" not in response.text
            assert "import" not in response.text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/ask"), ("PUT", "/api/v1/conversations"), ("POST", "/"), ("DELETE", "/health")]
)
def test_a_wrong_method_is_refused_and_the_right_one_named(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert_problem(response, 405)
    assert response.headers["allow"]
