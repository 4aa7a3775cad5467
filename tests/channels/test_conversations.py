import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.texts import Texts
from channels.settings import Settings
from knowledge_base.database import Database
from tests.channels.conftest import Talk, stored
from tests.databases import all_of

QUESTION = "How do I get a health card?"


def test_starting_gives_an_id_a_token_and_the_greeting(talk: Talk) -> None:
    assert set(talk.started) == {"id", "token", "messages", "cursor"}
    (greeting,) = talk.started["messages"]
    assert set(greeting) == {"number", "sender", "text", "reply", "at", "in_place", "client_id"}
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
    assert [block["type"] for block in answered["reply"]["blocks"]] == [
        *("quotation", "sources"),
        *("said", "buttons"),
        *("said", "buttons"),
    ]
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


def test_whoever_types_says_so_with_the_token_and_not_without_end(talk: Talk, client: TestClient) -> None:
    path = f"{talk.path}/typing"
    assert client.post(path).status_code == 401
    assert client.post("/api/v1/conversations/unknown/typing", headers=talk.headers).status_code == 404
    first = client.post(path, headers=talk.headers)
    assert (first.status_code, first.content) == (204, b"")
    codes = [client.post(path, headers=talk.headers).status_code for _ in range(60)]
    assert set(codes) == {204, 429}
    assert talk.read().json()["messages"] == talk.started["messages"]
    assert talk.write(QUESTION).status_code == 201, "what is typed does not count as what is written"


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
    content = asyncio.run(all_of(Database(settings.database)))
    assert talk.started["id"].encode() in content
    assert talk.started["token"].encode() not in content


def blocks(message: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in message["reply"]["blocks"] if block["type"] == kind]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("picture", "I cannot look at pictures."),
        ("voice", "I cannot listen to voice messages."),
        ("file", "I cannot open files."),
        ("other", "I did not understand that."),
    ],
)
def test_a_message_without_words_is_answered_in_words(talk: Talk, kind: str, sentence: str) -> None:
    response = talk.write("", attachment=kind)
    assert response.status_code == 201
    sent, answered = response.json()["messages"]
    assert (sent["sender"], sent["text"], sent["reply"]) == ("migrant", "", None)
    assert answered["text"].startswith(sentence)
    assert talk.read(after=talk.started["cursor"]).json() == response.json()


@pytest.mark.parametrize("kind", ["", "video", "PICTURE", 1, ["picture"], {"kind": "picture", "data": "iVBO"}])
def test_an_attachment_of_no_known_kind_is_refused(talk: Talk, kind: Any) -> None:
    response = talk.write("", attachment=kind)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert talk.read().json()["messages"] == talk.started["messages"]


def test_too_many_messages_are_refused_with_a_time_in_the_readers_language_and_help_stays_open(
    client: TestClient,
) -> None:
    talk = Talk(client, "hu")
    responses = [talk.write("/help", "message-help")]
    while responses[-1].status_code == 201:
        assert len(responses) < 1000, "nothing was refused"
        responses.append(talk.write("ok", f"message-{len(responses)}"))
    refused = responses[-1]
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 3600
    problem = refused.json()
    sentence = Texts("hu").gettext(
        "Very many messages came in a short time. You can go on at {time}. The way to a person stays open: /human"
    )
    before, after = map(re.escape, sentence.split("{time}"))
    assert re.fullmatch(rf"{before}\d+[:.]\d\d{after}", problem["detail"])
    assert not problem["detail"].startswith("Very")
    assert (problem["status"], problem["title"], problem["code"]) == (429, "Too Many Requests", "too_many")
    assert talk.read().json()["cursor"] == responses[-2].json()["cursor"]
    assert talk.write("/human", "message-human").json()["messages"][1]["reply"]["outcome"] == "human"
    assert Talk(client).write("ok").status_code == 201


def test_a_tick_and_its_reply_are_marked_as_no_messages_of_their_own(talk: Talk) -> None:
    walked = talk.write('/step{"id": "tax-card", "at": 0}').json()["messages"]
    assert [message["in_place"] for message in walked] == [False, False]
    (item,) = blocks(walked[1], "checklist")[0]["items"]
    assert (item["text"], item["ticked"]) == ("Passport", False)
    ticked = talk.write(item["tick"], "message-2").json()["messages"]
    assert [message["in_place"] for message in ticked] == [True, True]
    assert ticked[1]["reply"]["in_place"] is True
    (again,) = blocks(ticked[1], "checklist")[0]["items"]
    assert (again["id"], again["ticked"]) == (item["id"], True)
    assert talk.read(after=walked[1]["number"]).json()["messages"] == ticked
    unticked = talk.write(again["untick"], "message-3").json()["messages"]
    assert blocks(unticked[1], "checklist")[0]["items"] == [item]


def test_a_conversation_that_was_deleted_by_a_command_is_no_more(talk: Talk, settings: Settings) -> None:
    talk.write("a very particular sentence")
    before = stored(settings)
    asked = talk.write("/delete", "message-2").json()["messages"][1]
    assert asked["reply"]["ended"] is False
    sure = blocks(asked, "buttons")[0]["buttons"][0]["payload"]
    deleted = talk.write(sure, "message-3")
    assert deleted.status_code == 201
    assert deleted.json()["messages"][1]["reply"]["ended"] is True
    for gone in (talk.read(), talk.write("hello?", "message-4"), talk.write(sure, "message-3"), talk.erase()):
        assert (gone.status_code, gone.json()["code"]) == (404, "unknown_conversation")
    after = stored(settings)
    assert after["conversations"] == before["conversations"] - 1
    assert after["events"] < before["events"]


def test_who_does_not_want_it_deleted_keeps_the_conversation(talk: Talk) -> None:
    asked = talk.write("/delete", "message-2").json()["messages"][1]
    kept = talk.write(blocks(asked, "buttons")[0]["buttons"][1]["payload"], "message-3").json()["messages"][1]
    assert kept["reply"]["ended"] is False
    assert talk.read().json()["messages"][-1] == kept


def test_a_copy_of_everything_is_for_whoever_has_the_token(client: TestClient, talk: Talk) -> None:
    talk.write("How do I get a health card?")
    response = client.get(f"{talk.path}/export", headers=talk.headers)
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["cache-control"] == "no-store"
    assert "How do I get a health card?" in [message["text"] for message in response.json()["messages"]]
    assert client.get(f"{talk.path}/export").status_code == 401
    assert client.get(f"{talk.path}/export", headers={"Authorization": "Bearer other"}).status_code == 401
    assert client.get("/api/v1/conversations/nobody/export", headers=talk.headers).status_code == 404
