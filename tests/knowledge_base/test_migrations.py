"""A database that an earlier version of the program left is taken over with all that it holds."""

import asyncio
import hashlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import create_async_engine

from bot import conversations
from bot.engine import Engine
from bot.messages import Incoming
from bot.tables import EventRow
from knowledge_base.database import Database, migration_config
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import engine_over
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


def add_conversation(file: Path, events: list[dict[str, Any]]) -> None:
    token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
    row = (ID, token_hash, "hungary", "web", "en", "bot", "2026-11-22 21:42:42.705713")
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        for number, event in enumerate(events, 1):
            client_id = f"message-{number}" if event["event"] == "user" else None
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?)", (ID, number, client_id, json.dumps(event)))
    connection.close()


async def at_revision(database: Database, revision: str) -> None:
    engine = create_async_engine(database.url)

    def upgrade(connection: Connection) -> None:
        command.upgrade(migration_config(connection), revision)

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


@pytest.fixture
async def old(tmp_path: Path) -> Database:
    """A database of revision 0001: the content, and one conversation."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'kalauz.db'}")
    await at_revision(database, "0001")
    await take_in(database, builders.content())
    await database.close()
    connection = sqlite3.connect(tmp_path / "kalauz.db")
    with connection:
        connection.execute("UPDATE sites SET data = json_remove(data, '$.urgent', '$.callbacks')")
        connection.execute("UPDATE articles SET facts = json_remove(facts, '$.purpose')")
    connection.close()
    add_conversation(tmp_path / "kalauz.db", EVENTS)
    return database


@pytest.fixture
async def upgraded(old: Database) -> Any:
    await old.migrate()
    yield old
    await old.close()


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


async def test_an_upgraded_database_holds_the_same_content(upgraded: Database, tmp_path: Path) -> None:
    new = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await new.migrate()
    await take_in(new, builders.content())
    assert await stored(upgraded) == await stored(new)
    await new.close()


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
    url = str(old.url)
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, url) for _ in range(4)]
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    assert await types(old) == [event["event"] for event in EVENTS]
    await old.close()


NAMES = st.text(max_size=20)
VALUES = st.none() | st.booleans() | st.integers() | NAMES | st.lists(NAMES, max_size=3)
KINDS = st.sampled_from(["user", "bot", "action", "slot", "active_loop", "session_started"])
ANY_EVENTS = st.lists(
    st.builds(lambda kind, more: {**more, "event": kind}, KINDS, st.dictionaries(NAMES, VALUES, max_size=4)),
    max_size=12,
)


@settings(max_examples=15)
@given(events=ANY_EVENTS)
async def test_whatever_an_event_holds_it_is_kept_and_carries_its_type(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]
) -> None:
    file = tmp_path_factory.mktemp("old") / "kalauz.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await at_revision(database, "0001")
    add_conversation(file, events)
    await database.migrate()
    kinds, kept = await types(database), await held(database)
    await database.close()
    assert kinds == [event["event"] for event in events]
    assert kept == events
