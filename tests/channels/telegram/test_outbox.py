"""Whatever happens to Telegram, the network or the program: everything arrives, in order, at most one message twice."""

import logging

import pytest
from sqlalchemy import text as sql

from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.channels.telegram.conftest import Office, person_writes, settled
from tests.channels.telegram.fake import Fault, Telegram, until
from tests.databases import break_at, mend

GREETING = "Hello. Ask your question"
QUESTION = "How do I get: Health card?"
ANSWER = "The office gives you a health card."
LATER = Fault(429, "Too Many Requests: retry after 17", {"retry_after": 17})


def lines(count: int) -> list[str]:
    return [f"Line {number}" for number in range(count)]


async def started(office: Office, telegram: Telegram) -> None:
    """A chat that was greeted."""
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: len(telegram.chat()) == 1)
        await settled(office)


async def cursor(office: Office) -> tuple[int, int]:
    async with office.database.reading() as session:
        row = (await session.execute(sql("SELECT delivered, parts FROM telegram_chats"))).one()
    return row[0], row[1]


async def test_what_telegram_wants_later_is_sent_later(office: Office, telegram: Telegram) -> None:
    telegram.fail("sendMessage", LATER)
    await started(office, telegram)
    assert 17 in office.time.slept
    assert len(telegram.of("sendMessage")) == 2


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failure_of_telegram_is_waited_out_with_growing_pauses(
    office: Office, telegram: Telegram, status: int
) -> None:
    telegram.fail("sendMessage", *[Fault(status)] * 5)
    await started(office, telegram)
    assert office.time.slept == [1.0, 2.0, 4.0, 8.0, 16.0]


async def test_no_pause_is_longer_than_a_minute(office: Office, telegram: Telegram) -> None:
    telegram.fail("sendMessage", *[Fault(500)] * 9)
    await started(office, telegram)
    assert max(office.time.slept) == 60.0


async def test_telegram_that_does_not_answer_is_asked_again(office: Office, telegram: Telegram) -> None:
    telegram.fail("sendMessage", Fault(0))
    await started(office, telegram)
    assert office.time.slept == [1.0]


async def test_a_message_whose_receipt_was_lost_comes_at_most_twice(office: Office, telegram: Telegram) -> None:
    telegram.fail("sendMessage", Fault(502, after=True))
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
        await until(lambda: len(telegram.chat()) == 3)
    assert [GREETING in text for text in telegram.chat()] == [True, True, False]


async def test_messages_of_many_kinds_of_trouble_arrive_in_order(office: Office, telegram: Telegram) -> None:
    await started(office, telegram)
    telegram.fail("sendMessage", LATER, Fault(500), Fault(502), LATER, Fault(500))
    async with office.running():
        for line in lines(30):
            await person_writes(office, line, name="Judit")
        await until(lambda: len(telegram.chat()) == 31)
    assert [text.split("\n\n")[1] for text in telegram.chat()[1:]] == lines(30)


async def test_an_hour_without_telegram_loses_and_doubles_nothing(office: Office, telegram: Telegram) -> None:
    await started(office, telegram)
    begun, tries = office.time.now, 65
    telegram.fail("sendMessage", *[Fault(502)] * tries)
    async with office.running():
        for line in lines(10):
            await person_writes(office, line, name="Judit")
        await until(lambda: len(telegram.chat()) == 11)
        await settled(office)
    assert office.time.now - begun >= 3600
    assert [text.split("\n\n")[1] for text in telegram.chat()[1:]] == lines(10)
    assert len(telegram.of("sendMessage")) == 1 + tries + 10


async def test_a_crash_after_the_message_came_in_loses_no_reply(
    office: Office, telegram: Telegram, telegram_answers: Answers
) -> None:
    async with office.open() as channel:
        # Nothing is delivered: the program ends here.
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
    assert telegram.chat() == []
    reborn = await rebuilt(office, telegram, telegram_answers)
    async with reborn.running():
        await until(lambda: len(telegram.chat()) == 2)
    assert GREETING in telegram.chat()[0]
    assert ANSWER in telegram.chat()[1]
    await reborn.database.close()


async def test_a_crash_before_telegram_heard_that_the_message_is_stored_doubles_nothing(
    office: Office, telegram: Telegram, telegram_answers: Answers
) -> None:
    question = telegram.text(QUESTION)
    async with office.running() as channel:
        await channel.take(question)
        await until(lambda: len(telegram.chat()) == 2)
        await settled(office)
    reborn = await rebuilt(office, telegram, telegram_answers)
    async with reborn.running() as channel:
        await channel.take(question)
        await channel.take(telegram.text("/privacy"))
        await until(lambda: len(telegram.chat()) == 3)
    assert "You need no account" in telegram.chat()[2]
    await reborn.database.close()


async def rebuilt(office: Office, telegram: Telegram, answers: Answers) -> Office:
    """The program started again on the same database file."""
    await office.database.close()
    return Office(Database(office.database.url.render_as_string()), answers, telegram)


async def test_a_crash_between_sending_and_the_cursor_repeats_one_message(
    office: Office, telegram: Telegram, telegram_answers: Answers
) -> None:
    await started(office, telegram)
    for line in lines(3):
        await person_writes(office, line, name="Judit")
    await break_at(office.database, "BEFORE UPDATE OF delivered ON telegram_chats")
    async with office.running():
        await until(lambda: len(telegram.chat()) == 2)
    await mend(office.database)
    reborn = await rebuilt(office, telegram, telegram_answers)
    async with reborn.running():
        await until(lambda: "Line 2" in telegram.chat()[-1])
    sent = [text.split("\n\n")[1] for text in telegram.chat()[1:]]
    assert list(dict.fromkeys(sent)) == lines(3)
    assert set(sent[:-2]) == {"Line 0"}
    await reborn.database.close()


async def test_a_full_disk_holds_delivery_up_and_loses_nothing(
    office: Office, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    await started(office, telegram)
    await break_at(office.database, "BEFORE UPDATE OF delivered ON telegram_chats")
    async with office.running():
        await person_writes(office, "A secret line", name="Judit")
        await until(lambda: "could not be written to" in caplog.text)
        await mend(office.database)
        await person_writes(office, "Line 1", name="Judit")
        await until(lambda: "Line 1" in telegram.chat()[-1])
    assert "secret" not in caplog.text


async def test_a_long_text_comes_in_parts_and_goes_on_at_the_part_where_it_was_cut_off(
    office: Office, telegram: Telegram
) -> None:
    await started(office, telegram)
    before = await cursor(office)
    await person_writes(office, " ".join(f"Sentence number {n}." for n in range(700)), name="Judit")
    async with office.running():
        await until(lambda: len(telegram.chat()) == 5)
        await settled(office)
    assert await cursor(office) == (before[0] + 1, 0)
    async with office.database.transaction() as session:
        await session.execute(sql(f"UPDATE telegram_chats SET delivered = {before[0]}, parts = 2"))
    third = telegram.chat()[3]
    async with office.running():
        await until(lambda: len(telegram.chat()) == 7)
    assert telegram.chat()[5] == third


async def test_who_blocked_the_bot_is_left_alone_and_gets_everything_when_they_come_back(
    office: Office, telegram: Telegram
) -> None:
    await started(office, telegram)
    telegram.blocked.add(7)
    async with office.running() as channel:
        await person_writes(office, "Line 0", name="Judit")
        await until(lambda: len(telegram.of("sendMessage")) == 2)
        await person_writes(office, "Line 1", name="Judit")
        await channel.take(telegram.text("/start", 8))
        await until(lambda: len(telegram.chat(8)) == 1)
        assert [body["chat_id"] for body in telegram.of("sendMessage")] == [7, 7, 8]
        telegram.blocked.clear()
        await channel.take(telegram.text("/privacy"))
        await until(lambda: len(telegram.chat()) == 4)
    assert ["Line 0" in telegram.chat()[1], "Line 1" in telegram.chat()[2]] == [True, True]


async def test_who_unblocks_the_bot_gets_what_waited(office: Office, telegram: Telegram) -> None:
    await started(office, telegram)
    async with office.running() as channel:
        await channel.take(telegram.member("kicked"))
        await person_writes(office, "Line 0", name="Judit")
        await channel.take(telegram.text("/start", 8))
        await until(lambda: len(telegram.chat(8)) == 1)
        assert len(telegram.chat()) == 1
        await channel.take(telegram.member("member"))
        await until(lambda: len(telegram.chat()) == 2)


async def test_what_telegram_refuses_is_left_out_and_the_log_holds_no_text(
    office: Office, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    await started(office, telegram)
    caplog.set_level(logging.DEBUG, "channels")
    telegram.fail("sendMessage", Fault(400, "Bad Request: can't parse entities in A secret line"))
    async with office.running():
        await person_writes(office, "A secret line", name="Judit")
        await person_writes(office, "Line 1", name="Judit")
        await until(lambda: len(telegram.chat()) == 2)
    assert "Line 1" in telegram.chat()[1]
    assert "Telegram refused a message of event" in caplog.text
    assert "secret" not in caplog.text


async def test_one_chat_that_telegram_slows_down_does_not_hold_up_another(office: Office, telegram: Telegram) -> None:
    await started(office, telegram)
    telegram.fail("sendMessage", Fault(0))
    async with office.running() as channel:
        await person_writes(office, "Line 0", name="Judit")
        await until(lambda: len(telegram.of("sendMessage")) == 2)
        await channel.take(telegram.text("/start", 8))
        await until(lambda: len(telegram.chat(8)) == 1)
        assert len(telegram.chat()) == 1
        await until(lambda: len(telegram.chat()) == 2)


async def test_a_group_that_moved_while_we_wrote_is_written_to_where_it_is(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/help", -5, kind="group"))
        await until(lambda: len(telegram.chat(-5)) == 3)
        await settled(office)
        telegram.fail("sendMessage", Fault(400, "moved", {"migrate_to_chat_id": -1005}))
        await person_writes(office, "Line 0", name="Judit", chat_id=-5)
        await until(lambda: len(telegram.chat(-1005)) == 1)


async def test_the_pace_that_telegram_allows_is_kept(office: Office, telegram: Telegram) -> None:
    await started(office, telegram)
    async with office.running():
        for line in lines(11):
            await person_writes(office, line, name="Judit")
        await until(lambda: len(telegram.chat()) == 12)
    assert office.time.now == 10.0


async def test_a_chat_that_is_erased_gets_nothing_more(office: Office, telegram: Telegram) -> None:
    await started(office, telegram)
    conversation_id, token = await office.conversation(7)
    await person_writes(office, "Line 0", name="Judit", news=False)
    await office.engine.erase(conversation_id, token)
    async with office.running() as channel:
        await channel.take(telegram.text("/start", 8))
        await until(lambda: len(telegram.chat(8)) == 1)
    assert len(telegram.chat()) == 1
