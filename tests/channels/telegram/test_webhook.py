"""Telegram within the whole app: settings, webhook, start and stop."""

import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from channels.app import create_app
from channels.settings import Settings
from channels.telegram import hosting
from channels.telegram.hosting import webhook_secret
from retrieval.encoder import Encoder
from tests.channels.conftest import data_folder, serving, until
from tests.channels.telegram.fake import TOKEN, Fault, Telegram, serving_telegram

KEY = "the key of this site for tests"
ADDRESS = "https://kalauz.example.org/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = {HEADER: webhook_secret(KEY)}
PATH = "/telegram/webhook"
GREETING = "Hello. Ask your question"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Settings:
    """A data folder to copy."""
    return data_folder(tmp_path_factory.mktemp("data"), encoder).model_copy(update={"secret_key": KEY})


def copied(folder: Settings, to: Path, **changes: str) -> Settings:
    shutil.copytree(folder.data_dir, to, dirs_exist_ok=True)
    return folder.model_copy(update={"data_dir": to, **changes})


@pytest.fixture
def bare(folder: Settings, tmp_path: Path) -> Settings:
    return copied(folder, tmp_path)


@pytest.fixture
def polling(folder: Settings, tmp_path: Path, telegram: Telegram) -> Settings:
    return copied(folder, tmp_path, telegram_token=TOKEN, telegram_api_base=telegram.url)


@pytest.fixture
def hooked(polling: Settings) -> Settings:
    return polling.model_copy(update={"telegram_webhook_url": ADDRESS})


def state(client: TestClient) -> str:
    found: str = client.get("/ready").json()["telegram"]
    return found


@pytest.fixture(scope="module")
def world() -> Iterator[Telegram]:
    """The Telegram of the app that the tests share."""
    with serving_telegram() as telegram:
        yield telegram


@pytest.fixture(scope="module")
def client(folder: Settings, tmp_path_factory: pytest.TempPathFactory, world: Telegram) -> Iterator[TestClient]:
    changes = {"telegram_token": TOKEN, "telegram_api_base": world.url, "telegram_webhook_url": ADDRESS}
    with serving(copied(folder, tmp_path_factory.mktemp("shared"), **changes)) as client:
        until(lambda: state(client) == "webhook")
        yield client


def test_telegram_is_told_the_address_and_a_secret_made_from_the_sites_key(client: TestClient, world: Telegram) -> None:
    (set_webhook,) = world.of("setWebhook")
    assert (set_webhook["url"], set_webhook["secret_token"]) == (ADDRESS, webhook_secret(KEY))
    assert webhook_secret(KEY) != webhook_secret(f"{KEY}.")


def test_an_update_with_the_secret_is_answered_in_the_chat(client: TestClient, world: Telegram) -> None:
    update = world.text("/start", 70)
    assert [client.post(PATH, json=update, headers=SECRET).status_code for _ in range(3)] == [200] * 3
    until(lambda: len(world.chat(70)) == 1)
    assert GREETING in world.chat(70)[0]


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "wrong"}, {HEADER: webhook_secret("another key")}])
def test_an_update_without_the_secret_is_refused(client: TestClient, world: Telegram, headers: dict[str, str]) -> None:
    response = client.post(PATH, json=world.text("/start"), headers=headers)
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"


def test_a_secret_that_is_no_ascii_is_refused(client: TestClient, world: Telegram) -> None:
    response = client.post(PATH, json=world.text("/start"), headers={HEADER: "é".encode()})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b'"x"', b"{}", b'{"update_id": 1, "message": 3}', b"[" * 9000]
)
def test_what_is_no_update_is_refused_and_breaks_nothing(client: TestClient, world: Telegram, body: bytes) -> None:
    response = client.post(PATH, content=body, headers=SECRET)
    assert response.status_code == 400
    assert client.post(PATH, json=world.text("/start"), headers=SECRET).status_code == 200


def test_an_update_of_a_kind_that_is_not_known_is_taken_and_left(client: TestClient) -> None:
    body = {"update_id": 5, "something_new": {"a": 1}}
    assert client.post(PATH, json=body, headers=SECRET).status_code == 200


def test_an_update_may_be_as_long_as_telegrams_are_and_no_longer(client: TestClient, world: Telegram) -> None:
    answered = world.text("ш" * 4096)["message"]
    update = world.text("ш" * 1900, reply_to_message=answered)
    assert client.post(PATH, json=update, headers=SECRET).status_code == 200
    update["message"]["caption"] = "x" * 600_000
    assert client.post(PATH, json=update, headers=SECRET).status_code == 413


def test_where_telegram_is_off_there_is_no_webhook(bare: Settings, telegram: Telegram) -> None:
    with serving(bare) as client:
        assert state(client) == "off"
        for headers in ({}, SECRET):
            assert client.post(PATH, json=telegram.text("/start"), headers=headers).status_code == 404
    assert telegram.calls == []


def test_where_telegram_is_polled_there_is_no_webhook(polling: Settings, telegram: Telegram) -> None:
    with serving(polling) as client:
        until(lambda: state(client) == "polling")
        assert client.post(PATH, json=telegram.text("/start"), headers=SECRET).status_code == 404
        telegram.queue(telegram.text("/start"))
        until(lambda: len(telegram.chat()) == 1)


def test_while_the_content_loads_telegram_is_told_to_come_again(tmp_path: Path, telegram: Telegram) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=None,
        site="hungary",
        encoder=None,
        log_level="info",
        secret_key=KEY,
        telegram_token=TOKEN,
        telegram_webhook_url=ADDRESS,
        telegram_api_base=telegram.url,
    )
    with TestClient(create_app(settings)) as client:
        until(lambda: client.post(PATH, json={}, headers=SECRET).status_code == 503)
        assert client.post(PATH, json={}).status_code == 403


def test_a_wrong_token_is_told_and_the_web_side_goes_on(hooked: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = hooked.model_copy(update={"telegram_token": "43:SECRETTOKEN"})
    with serving(wrong) as client:
        until(lambda: state(client) == "failed")
        assert client.post("/api/v1/conversations", json={}).status_code == 201
        assert client.post(PATH, json={}, headers=SECRET).status_code == 503
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("channels")]
    assert any("KALAUZ_TELEGRAM_TOKEN is no token that Telegram knows" in line for line in ours)
    assert not any("SECRETTOKEN" in line for line in ours)


def test_an_address_that_telegram_refuses_is_told(
    hooked: Settings, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("setWebhook", Fault(400, "Bad Request: bad webhook: HTTPS url must be provided for webhook"))
    with serving(hooked) as client:
        until(lambda: state(client) == "failed")
    assert "KALAUZ_TELEGRAM_WEBHOOK_URL" in caplog.text
    assert "https url must be provided" in caplog.text


def test_a_refusal_at_the_start_that_passes_needs_no_restart(
    hooked: Settings, telegram: Telegram, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "channels")
    monkeypatch.setattr(hosting, "REFUSED_S", 0.05)
    refusals = [Fault(400, "Bad Request: bad webhook: Failed to resolve host: Try again")] * 3
    telegram.fail("setWebhook", *refusals)
    with serving(hooked) as client:
        until(lambda: state(client) == "webhook")
        assert client.post(PATH, json=telegram.text("/start"), headers=SECRET).status_code == 200
    assert len(telegram.of("setWebhook")) == len(refusals) + 1
    assert caplog.text.count("failed to resolve host") == 1
    assert caplog.text.count("Telegram: @KalauzTestBot, by webhook") == 1


def test_a_telegram_that_is_out_of_reach_at_the_start_is_tried_again(hooked: Settings, telegram: Telegram) -> None:
    telegram.fail("getMe", Fault(502))
    with serving(hooked) as client:
        assert client.post(PATH, json=telegram.text("/start"), headers=SECRET).status_code in (200, 503)
        until(lambda: state(client) == "webhook")


def test_an_update_that_could_not_be_stored_is_not_acknowledged_and_counts_when_it_comes_again(
    hooked: Settings, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    update = telegram.text("/start")
    with serving(hooked) as client, closing(sqlite3.connect(hooked.data_dir / "kalauz.db")) as connection:
        until(lambda: state(client) == "webhook")
        with connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        assert client.post(PATH, json=update, headers=SECRET).status_code == 500
        with connection:
            connection.execute("DROP TRIGGER full")
        assert client.post(PATH, json=update, headers=SECRET).status_code == 200
        until(lambda: len(telegram.chat()) == 1)
    assert GREETING in telegram.chat()[0]


def test_what_was_stored_before_a_restart_is_delivered_after_it(hooked: Settings, telegram: Telegram) -> None:
    telegram.fail("sendMessage", *[Fault(0)] * 3)
    with serving(hooked) as client:
        until(lambda: state(client) == "webhook")
        assert client.post(PATH, json=telegram.text("/start"), headers=SECRET).status_code == 200
        until(lambda: len(telegram.of("sendMessage")) == 1)
    assert telegram.chat() == []
    telegram.faults.clear()
    with serving(hooked):
        until(lambda: len(telegram.chat()) == 1)
    assert GREETING in telegram.chat()[0]


def test_the_app_is_there_before_telegram_and_whatever_else_is_heavy() -> None:
    program = "import sys, channels.app; print(sorted({'telegram', 'sqlalchemy', 'rasa_sdk'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
