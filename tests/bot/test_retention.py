"""What nobody writes in any more is erased in its time, on both databases; what somebody still works on is not."""

import pytest
from sqlalchemy import func, select

from bot.handoff.delivery import Deliveries
from bot.news import News
from bot.retention import BATCH, Due, Retention
from bot.tables import ConversationRow, TallyRow
from channels.bridge import ledger
from channels.telegram import chats
from knowledge_base.database import Database
from knowledge_base.tables import Base
from retrieval.answers import Answers
from tests.bot.conftest import VAULT
from tests.bot.handoff.conftest import Migrant, Office, Watch, hired
from tests.conftest import NOW
from tests.databases import all_of

DAYS = 30
# In every table that a conversation has rows in, something of it is told by one of these.
MARKS = ("Zsófia-Mark", "+36 20 555 0199")


@pytest.fixture
def office(database: Database, answers: Answers) -> Office:
    return Office(database, answers, Watch())


@pytest.fixture
def retention(office: Office) -> Retention:
    return Retention(office.database, DAYS, office.watch, news=office.news)


async def left(database: Database) -> set[str]:
    async with database.reading() as session:
        return set(await session.scalars(select(ConversationRow.id)))


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table has that a conversation's own rows stand in."""
    async with database.reading() as session:
        tables = [
            *("conversations", "events", "callbacks", "unanswered", "handoffs", "handoff_notes", "handoff_labels"),
            *("telegram_chats", "telegram_boxes", "telegram_refused", "bridged_handoffs", "bridged_replies"),
        ]
        counts = {}
        for name in tables:
            query = select(func.count()).select_from(Base.metadata.tables[name])
            counts[name] = await session.scalar(query) or 0
    return counts


async def lived(office: Office) -> Migrant:
    """A conversation that has left something in every table there is for conversations; its case is over."""
    migrant = await office.migrant(channel="telegram")
    anna = await hired(office.database, "Anna", languages=["en"])
    await migrant.say(f"qwerty {MARKS[0]} asdfgh", "/human")
    (entry,) = await office.desk.inbox(anna)
    await office.desk.accept(entry.id, anna)
    await office.desk.note(entry.id, anna, f"note on {MARKS[0]}")
    await office.desk.label(entry.id, "mark")
    id = migrant.started.conversation_id
    async with office.database.transaction() as session:
        await ledger.admit(session, "hungary", office.watch())
        case = await ledger.take(session, entry.id, office.watch())
        assert case is not None
        await ledger.heard(session, case, "remote-1")
        await chats.bind(session, 4711, id, VAULT.seal({"token": migrant.started.token}), delivered=0)
        chat = await chats.find(session, 4711)
        assert chat is not None
        await chats.keep_boxes(session, chat, chats.Boxes(1, 1, 0))
        await chats.refuse(session, chat, 2)
    await office.desk.give_back(entry.id, anna)
    # A form that nobody completed, for a request would keep the conversation.
    await migrant.say("/callback", MARKS[0], MARKS[1])
    return migrant


async def test_a_conversation_is_erased_when_nothing_was_written_for_so_long(
    office: Office, retention: Retention
) -> None:
    silent, lively = await office.migrant(), await office.migrant()
    office.watch.wind(days=DAYS - 1)
    await lively.say("How do I get a health card?")
    assert await retention.run() == 0
    office.watch.wind(days=1)
    assert await retention.due() == Due(erased=1, kept=0)
    assert await left(office.database) == {silent.started.conversation_id, lively.started.conversation_id}
    assert await retention.run() == 1
    assert await left(office.database) == {lively.started.conversation_id}


async def test_nothing_of_it_is_left_in_any_table(office: Office, retention: Retention) -> None:
    before = await rows(office.database)
    assert set(before.values()) == {0}
    migrant = await lived(office)
    filled = await rows(office.database)
    assert [name for name, count in filled.items() if not count] == []
    id = migrant.started.conversation_id
    assert id.encode() in await all_of(office.database)
    office.watch.wind(days=DAYS + 1)
    assert await retention.run() == 1
    # The other desk is to erase it too, and is told by what the bridge still has; then that goes as well.
    bridge = {"bridged_handoffs", "bridged_replies"}
    assert {name for name, count in (await rows(office.database)).items() if count} == bridge
    async with office.database.transaction() as session:
        (handoff_id,) = await ledger.due(session, office.watch())
        case = await ledger.take(session, handoff_id, office.watch())
        assert case is not None
        await ledger.forget(session, case)
    await office.database.forget()
    held = await all_of(office.database)
    for mark in (id, *MARKS, "4711"):
        assert mark.encode() not in held, mark


async def test_every_table_that_names_a_conversation_is_looked_at(database: Database) -> None:
    belonging = {"conversations"}
    while True:
        more = {
            table.name
            for table in Base.metadata.sorted_tables
            if "conversation_id" in table.columns or {key.column.table.name for key in table.foreign_keys} & belonging
        }
        if more <= belonging:
            break
        belonging |= more
    assert belonging == set(await rows(database))


async def test_statistics_stay(office: Office, retention: Retention) -> None:
    migrant = await office.migrant()
    await migrant.say("How do I get a health card?")

    async def counted() -> object:
        async with office.database.reading() as session:
            return await session.scalar(select(func.sum(TallyRow.count)))

    before = await counted()
    assert before
    office.watch.wind(days=DAYS + 1)
    await retention.run()
    assert await counted() == before


@pytest.mark.parametrize("taken", [True, False])
async def test_an_open_case_keeps_its_conversation_until_it_is_closed(
    office: Office, retention: Retention, taken: bool
) -> None:
    migrant = await office.migrant()
    anna = await hired(office.database, "Anna", languages=["en"])
    await migrant.say("/human")
    (entry,) = await office.desk.inbox(anna)
    if taken:
        await office.desk.accept(entry.id, anna)
    office.watch.wind(days=DAYS + 1)
    assert await retention.due() == Due(erased=0, kept=1)
    assert await retention.run() == 0
    if not taken:
        await office.desk.accept(entry.id, anna)
    await office.desk.close(entry.id, anna, "solved")
    assert await retention.run() == 0
    office.watch.wind(days=DAYS)
    assert await retention.run() == 1


async def test_a_promised_call_keeps_its_conversation(office: Office, retention: Retention) -> None:
    migrant = await office.migrant()
    await migrant.say("/callback", "Anna", "anna@example.org", "morning", "hu")
    office.watch.wind(days=DAYS + 1)
    assert await retention.due() == Due(erased=0, kept=1)


async def test_what_is_written_meanwhile_saves_a_conversation(office: Office, retention: Retention) -> None:
    migrant = await office.migrant()
    office.watch.wind(days=DAYS)
    found = await retention._some()
    await migrant.say("How do I get a health card?")
    assert await retention._erase(found) == 0
    assert await left(office.database) == {migrant.started.conversation_id}


async def test_the_clock_erases_a_few_at_a_time_and_then_rests(office: Office, retention: Retention) -> None:
    for _ in range(BATCH + 1):
        await office.migrant()
    office.watch.wind(days=DAYS)
    await retention.tick()
    assert len(await left(office.database)) == 1
    await retention.tick()
    assert await left(office.database) == set()
    await office.migrant()
    hourly = Retention(office.database, 1, office.watch)
    await hourly.tick()
    office.watch.wind(days=1)
    await hourly.tick()
    assert await left(office.database) == set()


async def test_while_it_rests_nothing_is_looked_for(office: Office) -> None:
    retention = Retention(office.database, 1, office.watch)
    await office.migrant()
    office.watch.wind(days=1, minutes=-30)
    await retention.tick()
    office.watch.wind(minutes=59)
    await retention.tick()
    assert len(await left(office.database)) == 1
    office.watch.wind(minutes=1)
    await retention.tick()
    assert await left(office.database) == set()


async def test_who_listens_hears_that_it_is_erased(database: Database, answers: Answers) -> None:
    office, deliveries, news = Office(database, answers, Watch()), Deliveries(), News()
    migrant = await office.migrant()
    id = migrant.started.conversation_id
    deliveries.note(id, 1, NOW)
    office.watch.wind(days=DAYS)
    with news.listening(id) as listener:
        await Retention(database, DAYS, office.watch, news=news, deliveries=deliveries).run()
        assert listener.is_set()
    assert await deliveries.of([id]) == {}
