"""Two processes of one site, both with the bot's token, on one PostgreSQL."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import select

from bot.tables import ConversationRow, EventRow
from channels.telegram.channel import POLLING
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.channels.telegram.conftest import Office, person_writes, settled
from tests.channels.telegram.fake import Telegram, until
from tests.databases import new_database


async def test_of_two_processes_one_polls_and_both_deliver_each_message_once(
    telegram: Telegram, telegram_answers: Answers
) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(new_database("postgresql"))]
        databases.append(Database(databases[0].url.render_as_string()))
        stack.push_async_callback(databases[1].close)
        offices = [Office(database, telegram_answers, telegram) for database in databases]
        for office in offices:
            await stack.enter_async_context(office.running(webhook=None))
        telegram.queue(telegram.text("/start"))
        await until(lambda: len(telegram.chat()) == 1)
        for number in range(10):
            # News of each wake both.
            await person_writes(offices[number % 2], f"Line {number}", name="Judit")
        await until(lambda: len(telegram.chat()) >= 11)
        await settled(offices[0])
        leads = [await office.coordination.leads(POLLING) for office in offices]
    assert [text.split("\n\n")[-1] for text in telegram.chat()[1:]] == [f"Line {number}" for number in range(10)]
    assert sorted(leads) == [False, True]


async def test_updates_of_one_new_chat_to_two_processes_begin_one_conversation(
    telegram: Telegram, telegram_answers: Answers
) -> None:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(new_database("postgresql"))
        offices = [Office(database, telegram_answers, telegram) for _ in range(2)]
        channels = [await stack.enter_async_context(office.open()) for office in offices]
        updates = [telegram.text(text) for text in ("/privacy", "/topics", "/privacy", "/topics")]
        await asyncio.gather(*(channels[number % 2].take(update) for number, update in enumerate(updates)))
        async with database.reading() as session:
            rows = await session.scalars(select(ConversationRow.id))
            assert len(rows.all()) == 1
            said = await session.scalars(select(EventRow.client_id).where(EventRow.client_id.is_not(None)))
            assert len(said.all()) == 4
