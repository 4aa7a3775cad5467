"""A database that an earlier version of the program left is taken over with all that it holds."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    MetaData,
    Table,
    TableClause,
    column,
    delete,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.ext.asyncio import create_async_engine

from bot import conversations
from bot.engine import Engine
from bot.messages import Incoming
from bot.tables import EventRow
from knowledge_base.backup import VERSIONS
from knowledge_base.database import Database, migration_config
from knowledge_base.editing import lists
from knowledge_base.editing.duties import NEEDS, Scope, Wanted
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import engine_over
from tests.databases import Backend, new_database
from tests.knowledge_base.stored import stored, take_in
from tests.knowledge_base.test_database import MIGRATE

ID, TOKEN = "L6MluJ6jac4RMOJN", "AxCnH3_n6IODX0AmlcRbWHBxRxCi2E64CqWi87A1lWs"
QUESTION = "card football tonight stadium"
GREETING = "Hello. Ask your question in your own words and in your own language."
OFFER = "I am not sure what you mean. Is it one of these?"
AT = 1795383762.7


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name, "policy": None, "confidence": None, "timestamp": AT}


def uttered(text: str, outcome: str | None) -> dict[str, Any]:
    custom = {"outcome": outcome, "blocks": [{"language": "en", "type": "said", "text": text}]}
    data = {"buttons": [], "custom": custom}
    return {"event": "bot", "timestamp": AT, "text": text, "data": data, "metadata": None}


def heard(text: str) -> dict[str, Any]:
    parse_data = {
        "intent": {"name": "choices", "confidence": 0.08},
        "entities": [],
        "language": "en",
        "candidates": [["health-card", 0.08], ["tax-card", 0.07]],
    }
    return {"event": "user", "timestamp": AT, "text": text, "parse_data": parse_data, "input_channel": "web"}


# A conversation as version 0.1 stored it at revision 0001.
EVENTS = [
    {"event": "session_started", "timestamp": AT},
    {"event": "slot", "timestamp": AT, "name": "language", "value": "en"},
    action("action_greet"),
    uttered(GREETING, None),
    heard(QUESTION),
    action("action_choices"),
    uttered(OFFER, "choices"),
]


# The columns that revision 0001 has.
CONVERSATIONS = table(
    "conversations",
    *map(column, ("id", "token_hash", "site", "channel", "language", "owner")),
    column("started_at", DateTime(timezone=True)),
)
EVENT_ROWS = table("events", *map(column, ("conversation_id", "number", "client_id")), column("data", JSON))
SITES = table("sites", column("id"), column("data", JSON))
ARTICLES = table("articles", column("id"), column("facts", JSON))


async def add_conversation(database: Database, events: list[dict[str, Any]]) -> None:
    token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
    started = datetime(2026, 11, 22, 21, 42, 42, 705713, tzinfo=UTC)
    row = (ID, token_hash, "hungary", "web", "en", "bot", started)
    async with database.transaction() as session:
        await session.execute(insert(CONVERSATIONS).values(row))
        for number, event in enumerate(events, 1):
            client_id = f"message-{number}" if event["event"] == "user" else None
            await session.execute(insert(EVENT_ROWS).values((ID, number, client_id, event)))


async def without(database: Database, rows: TableClause, name: str, *keys: str) -> None:
    """Take out of JSON what revision 0001 did not know."""
    async with database.transaction() as session:
        for id, held in (await session.execute(select(rows.c.id, rows.c[name]))).all():
            kept = {key: value for key, value in held.items() if key not in keys}
            await session.execute(update(rows).where(rows.c.id == id).values({name: kept}))


def reflected(connection: Connection) -> list[Table]:
    """What there is, each after those that it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [one for one in metadata.sorted_tables if one.name != VERSIONS]


async def copy(newest: Database, old: Database) -> None:
    """All rows, with what the older schema has room for."""
    async with old.transaction() as writing, newest.reading() as reading:
        tables = await (await writing.connection()).run_sync(reflected)
        for one in reversed(tables):
            await writing.execute(delete(one))
        for one in tables:
            rows = [dict(row._mapping) for row in await reading.execute(select(*one.columns))]
            if rows:
                await writing.execute(insert(one), rows)


async def at_revision(database: Database, revision: str) -> None:
    engine = create_async_engine(database.url)

    def upgrade(connection: Connection) -> None:
        command.upgrade(migration_config(connection), revision)

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


@pytest.fixture
async def old(backend: Backend) -> AsyncIterator[Database]:
    """A database of revision 0001: the content, and one conversation."""
    async with new_database(backend, empty=True) as database, new_database(backend) as newest:
        await at_revision(database, "0001")
        await take_in(newest, builders.content())
        await copy(newest, database)
        await without(database, SITES, "data", "urgent", "callbacks")
        await without(database, ARTICLES, "facts", "purpose")
        await add_conversation(database, EVENTS)
        yield database


@pytest.fixture
async def upgraded(old: Database) -> Database:
    await old.migrate()
    return old


@pytest.fixture
def engine(upgraded: Database, encoder: Encoder) -> Engine:
    content = builders.content()
    site = content.sites[0]
    answers = Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)
    return engine_over(upgraded, answers)


async def types(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(EventRow.type).order_by(EventRow.number)))


async def held(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as session:
        return [event.data for event in await conversations.events(session, ID)]


async def test_an_upgraded_database_holds_the_same_content(upgraded: Database, database: Database) -> None:
    await take_in(database, builders.content())
    assert await stored(upgraded) == await stored(database)


async def test_an_upgraded_database_lists_and_finds_what_it_holds(upgraded: Database, database: Database) -> None:
    """As one does that was new when it took all in."""
    await take_in(database, builders.content())
    topics, scope = builders.content().topics, Scope("hu", date(2028, 1, 1))
    found = []
    for one in (upgraded, database):
        async with one.reading() as session:
            wanted = [Wanted(words="contract"), Wanted(topic="work")]
            ids = [await lists.matching(session, topics, some) for some in wanted]
            found.append((ids, await lists.duties(session, scope, NEEDS, 0, 10)))
    assert found[0] == found[1]
    assert [ids for ids, _ in found[0][0]] == [["rent-contract"], ["tax-card"]]


async def test_an_upgraded_database_takes_in_how_people_ask(upgraded: Database) -> None:
    article = builders.article().model_copy(update={"asked": {"hu": ["Hol a kártya?"]}})
    await take_in(upgraded, builders.content(article))
    known = {one.id: one.asked for one in (await stored(upgraded))[0].articles}
    assert known == {"health-card": {"hu": ["Hol a kártya?"]}, "rent-contract": {}, "tax-card": {}}


async def test_every_event_carries_its_type_after_the_upgrade(upgraded: Database) -> None:
    assert await types(upgraded) == ["session_started", "slot", "action", "bot", "user", "action", "bot"]
    assert await held(upgraded) == EVENTS


async def test_an_upgraded_conversation_is_read_as_it_was(engine: Engine) -> None:
    messages = await engine.messages(ID, TOKEN, after=0)
    assert [(message.number, message.text) for message in messages] == [(4, GREETING), (5, QUESTION), (7, OFFER)]


async def test_an_upgraded_conversation_goes_on(engine: Engine, upgraded: Database) -> None:
    asked, answered = await engine.receive(ID, TOKEN, Incoming("/none", "message-new"))
    assert (asked.number, asked.text) == (8, "None of these")
    assert answered.text.startswith("None of these, then.")
    assert (await types(upgraded))[7:9] == ["user", "action"]
    again = await engine.receive(ID, TOKEN, Incoming("How do I get a health card?", "message-newer"))
    assert again[-1].reply is not None
    assert again[-1].reply.outcome == "answer"


async def test_a_message_from_before_the_upgrade_still_counts_once(engine: Engine, upgraded: Database) -> None:
    messages = await engine.receive(ID, TOKEN, Incoming(QUESTION, "message-5"))
    assert [message.text for message in messages] == [QUESTION, OFFER]
    assert len(await types(upgraded)) == len(EVENTS)


async def test_an_upgraded_conversation_can_be_erased(engine: Engine, upgraded: Database) -> None:
    await engine.erase(ID, TOKEN)
    assert await types(upgraded) == []


async def test_several_processes_may_upgrade_at_the_same_time(old: Database) -> None:
    url = old.url.render_as_string()
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, url) for _ in range(4)]
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    assert await types(old) == [event["event"] for event in EVENTS]


NAMES = st.text(max_size=20)
VALUES = st.none() | st.booleans() | st.integers() | NAMES | st.lists(NAMES, max_size=3)
KINDS = st.sampled_from(["user", "bot", "action", "slot", "active_loop", "session_started"])
ANY_EVENTS = st.lists(
    st.builds(lambda kind, more: {**more, "event": kind}, KINDS, st.dictionaries(NAMES, VALUES, max_size=4)),
    max_size=12,
)


@settings(max_examples=15)
@given(events=ANY_EVENTS)
async def test_whatever_an_event_holds_it_is_kept_and_carries_its_type(events: list[dict[str, Any]]) -> None:
    async with new_database("sqlite", empty=True) as database:
        await at_revision(database, "0001")
        await add_conversation(database, events)
        await database.migrate()
        kinds, kept = await types(database), await held(database)
    assert kinds == [event["event"] for event in events]
    assert kept == events
