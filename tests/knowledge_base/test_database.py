"""The database: its schema, its transactions."""

import asyncio
import socket
import stat
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Table, create_engine, delete, insert, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import channels.tables  # noqa: F401
from knowledge_base import repository
from knowledge_base.database import SILENCE_S, WAITING_MS, Database, UnsupportedDatabaseError, migration_config
from knowledge_base.outage import OutageError
from knowledge_base.tables import ArticleRow, Base, ContactRow, RevisionRow
from tests import builders
from tests.databases import Backend, new_database, new_url
from tests.knowledge_base.stored import stored, take_in


@asynccontextmanager
async def network_before(url: URL) -> AsyncIterator[str]:
    """The address of a database over TCP; the tests' server has only a socket in its folder."""

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inward, outward = await asyncio.open_unix_connection(f"{url.query['host']}/.s.PGSQL.5432")
        await asyncio.gather(pipe(reader, outward), pipe(inward, writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/{url.database}"


def differences(connection: Connection) -> list[object]:
    options = {
        "compare_type": True,
        "compare_server_default": True,
        # Of the database's own kind; see `knowledge_base.said`.
        "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("grams"),
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


async def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    assert len(Base.metadata.tables) > 30
    async with database._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_make_the_keys_and_the_uniqueness_of_the_models(database: Database) -> None:
    def keys(connection: Connection, table: Table) -> object:
        found = inspect(connection)
        foreign = [(key["constrained_columns"], key["referred_table"]) for key in found.get_foreign_keys(table.name)]
        unique = [constraint["column_names"] for constraint in found.get_unique_constraints(table.name)]
        return found.get_pk_constraint(table.name)["constrained_columns"], sorted(foreign), sorted(unique)

    def of_all(connection: Connection) -> dict[str, object]:
        return {table.name: keys(connection, table) for table in Base.metadata.sorted_tables}

    async with database._engine.connect() as connection:
        migrated = await connection.run_sync(of_all)
    modelled = create_engine("sqlite://")
    Base.metadata.create_all(modelled)
    with modelled.connect() as made:
        assert migrated == of_all(made)
    modelled.dispose()


async def test_a_database_that_is_not_there_is_an_outage_and_says_what_keeps_it_away() -> None:
    database = Database("postgresql+asyncpg://kalauz:a-password@127.0.0.1:1/kalauz")
    with pytest.raises(OutageError, match="the database cannot be reached: ") as raised:
        await database.check()
    assert "127.0.0.1" in str(raised.value)
    assert "a-password" not in str(raised.value)
    await database.close()


async def test_a_connection_that_breaks_is_an_outage_and_the_next_one_works() -> None:
    async def cut_off(database: Database) -> None:
        async with database.transaction() as session:
            own = await session.scalar(text("SELECT pg_backend_pid()"))
            async with database.transaction() as another:
                await another.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
            await session.execute(text("SELECT 1"))

    async with new_database("postgresql") as database:
        with pytest.raises(OutageError, match="the connection to the database broke"):
            await cut_off(database)
        await database.check()


async def test_the_system_breaks_a_connection_over_which_nothing_comes() -> None:
    async with new_url("postgresql") as url, network_before(make_url(url)) as address:
        database = Database(address)
        async with database._engine.connect() as pooled:
            connection: Any = (await pooled.get_raw_connection()).driver_connection
            own = connection._transport.get_extra_info("socket")
            assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == SILENCE_S * 1000
        await database.close()


def test_a_schema_that_lacks_a_table_would_be_noticed() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        assert len(differences(connection)) >= len(Base.metadata.tables)
    engine.dispose()


def test_migrations_are_one_line() -> None:
    assert len(ScriptDirectory.from_config(migration_config()).get_heads()) == 1


async def test_migrating_again_keeps_what_is_there(database: Database) -> None:
    await take_in(database, builders.content())
    before = await stored(database)
    await database.migrate()
    assert await stored(database) == before


MIGRATE = """
import asyncio, sys
from knowledge_base.database import Database

async def migrate():
    database = Database(sys.argv[1])
    await database.migrate()
    await database.close()

asyncio.run(migrate())
"""


async def test_several_processes_may_migrate_at_the_same_time(backend: Backend) -> None:
    async with new_database(backend, empty=True) as database:
        url = database.url.render_as_string()
        processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, url) for _ in range(4)]
        assert [await process.wait() for process in processes] == [0, 0, 0, 0]
        assert (await stored(database))[1] == 0


async def test_a_new_database_makes_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'folder' / 'kalauz.db'}")
    await database.migrate()
    await database.close()
    assert (tmp_path / "deep" / "folder" / "kalauz.db").exists()


async def test_no_other_account_can_read_a_new_database(tmp_path: Path) -> None:
    file = tmp_path / "data" / "kalauz.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await database.migrate()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (file.parent, *file.parent.iterdir())}
    await database.close()
    assert modes == {"data": 0o700, "kalauz.db": 0o600, "kalauz.db-wal": 0o600, "kalauz.db-shm": 0o600}


async def test_what_is_erased_while_somebody_reads_is_gone_from_the_files_later(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'kalauz.db'}")
    await database.migrate()

    def held() -> bool:
        return any(b"a secret" in path.read_bytes() for path in tmp_path.iterdir())

    async with database.transaction() as session:
        session.add(ContactRow(id="line", data={"name": "a secret"}))
    await database.forget()
    async with database.reading() as backup:
        assert (await backup.scalars(select(ContactRow.id))).all() == ["line"]
        async with database.transaction() as session:
            await session.execute(delete(ContactRow))
        # Nobody waits for the backup.
        await asyncio.wait_for(database.forget(), WAITING_MS / 2000)
        assert held()
        await database.tidy()
        assert held()
    await database.tidy()
    assert not held()
    async with database._engine.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar_one() == WAITING_MS
    await database.close()


async def test_the_content_version_starts_at_nought_and_grows(database: Database) -> None:
    async with database.transaction() as session:
        assert await repository.content_version(session) == 0
        await repository.bump_content_version(session)
    assert (await stored(database))[1] == 1


async def test_what_another_has_not_committed_is_not_seen(database: Database) -> None:
    async with database.transaction() as writing:
        writing.add(ContactRow(id="line", data={}))
        await writing.flush()
        async with database.reading() as reading:
            assert (await reading.scalars(select(ContactRow))).all() == []


async def test_a_reader_sees_one_state_to_the_end(database: Database) -> None:
    async with database.reading() as session:
        before = await repository.load_content(session)
        await take_in(database, builders.content())
        assert await repository.load_content(session) == before
    assert (await stored(database))[0] != before


async def test_two_transactions_that_read_and_then_write_lose_nothing(database: Database) -> None:
    async def bump() -> None:
        async with database.transaction() as session:
            await repository.content_version(session)
            await repository.bump_content_version(session)

    await asyncio.gather(*(bump() for _ in range(10)))
    assert (await stored(database))[1] == 10


async def test_a_revision_without_its_translation_is_refused(database: Database) -> None:
    revision = builders.revision()
    row = {
        "article_id": "ghost",
        "language": "en",
        "number": 1,
        "last_major": 1,
        "reviewed": revision.reviewed,
        "text": {},
        "saved_at": builders.REVIEWED,
    }
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(insert(RevisionRow).values(row))


SECRET = "Zsófia Kovács, Fő utca 7"


@pytest.mark.parametrize(
    "row",
    [
        {"id": SECRET, "kind": SECRET, "country": "HU", "source_language": None, "facts": {}},
        {"id": 7, "kind": SECRET, "country": "HU", "source_language": "en", "facts": {}},
        {"id": f"{SECRET}\0", "kind": SECRET, "country": "HU", "source_language": "en", "facts": {}},
        {"id": f"{SECRET}\ud800", "kind": SECRET, "country": "HU", "source_language": "en", "facts": {}},
        {"id": "known", "kind": SECRET, "country": "HU", "source_language": "en", "facts": {SECRET: SECRET}},
    ],
    ids=["a value missing", "another kind of value", "nought", "half a character", "twice"],
)
async def test_an_error_of_the_database_quotes_nothing(row: dict[str, object]) -> None:
    async with new_database("postgresql") as database:
        await take_in(database, builders.content(builders.article("known")))
        with pytest.raises(DBAPIError) as told:
            async with database.transaction() as session:
                await session.execute(insert(ArticleRow).values(row))
    said = "".join(traceback.format_exception(told.value))
    assert "Error" in said
    assert "Zsófia" not in said


@pytest.mark.parametrize("url", ["postgresql://localhost/kalauz", "mysql+aiomysql://anna:geheim@localhost/kalauz"])
def test_another_database_is_refused_with_the_way_out(url: str) -> None:
    with pytest.raises(UnsupportedDatabaseError, match=r"postgresql\+asyncpg") as told:
        Database(url)
    assert "geheim" not in str(told.value)
