"""The bridge within the whole app: settings, webhook, start and stop."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from channels.app import create_app
from channels.bridge.endpoint import MAX_CALL
from channels.bridge.signature import signature
from channels.settings import Settings
from knowledge_base.database import Database
from retrieval.encoder import Encoder
from tests.bot.handoff.conftest import hired
from tests.channels.bridge.conftest import ALWAYS
from tests.channels.bridge.fakes import SECRET, Hook, serving
from tests.channels.conftest import Talk, data_folder, until
from tests.channels.conftest import serving as serving_app

PATH = "/bridge/webhook"


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    fake = Hook()
    with serving(fake):
        yield fake


@pytest.fixture(scope="module")
def bridged(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, hook: Hook) -> Settings:
    plain = data_folder(tmp_path_factory.mktemp("bridged"), encoder)
    changes = {"bridge_url": f"{hook.url}/letters", "bridge_secret": SECRET, "bridge_staff": "staff0"}
    return plain.model_copy(update={"bridge": "webhook", **changes})


@pytest.fixture(scope="module")
def client(bridged: Settings) -> Iterator[TestClient]:
    async def hire() -> None:
        database = Database(bridged.database)
        await hired(database, "Dezső", languages=["en"], weekly=ALWAYS)
        await database.close()

    asyncio.run(hire())
    with serving_app(bridged) as client:
        until(lambda: client.get("/ready").json()["bridge"] == "on")
        yield client


def called(client: TestClient, letter: Any, *, secret: str = SECRET) -> Any:
    body, stamp = json.dumps(letter).encode(), str(int(time.time()))
    headers = {"Kalauz-Timestamp": stamp, "Kalauz-Signature": signature(secret, stamp, body)}
    return client.post(PATH, content=body, headers=headers)


def test_a_migrant_and_the_other_desk_talk(client: TestClient, hook: Hook) -> None:
    talk = Talk(client)
    talk.write("/human")
    until(lambda: hook.types == ["opened"])
    (opened,) = hook.letters.values()
    reply = {"type": "reply", "handoff": opened["handoff"], "id": "1", "text": "Which card is it?"}
    # Until the letter's receipt is noted, a reply to it has to come again.
    until(lambda: called(client, reply).status_code != 503)
    assert called(client, reply).json() == {"result": "known"}
    persons = [one for one in talk.read().json()["messages"] if one["sender"] == "person"]
    assert [one["text"] for one in persons] == ["Which card is it?"]
    talk.write("The blue one.", "message-2")
    until(lambda: hook.texts == ["The blue one."])
    talk.erase()
    until(lambda: hook.types[-1] == "erased")


def test_only_the_other_desk_can_call(client: TestClient) -> None:
    letter = {"type": "close", "handoff": 1, "id": "1"}
    refused = called(client, letter, secret="another secret")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_signed")
    assert client.post(PATH, content=b"{}").status_code == 403


def test_what_is_no_letter_gets_a_reason(client: TestClient) -> None:
    refused = called(client, {"type": "dance"})
    assert (refused.status_code, refused.json()["code"]) == (400, "not_a_letter")


def test_a_body_that_is_too_large_is_not_read(client: TestClient) -> None:
    assert client.post(PATH, content=b" " * (MAX_CALL + 1)).status_code == 413


def test_while_the_service_loads_a_reply_has_to_come_again(bridged: Settings, tmp_path: Any) -> None:
    empty = bridged.model_copy(update={"data_dir": tmp_path})
    with TestClient(create_app(empty)) as client:
        assert called(client, {"type": "close", "handoff": 1, "id": "1"}).status_code == 503


def test_without_another_desk_there_is_no_webhook(tmp_path: Any) -> None:
    plain = Settings(data_dir=tmp_path, database_url=None, site="hungary", encoder=None, log_level="info")
    with TestClient(create_app(plain)) as client:
        assert client.post(PATH, content=b"{}").status_code == 404
