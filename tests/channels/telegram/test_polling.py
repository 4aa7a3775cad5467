"""Where there is no webhook, Telegram is asked for updates; they count as taken when they are stored."""

import logging

import pytest

from channels.telegram.channel import TRIES
from tests.channels.telegram.conftest import Office
from tests.channels.telegram.fake import Fault, Telegram, until
from tests.databases import break_at, mend

GREETING = "Hello. Ask your question"
PRIVACY = "You need no account"


async def test_messages_are_fetched_and_answered(office: Office, telegram: Telegram) -> None:
    telegram.queue(telegram.text("/start"))
    async with office.running(webhook=None):
        await until(lambda: len(telegram.chat()) == 1)
        telegram.queue(telegram.text("/privacy"))
        await until(lambda: len(telegram.chat()) == 2)
    assert [GREETING in telegram.chat()[0], PRIVACY in telegram.chat()[1]] == [True, True]
    assert len(telegram.of("deleteWebhook")) == 1
    wanted = telegram.of("getUpdates")[0]["allowed_updates"]
    assert wanted == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_the_messages_of_a_chat_are_taken_in_order_however_they_come(office: Office, telegram: Telegram) -> None:
    first, second, third = telegram.text("/start"), telegram.text("/privacy"), telegram.text("/topics")
    telegram.queue(third, first, second, first)
    async with office.running(webhook=None):
        await until(lambda: len(telegram.chat()) == 3)
    assert [
        text in shown for text, shown in zip((GREETING, PRIVACY, "What is it about?"), telegram.chat(), strict=True)
    ]


async def test_updates_are_confirmed_only_when_they_are_stored(office: Office, telegram: Telegram) -> None:
    update = telegram.text("/start")
    telegram.queue(update)
    await break_at(office.database, "BEFORE INSERT ON events")
    async with office.running(webhook=None):
        await until(lambda: bool(office.time.slept))
        offsets = {int(body.get("offset", 0)) for body in telegram.of("getUpdates")}
        await mend(office.database)
        await until(lambda: len(telegram.chat()) == 1)
        await until(lambda: int(telegram.of("getUpdates")[-1]["offset"]) == update["update_id"] + 1)
    assert offsets == {0}


async def test_an_update_that_always_fails_does_not_hold_up_the_others(
    office: Office, telegram: Telegram, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, "channels")
    receive = office.engine.receive

    async def failing(*arguments: object) -> object:
        if "secret" in getattr(arguments[-1], "text", ""):
            raise RuntimeError("the secret cannot be understood")
        return await receive(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(office.engine, "receive", failing)
    telegram.queue(telegram.text("my secret"), telegram.text("/privacy"))
    async with office.running(webhook=None):
        await until(lambda: any(PRIVACY in text for text in telegram.chat()))
    assert caplog.text.count("could not be taken (RuntimeError)") == TRIES
    assert "secret" not in caplog.text


async def test_an_update_waits_for_a_database_that_is_out_of_reach(
    office: Office, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, refused = office.engine.receive, iter(range(3 * TRIES))

    async def unreachable(*arguments: object) -> object:
        if next(refused, None) is not None:
            raise ConnectionRefusedError("no database")
        return await receive(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(office.engine, "receive", unreachable)
    telegram.queue(telegram.text("/privacy"))
    async with office.running(webhook=None):
        await until(lambda: any(PRIVACY in text for text in telegram.chat()))


@pytest.mark.parametrize(
    "fault",
    [Fault(502), Fault(409, "Conflict: terminated by other getUpdates request"), Fault(429, "", {"retry_after": 3})],
)
async def test_trouble_while_asking_is_waited_out(office: Office, telegram: Telegram, fault: Fault) -> None:
    telegram.fail("getUpdates", fault, fault)
    telegram.queue(telegram.text("/start"))
    async with office.running(webhook=None):
        await until(lambda: len(telegram.chat()) == 1)
    assert len(office.time.slept) == 2
