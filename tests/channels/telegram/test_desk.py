"""A person at the desk and a migrant on Telegram."""

from collections.abc import Collection

from sqlalchemy import text as sql

from bot.handoff.delivery import Deliveries, Reached
from bot.handoff.desk import Desk
from bot.staff.member import Member
from channels.telegram import chats
from tests.bot.conftest import VAULT, clock
from tests.bot.handoff.conftest import hired
from tests.channels.telegram.conftest import Office, settled
from tests.channels.telegram.fake import Fault, Telegram, until

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


def desk_of(office: Office) -> Desk:
    async def on_telegram(ids: Collection[str]) -> dict[str, Reached]:
        async with office.database.reading() as session:
            return await chats.reached(session, ids)

    deliveries = Deliveries(on_telegram)
    return Desk(office.database, office.answers, clock(), VAULT, news=office.news, deliveries=deliveries)


async def taken(office: Office, telegram: Telegram, desk: Desk) -> tuple[Member, int]:
    """A counsellor, and the case of a migrant on Telegram that they have taken."""
    judit = await hired(office.database, "Judit", languages=["en"], weekly=ALWAYS)
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await channel.take(telegram.text("/human"))
        (entry,) = await desk.inbox(judit)
        await desk.accept(entry.id, judit)
        await settled(office)
    return judit, entry.id


async def delivered(desk: Desk, case: int, judit: Member) -> list[str]:
    opened = await desk.open(case, judit)
    return [opened.delivery(message) for message in opened.messages if message.sender == "person"]


async def test_the_desk_sees_what_has_arrived_and_a_restart_changes_nothing(office: Office, telegram: Telegram) -> None:
    desk = desk_of(office)
    judit, case = await taken(office, telegram, desk)
    await desk.reply(case, judit, "Which card is it?", "first")
    assert await delivered(desk, case, judit) == ["sent"]
    with office.news.listening() as listener:
        async with office.running():
            await settled(office)
        assert listener.is_set()
    assert await delivered(desk_of(office), case, judit) == ["arrived"]


async def test_what_telegram_refuses_is_seen_at_the_desk_and_what_follows_arrives(
    office: Office, telegram: Telegram
) -> None:
    desk = desk_of(office)
    judit, case = await taken(office, telegram, desk)
    telegram.fail("sendMessage", Fault(400, "Bad Request: chat not found"))
    async with office.running():
        for number in range(3):
            await desk.reply(case, judit, f"Line {number}", f"r{number}")
        await settled(office)
    assert await delivered(desk, case, judit) == ["refused", "arrived", "arrived"]
    (entry,) = await desk.inbox(judit)
    assert not entry.unreachable
    await office.engine.erase(*await office.conversation(7))
    async with office.database.reading() as session:
        assert (await session.execute(sql("SELECT count(*) FROM telegram_refused"))).scalar_one() == 0


async def test_a_migrant_who_blocks_the_bot_is_marked_at_the_desk_until_they_come_back(
    office: Office, telegram: Telegram
) -> None:
    desk = desk_of(office)
    judit, case = await taken(office, telegram, desk)
    telegram.blocked.add(7)
    async with office.running() as channel:
        await desk.reply(case, judit, "Which card is it?", "first")
        await settled(office)
        (entry,) = await desk.inbox(judit)
        assert entry.unreachable
        assert (await desk.open(case, judit)).entry.unreachable
        assert await delivered(desk, case, judit) == ["sent"]
        await desk.reply(case, judit, "It is still kept", "second")
        telegram.blocked.clear()
        await channel.take(telegram.text("I am back"))
        await settled(office)
        (entry,) = await desk.inbox(judit)
    assert not entry.unreachable
    assert await delivered(desk, case, judit) == ["arrived", "arrived"]
    assert telegram.chat()[-1] == "👤 Judit\n\nIt is still kept"


async def test_a_counsellor_who_types_is_seen_typing_whatever_telegram_says(office: Office, telegram: Telegram) -> None:
    desk = desk_of(office)
    judit, case = await taken(office, telegram, desk)
    conversation_id, token = await office.conversation(7)
    telegram.fail("sendChatAction", Fault(429, "Too Many Requests: retry after 17", {"retry_after": 17}))
    async with office.running():
        await until(lambda: bool(office.news._waiting["typing"]))
        await office.engine.types(conversation_id, token)
        for count in (1, 2):
            await desk.types(case, judit)
            await until(lambda: len(telegram.of("sendChatAction")) == count)  # noqa: B023
        await desk.reply(case, judit, "Which card is it?", "first")
        await settled(office)
    assert [(body["chat_id"], body["action"]) for body in telegram.of("sendChatAction")] == [(7, "typing")] * 2
    assert await delivered(desk, case, judit) == ["arrived"]


async def test_who_blocked_the_bot_has_no_chat_to_show_it_in(office: Office, telegram: Telegram) -> None:
    async with office.open() as channel:
        await channel.take(telegram.text("/start"))
        conversation_id, _ = await office.conversation(7)
        for status, chat_id in (("kicked", None), ("member", 7)):
            await channel.take(telegram.member(status))
            async with office.database.reading() as session:
                assert await chats.chat_of(session, conversation_id) == chat_id
