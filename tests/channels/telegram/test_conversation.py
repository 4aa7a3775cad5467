"""A conversation over Telegram's Bot API, end to end with the real engine."""

from tests.channels.telegram.conftest import Office
from tests.channels.telegram.fake import Telegram, until

QUESTION = "How do I get: Health card?"


async def test_a_question_is_answered(office: Office, telegram: Telegram) -> None:
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text(QUESTION))
        await until(lambda: any("Did this help?" in text for text in telegram.chat()))
    print(telegram.chat(), telegram.keys())
    assert telegram.chat()[0].startswith("Hello. Ask your question")
