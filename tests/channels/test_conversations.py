from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.testclient import TestClient

from channels.settings import Settings
from tests.channels.conftest import Talk, stored

QUESTION = "How do I get a health card?"


def test_starting_gives_an_id_a_token_and_the_greeting(talk: Talk) -> None:
    assert set(talk.started) == {"id", "token", "messages", "cursor"}
    (greeting,) = talk.started["messages"]
    assert set(greeting) == {"number", "sender", "text", "reply", "at"}
    assert greeting["sender"] == "bot"
    assert talk.started["cursor"] == greeting["number"]


def test_the_greeting_is_in_the_clients_language(client: TestClient) -> None:
    assert Talk(client, "hu").started["messages"][0]["reply"]["blocks"][0]["language"] == "hu"


def test_a_message_comes_back_with_its_reply(talk: Talk) -> None:
    response = talk.write(QUESTION)
    assert response.status_code == 201
    asked, answered = response.json()["messages"]
    assert (asked["sender"], asked["text"], asked["reply"]) == ("migrant", QUESTION, None)
    assert answered["reply"]["outcome"] == "answer"
    assert [block["type"] for block in answered["reply"]["blocks"]] == ["quotation", "sources"]
    assert response.json()["cursor"] == answered["number"]


def test_reading_goes_on_from_the_cursor(talk: Talk) -> None:
    first = talk.read().json()
    assert first["messages"] == talk.started["messages"]
    written = talk.write(QUESTION).json()
    assert talk.read(after=first["cursor"]).json() == written
    assert talk.read(after=written["cursor"]).json() == {"messages": [], "cursor": written["cursor"]}


def test_a_cursor_far_ahead_finds_nothing(talk: Talk) -> None:
    assert talk.read(after=2**31 - 1).json()["messages"] == []


def test_a_message_sent_again_counts_once(talk: Talk, settings: Settings) -> None:
    first = talk.write(QUESTION).json()
    before = stored(settings)
    assert talk.write(QUESTION).json() == first
    assert stored(settings) == before


def test_a_message_sent_many_times_at_once_counts_once(talk: Talk) -> None:
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: talk.write(QUESTION).json(), range(6)))
    assert all(reply == replies[0] for reply in replies)
    assert [message["sender"] for message in talk.read().json()["messages"]] == ["bot", "migrant", "bot"]


def test_a_button_is_pressed_by_its_payload(talk: Talk) -> None:
    offered = talk.write("card football tonight stadium").json()["messages"][1]["reply"]["blocks"][1]["buttons"]
    pressed = talk.write(offered[0]["payload"], "message-2").json()["messages"]
    assert pressed[0]["text"] == offered[0]["title"]
    assert pressed[1]["reply"]["outcome"] == "answer"


def test_markup_in_a_message_is_stored_as_data(talk: Talk) -> None:
    text = '<img src=x onerror="alert(1)">'
    response = talk.write(text)
    assert response.headers["content-type"] == "application/json"
    assert talk.read().json()["messages"][1]["text"] == text


def test_erasing_removes_the_conversation(talk: Talk, settings: Settings) -> None:
    talk.write("a very particular sentence")
    before = stored(settings)
    assert talk.erase().status_code == 204
    assert talk.read().status_code == 404
    assert talk.erase().status_code == 404
    after = stored(settings)
    assert after["conversations"] == before["conversations"] - 1
    assert after["events"] < before["events"]


def test_the_token_is_not_in_the_database(talk: Talk, settings: Settings) -> None:
    talk.write(QUESTION)
    files = [Path(f"{settings.data_dir / 'kalauz.db'}{suffix}") for suffix in ("", "-wal")]
    content = b"".join(file.read_bytes() for file in files if file.exists())
    assert talk.started["id"].encode() in content
    assert talk.started["token"].encode() not in content
