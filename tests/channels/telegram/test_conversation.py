"""Conversations over Telegram's Bot API, end to end with the real engine."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.limits import Limits, Rate
from bot.messages import WrongTokenError
from bot.vault import Vault
from channels.telegram.hosting import TelegramNotReadyError
from channels.telegram.outbox import REDRAWN
from channels.telegram.reception import QUIET_S
from tests.channels.telegram.conftest import Office, person_writes, settled
from tests.channels.telegram.fake import Telegram, until

QUESTION = "How do I get: Health card?"
ANSWER = "The office gives you a health card."
GREETING = "Hello. Ask your question"
GONE = "This text is no longer here."


async def rows(office: Office, table: str) -> int:
    async with office.database.reading() as session:
        return int((await session.execute(sql(f"SELECT count(*) FROM {table}"))).scalar_one())


def arrived(telegram: Telegram, *beginnings: str, chat_id: int = 7) -> bool:
    shown = telegram.chat(chat_id)
    return len(shown) == len(beginnings) and all(b in t for b, t in zip(beginnings, shown, strict=True))


async def test_the_first_start_greets_once_and_a_question_is_answered(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
        await until(lambda: arrived(telegram, GREETING, ANSWER))
    assert telegram.keys() == [["All topics", "Talk to a person", "Change the language"], ["Yes", "No"]]


async def test_who_asks_at_once_is_greeted_and_answered(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text(QUESTION))
        await until(lambda: arrived(telegram, GREETING, ANSWER))


async def test_a_link_to_an_article_opens_it(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start health-card"))
        await until(lambda: arrived(telegram, ANSWER))


async def test_the_persons_telegram_tells_the_language_to_begin_in(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start", language="hu"))
        await until(lambda: arrived(telegram, "Üdvözlöm!"))


async def test_an_update_that_comes_again_does_nothing(office: Office, telegram: Telegram) -> None:
    start, question = telegram.text("/start"), telegram.text(QUESTION)
    async with office.running() as channel:
        for update in (start, question, question, start, question):
            await channel.take(update)
        await channel.take(telegram.text("/privacy"))
        await until(lambda: arrived(telegram, GREETING, ANSWER, "You need no account"))


async def test_updates_in_another_order_are_all_taken(office: Office, telegram: Telegram) -> None:
    start, question = telegram.text("/start"), telegram.text(QUESTION)
    async with office.running() as channel:
        await channel.take(question)
        await channel.take(start)
        await until(lambda: arrived(telegram, GREETING, ANSWER, GREETING))


async def test_every_chat_has_a_conversation_of_its_own(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start", 7))
        await channel.take(telegram.text("/start", 8, language="hu"))
        await until(lambda: arrived(telegram, GREETING) and arrived(telegram, "Üdvözlöm!", chat_id=8))
    assert await rows(office, "telegram_chats") == 2
    assert await rows(office, "conversations") == 2


async def test_a_button_does_what_it_says_and_stops_waiting(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        update = telegram.press("All topics")
        await channel.take(update)
        await until(lambda: arrived(telegram, GREETING, "What is it about?"))
    (answered,) = telegram.of("answerCallbackQuery")
    assert answered["callback_query_id"] == update["callback_query"]["id"]
    assert "text" not in answered


async def test_an_old_button_does_what_it_said_then(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
        await channel.take(telegram.text("/privacy"))
        await until(lambda: len(telegram.chat()) == 3)
        await channel.take(telegram.press("Talk to a person"))
        await until(lambda: len(telegram.chat()) == 4)
    assert "+36 1 234 5678" in telegram.chat()[3]


async def test_a_tick_changes_the_message_in_its_place(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start tax-card"))
        await until(lambda: len(telegram.chat()) >= 1)
        await channel.take(telegram.press("Go through it step by step"))
        await until(lambda: "☐ Passport" in telegram.chat()[-1])
        before = len(telegram.chat())
        await channel.take(telegram.press("☐ Passport"))
        await until(lambda: "☑ Passport" in telegram.chat()[-1])
        assert "☑ Passport" in telegram.keys()[-1]
        assert "Next step" in telegram.keys()[-1]
        await channel.take(telegram.press("☑ Passport"))
        await until(lambda: "☐ Passport" in telegram.chat()[-1])
        assert len(telegram.chat()) == before
    assert len(telegram.of("answerCallbackQuery")) == 3


async def test_a_tick_changes_every_list_that_shows_it(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start tax-card"))
        await until(lambda: len(telegram.chat()) >= 1)
        await channel.take(telegram.press("Go through it step by step"))
        await until(lambda: "☐ Passport" in telegram.chat()[-1])
        step = len(telegram.chat()) - 1
        await channel.take(telegram.press("All papers"))
        await until(lambda: len(telegram.chat()) == step + 2)
        await channel.take(telegram.press("☐ Passport"))
        await until(lambda: ["☑" in telegram.chat()[at] for at in (step, step + 1)] == [True, True])


async def test_a_list_that_was_deleted_is_sent_anew_when_something_is_ticked(
    office: Office, telegram: Telegram
) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start tax-card"))
        await until(lambda: len(telegram.chat()) >= 1)
        await channel.take(telegram.press("Go through it step by step"))
        await until(lambda: "☐ Passport" in telegram.chat()[-1])
        update = telegram.press("☐ Passport")
        gone = telegram.messages[7].popitem()
        assert "☐ Passport" in gone[1]["text"]
        before = len(telegram.chat())
        await channel.take(update)
        await until(lambda: len(telegram.chat()) == before + 1)
        assert "☑ Passport" in telegram.chat()[-1]
        await channel.take(telegram.press("☑ Passport"))
        await until(lambda: "☐ Passport" in telegram.chat()[-1])
        assert len(telegram.chat()) == before + 1


async def test_a_deleted_conversation_says_goodbye_and_leaves_nothing(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text("/delete"))
        await until(lambda: len(telegram.chat()) == 2)
        await channel.take(telegram.press("Yes, delete everything"))
        await until(lambda: len(telegram.chat()) == 4)
    assert telegram.chat()[2:] == [
        "Everything that you wrote here is deleted.",
        "Telegram keeps its own copy of this chat until you delete it there.",
    ]
    for table in ("conversations", "events", "telegram_chats", "telegram_boxes"):
        assert await rows(office, table) == 0


async def test_after_a_deletion_a_new_conversation_begins(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        await office.engine.erase(*await office.conversation(7))
        await channel.take(telegram.text(QUESTION))
        await until(lambda: arrived(telegram, GREETING, GREETING, ANSWER))
    assert await rows(office, "conversations") == 1


async def test_a_button_of_a_deleted_conversation_says_that_it_is_gone(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        old = telegram.press("All topics")
        await office.engine.erase(*await office.conversation(7))
        await channel.take(old)
        # With a new conversation, whose events have the same numbers, it is still the old one's.
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING, GREETING))
        await channel.take(old)
    answers = telegram.of("answerCallbackQuery")
    assert [GONE in answer["text"] for answer in answers] == [True, True]
    assert arrived(telegram, GREETING, GREETING)


async def test_data_that_no_button_has_does_nothing(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        conversation_id, _ = await office.conversation(7)
        for data in ("", "rubbish", f"{conversation_id}:1:0", f"{conversation_id}:999:0", f"{conversation_id}:0:0"):
            await channel.take(telegram.pressed(data))
    assert [GONE in answer["text"] for answer in telegram.of("answerCallbackQuery")] == [True] * 5


async def test_a_person_answers_in_the_same_chat_with_their_name(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        await person_writes(office, "I can help you <today> & tomorrow.", name="Judit")
        await until(lambda: len(telegram.chat()) == 2)
    assert telegram.chat()[1] == "👤 Judit\n\nI can help you <today> & tomorrow."


async def test_what_another_process_stored_is_delivered_without_news(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        await person_writes(office, "I am here.", name="Judit", news=False)
        await until(lambda: len(telegram.chat()) == 2)


async def test_a_changed_question_is_answered_anew_and_an_older_one_is_not(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        first = telegram.text("/start")
        typo = telegram.text("/privasy")
        await channel.take(first)
        await channel.take(typo)
        await until(lambda: len(telegram.chat()) == 2)
        await channel.take(telegram.edited(first, QUESTION))
        await channel.take(telegram.edited(typo, QUESTION))
        await until(lambda: len(telegram.chat()) == 3)
        await channel.take(telegram.edited(typo, "/privacy"))
        await until(lambda: len(telegram.chat()) == 4)
    assert ANSWER in telegram.chat()[2]
    assert "You need no account" in telegram.chat()[3]


async def test_a_change_of_a_message_from_before_is_no_conversation(office: Office, telegram: Telegram) -> None:
    async with office.open() as channel:
        await channel.take(telegram.edited(telegram.text("Hello"), QUESTION))
    assert await rows(office, "conversations") == 0


async def test_an_answer_that_takes_its_time_is_announced_unless_a_person_writes_it(
    office: Office, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = office.engine.receive
    slow = asyncio.Event()

    async def slowly(*arguments: Any) -> Any:
        await slow.wait()
        return await receive(*arguments)

    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        assert telegram.of("sendChatAction") == []
        monkeypatch.setattr(office.engine, "receive", slowly)
        taking = asyncio.create_task(channel.take(telegram.text(QUESTION)))
        await until(lambda: [body["action"] for body in telegram.of("sendChatAction")] == ["typing"])
        slow.set()
        await taking
        await until(lambda: arrived(telegram, GREETING, ANSWER))
        async with office.database.transaction() as session:
            await session.execute(sql("UPDATE conversations SET owner = 'desk'"))
        slow.clear()
        taking = asyncio.create_task(channel.take(telegram.text("Hello?")))
        _, waiting = await asyncio.wait([taking], timeout=3 * QUIET_S)
        assert waiting == {taking}
        slow.set()
        await taking
    assert len(telegram.of("sendChatAction")) == 1


async def test_many_old_lists_do_not_make_a_tick_slow(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start tax-card"))
        await until(lambda: len(telegram.chat()) >= 1)
        for _ in range(REDRAWN + 2):
            await channel.take(telegram.press("Go through it step by step"))
            await settled(office)
        await channel.take(telegram.press("☐ Passport"))
        await settled(office)
    assert sum("☑" in text for text in telegram.chat()) == len(telegram.of("editMessageText")) == REDRAWN


async def test_a_voice_message_is_answered_kindly(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.message(voice={"file_id": "f", "file_unique_id": "u", "duration": 1}))
        await until(lambda: arrived(telegram, GREETING, "I cannot listen to voice messages."))


async def test_a_message_that_is_too_long_is_answered_with_what_is_possible(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start", language="hu"))
        await channel.take(telegram.text("x" * 3000, language="hu"))
        await channel.take(telegram.text("\u200b", language="hu"))
        await until(lambda: len(telegram.chat()) == 3)
    assert "Ez az üzenet túl hosszú. Kérem, legfeljebb 2000 karaktert írjon." in telegram.chat()
    assert "Ezt az üzenetet nem sikerült fogadni." in telegram.chat()


async def test_who_writes_too_much_is_told_when_to_go_on(office: Office, telegram: Telegram) -> None:
    office.limited(Limits(conversation=(Rate(1, timedelta(hours=1)),)))
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
        await until(lambda: len(telegram.chat()) == 2)
    assert "Very many messages came in a short time." in telegram.chat()[1] + telegram.chat()[0]


async def test_in_a_group_the_bot_answers_who_addresses_it_and_says_how_to_be_alone(
    office: Office, telegram: Telegram
) -> None:
    mention = {"type": "mention", "offset": 0, "length": 14}
    async with office.running() as channel:
        await channel.take(telegram.text("Who comes tonight?", -5, kind="group"))
        asked = f"@KalauzTestBot {QUESTION}"
        await channel.take(telegram.text(asked, -5, kind="group", entities=[mention]))
        await until(lambda: len(telegram.chat(-5)) == 3)
        await channel.take(telegram.text(asked, -5, kind="group", entities=[mention]))
        await until(lambda: len(telegram.chat(-5)) == 4)
    alone = [text for text in telegram.chat(-5) if "https://t.me/KalauzTestBot" in text]
    assert len(alone) == 1
    assert sum(ANSWER in text for text in telegram.chat(-5)) == 2


async def test_a_group_that_moves_keeps_its_conversation(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/help", -5, kind="group"))
        await until(lambda: len(telegram.chat(-5)) == 3)
        before = await office.conversation(-5)
        await channel.take(telegram.message(-5, kind="group", migrate_to_chat_id=-1005))
        assert await office.conversation(-1005) == before
        await channel.take(telegram.text("/privacy", -1005, kind="supergroup"))
        await until(lambda: len(telegram.chat(-1005)) == 1)


async def test_the_conversations_token_is_sealed_in_the_database(office: Office, telegram: Telegram) -> None:
    async with office.open() as channel:
        await channel.take(telegram.text("/start"))
    conversation_id, token = await office.conversation(7)
    assert await office.engine.messages(conversation_id, token, after=0)
    with pytest.raises(WrongTokenError):
        await office.engine.messages(conversation_id, token[:-1], after=0)
    async with office.database.reading() as session:
        stored = (await session.execute(sql("SELECT token FROM telegram_chats"))).scalar_one()
    assert token.encode() not in bytes(stored)


async def test_a_chat_sealed_with_a_key_of_another_process_keeps_its_conversation_and_is_heard_again(
    office: Office, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    async with office.open() as channel:
        await channel.take(telegram.text("/start"))
    before, _ = await office.conversation(7)
    update = telegram.text(QUESTION)
    async with office.open(vault=Vault("a key from before")) as behind:
        with pytest.raises(TelegramNotReadyError):
            await behind.take(update)
    assert caplog.text.count("sealed with a KALAUZ_SECRET_KEY that is not known here") == 1
    async with office.running() as channel:
        await channel.take(update)
        await until(lambda: arrived(telegram, GREETING, ANSWER))
    assert (await office.conversation(7))[0] == before


async def test_a_chat_whose_key_is_lost_begins_anew_with_start(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: arrived(telegram, GREETING))
        async with office.database.transaction() as session:
            await session.execute(sql("UPDATE telegram_chats SET token = :token"), {"token": b"\0"})
        with pytest.raises(TelegramNotReadyError):
            await channel.take(telegram.text(QUESTION))
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
        await until(lambda: arrived(telegram, GREETING, GREETING, ANSWER))
