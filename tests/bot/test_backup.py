"""A backup holds every row, and is taken in whole or not at all."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, select
from sqlalchemy.ext.asyncio import create_async_engine

from bot.engine import Engine
from bot.messages import Incoming
from bot.staff.tables import StaffRow
from knowledge_base import said
from knowledge_base.backup import MANIFEST, BackupError, back_up, restore
from knowledge_base.database import Database, in_utc, migration_config
from tests.bot.conftest import small_content
from tests.conftest import NOW, ROOT
from tests.databases import BACKENDS, new_database
from tests.knowledge_base.stored import take_in


def every_row(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    metadata = MetaData()
    # FTS5's own tables are SQLite's only.
    metadata.reflect(connection, only=lambda name, _: not name.startswith("grams"))
    return {
        t.name: [tuple(map(with_zone, r)) for r in connection.execute(select(t).order_by(*t.primary_key))]
        for t in metadata.sorted_tables
    }


def with_zone(value: Any) -> Any:
    return in_utc(value) if isinstance(value, datetime) else value


async def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    async with database.reading() as session:
        return await (await session.connection()).run_sync(every_row)


def account(login: str) -> StaffRow:
    return StaffRow(
        login=login,
        name=login.title(),
        role="editor",
        password_hash="x",
        language="en",
        failed=0,
        locked_until=None,
        active=True,
        session_epoch=1,
        created_at=NOW,
    )


@pytest.fixture
async def lived_in(database: Database, engine: Engine) -> Database:
    """A database with content, a conversation and an account."""
    await take_in(database, small_content())
    started = await engine.start(channel="web", language="hu")
    await engine.receive(started.conversation_id, started.token, Incoming("پرسش — «؟» 🙂", "message-1"))
    await engine.receive(started.conversation_id, started.token, Incoming("/human", "message-2"))
    async with database.transaction() as session:
        session.add(account("anna"))
    return database


@pytest.fixture(params=BACKENDS)
async def empty(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """Of the other kind too: that is how a site moves."""
    async with new_database(request.param, empty=True) as database:
        yield database


async def test_everything_is_there_again(lived_in: Database, empty: Database, tmp_path: Path) -> None:
    taken = await back_up(lived_in, tmp_path / "b.zip", now=NOW)
    assert taken.rows["events"] > 4
    assert await restore(empty, tmp_path / "b.zip") == taken
    assert await rows(empty) == await rows(lived_in)


async def test_what_is_made_of_the_texts_is_made_again(lived_in: Database, empty: Database, tmp_path: Path) -> None:
    taken = await back_up(lived_in, tmp_path / "b.zip", now=NOW)
    assert "said" not in taken.rows
    await restore(empty, tmp_path / "b.zip")
    async with empty.reading() as session:
        assert await said.saying(session, "kartya") == {"health-card"}
        assert await said.saying(session, "x-c") == {"tax-card"}


async def test_life_goes_on_where_it_stopped(lived_in: Database, empty: Database, tmp_path: Path) -> None:
    """What counts by itself goes on after the numbers that came with the backup."""
    await back_up(lived_in, tmp_path / "b.zip", now=NOW)
    await restore(empty, tmp_path / "b.zip")
    async with empty.transaction() as session:
        bela = account("bela")
        session.add(bela)
        await session.flush()
        assert bela.id == 2


async def test_a_file_is_replaced_only_by_a_whole_one(lived_in: Database, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    await back_up(lived_in, path, now=NOW)
    first = path.read_bytes()
    nowhere = Database(f"sqlite+aiosqlite:///{tmp_path / 'blank.db'}")
    with pytest.raises(BackupError, match="no data yet"):
        await back_up(nowhere, path, now=NOW)
    await nowhere.close()
    assert path.read_bytes() == first
    assert [name for name in os.listdir(tmp_path) if name.startswith("b.zip")] == ["b.zip"]


async def test_a_backup_is_its_owners_only_whatever_the_process_allows(lived_in: Database, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.touch(mode=0o644)
    before = os.umask(0)
    try:
        await back_up(lived_in, path, now=NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# Writes half a backup as the program does, says so, and waits until it is killed.
HALF_A_BACKUP = """
import sys, time
from pathlib import Path
from knowledge_base.backup import _partial
with _partial(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("written", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def kill(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Ends a process that is in the middle of a backup into `b [1].zip`."""
    half = [sys.executable, "-c", HALF_A_BACKUP, str(tmp_path / "b [1].zip")]
    with subprocess.Popen(half, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        assert process.stdout.readline() == b"written\n"

        def kill() -> None:
            process.kill()
            process.wait()

        yield kill
        kill()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_a_killed_backup_left_goes_and_what_is_being_written_stays(
    lived_in: Database, kill: Callable[[], None], tmp_path: Path
) -> None:
    path, another = tmp_path / "b [1].zip", tmp_path / "b.zip.0.partial"
    another.touch()
    await back_up(lived_in, path, now=NOW)
    assert len([name for name in os.listdir(tmp_path) if name.endswith(".partial")]) == 2
    kill()
    await back_up(lived_in, path, now=NOW)
    left = [name for name in os.listdir(tmp_path) if name.endswith(".partial")]
    assert left == [another.name], "or that of another file went too"


def damaged(path: Path, how: str) -> Path:
    """The backup with something wrong."""
    other = path.with_name("damaged.zip")
    if how == "cut":
        other.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return other
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            manifest = json.loads(data) if name == MANIFEST else {}
            match how:
                case "row lost" if name == "events.jsonl":
                    data = data[: data.index(b"\n") + 1]
                case "row changed" if name == "events.jsonl":
                    data = data.replace(b'"bot"', b'"bat"')
                case "table lost" if name == "events.jsonl":
                    continue
                case "manifest lost" if name == MANIFEST:
                    continue
                case "newer format" if manifest:
                    data = json.dumps({**manifest, "format": 2}).encode()
                case "unknown schema" if manifest:
                    data = json.dumps({**manifest, "revision": "9999"}).encode()
                case "manifest is a list" if name == MANIFEST:
                    data = b"[]"
            new.writestr(name, data)
    return other


@pytest.mark.parametrize(
    "how",
    [
        "cut",
        "row lost",
        "row changed",
        "table lost",
        "manifest lost",
        "newer format",
        "unknown schema",
        "manifest is a list",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_damaged_file_restores_nothing(lived_in: Database, empty: Database, tmp_path: Path, how: str) -> None:
    await back_up(lived_in, tmp_path / "b.zip", now=NOW)
    with pytest.raises(BackupError):
        await restore(empty, damaged(tmp_path / "b.zip", how))
    assert await rows(empty) == {}


async def test_a_backup_of_an_older_schema_is_brought_up_to_date(empty: Database, tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(lambda c: command.upgrade(migration_config(c), "0004"))
        await connection.exec_driver_sql(
            "INSERT INTO conversations VALUES ('c', 'x', 'hungary', 'web', 'hu', 'bot', '2026-11-01 10:00:00')"
        )
    await engine.dispose()
    old = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    taken = await back_up(old, tmp_path / "b.zip", now=datetime(2026, 11, 1, tzinfo=UTC))
    await old.close()
    assert taken.revision == "0004"
    await restore(empty, tmp_path / "b.zip")
    found = await rows(empty)
    assert [row[0] for row in found["conversations"]] == ["c"]
    assert "handoffs" in found
