"""A person at the desk and a migrant on Telegram."""

from bot.handoff.desk import Desk
from tests.bot.conftest import VAULT, clock
from tests.bot.handoff.conftest import hired
from tests.channels.telegram.conftest import Office, settled
from tests.channels.telegram.fake import Telegram, until

ALWAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "opens": "00:00", "closes": "24:00"}]


async def test_a_migrant_and_a_counsellor_talk_in_the_chat(office: Office, telegram: Telegram) -> None:
    judit = await hired(office.database, "Judit", languages=["en"], weekly=ALWAYS)
    desk = Desk(office.database, office.answers, clock(), VAULT, news=office.news)
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text("/human"))
        await until(lambda: any("A person comes into this conversation." in text for text in telegram.chat()))
        (entry,) = await desk.inbox(judit)
        await desk.accept(entry.id, judit)
        await channel.take(telegram.text("I lost my card."))
        opened = await desk.open(entry.id, judit)
        assert opened.messages[-1].text == "I lost my card."
        await settled(office)
        before = len(telegram.chat())
        # The bot is silent while a person has the conversation.
        assert "Judit" in telegram.chat()[-1]
        await desk.reply(entry.id, judit, "Which card is it?", "first")
        await desk.reply(entry.id, judit, "Which card is it?", "first")
        await until(lambda: len(telegram.chat()) == before + 1)
        assert telegram.chat()[-1] == "👤 Judit\n\nWhich card is it?"
        await desk.give_back(entry.id, judit)
        await until(lambda: len(telegram.chat()) == before + 2)
        await channel.take(telegram.text("How do I get: Health card?"))
        await until(lambda: "The office gives you a health card." in telegram.chat()[-1])
    assert len(telegram.chat()) == before + 3
