import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bot.messages import Conversing, Fresh
from channels.api import stream
from knowledge_base.outage import OutageError
from tests.channels.conftest import Talk, until

QUESTION = "How do I get a health card?"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def listen(client: TestClient, talk: Talk, headers: dict[str, str] | None = None, **query: Any) -> Any:
    return client.get(f"{talk.path}/stream", params=query, headers={**talk.headers, **(headers or {})})


def events(text: str) -> list[tuple[str, str | None, Any]]:
    """Name, id and data of each event."""
    found = []
    for part in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


def listening(pool: ThreadPoolExecutor, client: TestClient, talk: Talk, **more: Any) -> "Future[Any]":
    """A stream that is open; the test's client gives it whole, once it has ended."""
    news = client.app.state.service.conversing._news  # type: ignore[attr-defined]
    future = pool.submit(listen, client, talk, **more)
    until(lambda: future.done() or talk.started["id"] in news._waiting)
    return future


def test_what_is_there_comes_first_and_what_is_new_as_it_comes_until_it_is_erased(
    client: TestClient, talk: Talk, pool: ThreadPoolExecutor
) -> None:
    stream = listening(pool, client, talk)
    written = talk.write(QUESTION).json()["messages"]
    talk.erase()
    response = stream.result()
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    messages = [*talk.started["messages"], *written]
    expected = [("message", str(message["number"]), message) for message in messages]
    assert events(response.text) == [*expected, ("erased", None, {})]


@pytest.mark.parametrize("by_header", [False, True])
def test_it_goes_on_from_the_cursor(client: TestClient, talk: Talk, pool: ThreadPoolExecutor, by_header: bool) -> None:
    cursor = talk.write(QUESTION).json()["messages"][0]["number"]
    place = {"headers": {"Last-Event-ID": str(cursor)}} if by_header else {"after": cursor}
    stream = listening(pool, client, talk, **place)
    talk.erase()
    (answer, erased) = events(stream.result().text)
    assert answer[2]["sender"] == "bot"
    assert int(answer[1] or 0) > cursor
    assert erased[0] == "erased"


def test_a_conversation_that_is_erased_by_a_command_ends_its_stream(
    client: TestClient, talk: Talk, pool: ThreadPoolExecutor
) -> None:
    asked = talk.write("/delete", "message-2").json()
    sure = asked["messages"][1]["reply"]["blocks"][1]["buttons"][0]["payload"]
    stream = listening(pool, client, talk, after=asked["cursor"])
    talk.write(sure, "message-3")
    assert events(stream.result().text) == [("erased", None, {})]


def test_it_says_that_a_person_types_and_by_what_name(client: TestClient, talk: Talk, pool: ThreadPoolExecutor) -> None:
    async def hire() -> int:
        accounts = client.app.state.service.staff  # type: ignore[attr-defined]
        # An editor, as with a counsellor the site would have a desk.
        member = await accounts.add(
            "anna", name='Anna "A"', role="editor", password="a plain long sentence", by="(test)"
        )
        return int(member.id)

    by = client.portal.call(hire)  # type: ignore[union-attr]
    stream = listening(pool, client, talk, after=talk.started["cursor"])
    news = client.app.state.service.conversing._news  # type: ignore[attr-defined]
    client.portal.call(news.types, talk.started["id"], by)  # type: ignore[union-attr]
    (listener,) = news._waiting[talk.started["id"]]
    until(lambda: not listener._typing)
    talk.erase()
    assert events(stream.result().text) == [("typing", None, {"name": 'Anna "A"'}), ("erased", None, {})]


def test_it_shows_signs_of_life(
    client: TestClient, talk: Talk, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LOOK_S", 0.01)
    service = client.app.state.service  # type: ignore[attr-defined]
    follow = service.conversing.follow

    async def until_the_third(*args: Any, **more: Any) -> AsyncGenerator[Fresh]:
        async with aclosing(follow(*args, **more)) as news:
            for _ in range(3):
                yield await anext(news)
        service.ending.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(service.conversing, "follow", until_the_third)
    try:
        response = listen(client, talk, after=talk.started["cursor"])
    finally:
        service.ending.clear()
    assert response.text == 4 * ": here\n\n"


def test_it_ends_without_a_word_when_the_server_stops(client: TestClient, talk: Talk, pool: ThreadPoolExecutor) -> None:
    stream = listening(pool, client, talk, after=talk.started["cursor"])
    ending = client.app.state.service.ending  # type: ignore[attr-defined]
    client.portal.call(ending.set)  # type: ignore[union-attr]
    try:
        assert events(stream.result().text) == []
    finally:
        ending.clear()


@pytest.mark.parametrize("most", ["OF_CONVERSATION", "OF_NETWORK"])
def test_no_more_streams_are_open_at_once_than_may_be_and_one_that_ends_makes_room(
    client: TestClient, talk: Talk, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setattr(stream, most, 1)
    other = talk if most == "OF_CONVERSATION" else Talk(client)
    first = listening(pool, client, talk)
    refused = listen(client, other)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "too_many", "15")
    talk.erase()
    first.result()
    free = Talk(client)
    open_again = listening(pool, client, free)
    free.erase()
    assert open_again.result().status_code == 200
    assert not client.app.state.streams._open  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "headers", "query", "status", "code"),
    [
        ("{path}", {}, {}, 401, "wrong_token"),
        ("{path}", {"Authorization": "Bearer x"}, {}, 401, "wrong_token"),
        ("/api/v1/conversations/unknown", {"Authorization": "Bearer x"}, {}, 404, "unknown_conversation"),
        ("{path}", {"Authorization": "Bearer x"}, {"after": -1}, 422, "invalid"),
        ("{path}", {"Authorization": "Bearer x", "Last-Event-ID": "x"}, {}, 422, "invalid"),
    ],
)
def test_what_is_wrong_is_a_problem_and_no_stream(
    client: TestClient,
    talk: Talk,
    path: str,
    headers: dict[str, str],
    query: dict[str, int],
    status: int,
    code: str,
) -> None:
    response = client.get(f"{path.format(path=talk.path)}/stream", headers=headers, params=query)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_it_is_in_the_apis_description(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/v1/conversations/{conversation_id}/stream"]["get"]
    assert "text/event-stream" in described["responses"]["200"]["content"]
    assert "application/problem+json" in described["responses"]["4XX"]["content"]


async def test_a_stream_whose_database_is_away_ends_as_if_the_line_were_cut() -> None:
    class Away:
        async def follow(self, *said: object, **more: object) -> AsyncGenerator[Fresh]:
            raise OutageError("the connection to the database broke")
            yield

    events = stream._events(cast(Conversing, Away()), "id", "token", [], 0, asyncio.Event())
    assert [event async for event in events] == [": here\n\n"]
