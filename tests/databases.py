"""New databases with Kalauz's tables, of both kinds: copies, because migrating takes longer than a test."""

import asyncio
import functools
import os
import shutil
import tempfile
from atexit import register
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal, get_args

from sqlalchemy import CursorResult, text

from knowledge_base.database import Database
from tests import postgres

Backend = Literal["sqlite", "postgresql"]
BACKENDS: Final[tuple[Backend, ...]] = get_args(Backend)


@asynccontextmanager
async def new_url(backend: Backend, *, empty: bool = False) -> AsyncIterator[str]:
    """The address of a new database, which is there for as long as the context; `empty`: not even with tables."""
    if backend == "postgresql":
        server = postgres.server()
        name = await server.create(empty=empty)
        try:
            yield server.url(name)
        finally:
            await server.drop(name)
        return
    with tempfile.TemporaryDirectory(prefix="kalauz-sqlite-") as folder:
        file = Path(folder) / "kalauz.db"
        if not empty:
            shutil.copyfile(await _migrated_file(), file)
        yield sqlite_url(file)


@asynccontextmanager
async def new_database(backend: Backend, *, empty: bool = False) -> AsyncIterator[Database]:
    async with new_url(backend, empty=empty) as url:
        database = Database(url)
        try:
            yield database
        finally:
            await database.close()


async def break_at(database: Database, when: str) -> None:
    """Let a statement fail from now on, such as `BEFORE UPDATE OF delivered ON telegram_chats`."""
    fails = {
        "sqlite": [f"CREATE TRIGGER broken {when} BEGIN SELECT RAISE(FAIL, 'disk full'); END"],
        "postgresql": [
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'disk full'; END$$",
            f"CREATE TRIGGER broken {when} FOR EACH ROW EXECUTE FUNCTION fail()",
        ],
    }
    await _say(database, *fails[database.url.get_backend_name()])


async def mend(database: Database) -> None:
    mended = {"sqlite": "DROP TRIGGER broken", "postgresql": "DROP FUNCTION fail() CASCADE"}
    await _say(database, mended[database.url.get_backend_name()])


async def _say(database: Database, *statements: str) -> None:
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


def chosen_url(folder: Path) -> str:
    """The address of a new database in a folder, or of one on PostgreSQL where `KALAUZ_TEST_DATABASE` says so.

    For what takes long to start, and so runs on one kind of database only.
    """
    chosen = os.environ.get("KALAUZ_TEST_DATABASE", "sqlite")
    assert chosen in BACKENDS, f"KALAUZ_TEST_DATABASE is {' or '.join(BACKENDS)}, not {chosen!r}"
    if chosen == "postgresql":
        return postgres.server().url(asyncio.run(postgres.server().create()))
    return sqlite_url(shutil.copyfile(asyncio.run(_migrated_file()), folder / "kalauz.db"))


def ask(url: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Say something in SQL, from outside of any loop; the rows that it returns."""

    async def said() -> list[tuple[Any, ...]]:
        database = Database(url)
        try:
            async with database.transaction() as session:
                result = await session.execute(text(statement), values)
                return (
                    [tuple(row) for row in result] if isinstance(result, CursorResult) and result.returns_rows else []
                )
        finally:
            await database.close()

    return asyncio.run(said())


async def all_of(database: Database) -> bytes:
    """Whatever the database holds: SQLite's files, or PostgreSQL's rows."""
    if database.url.get_backend_name() == "sqlite":
        file = Path(str(database.url.database))
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    async with database.reading() as session:
        tables = list(await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        # Bytes are read as letters where they are some.
        await session.execute(text("SET LOCAL bytea_output = 'escape'"))
        rows = [row for table in tables for row in await session.scalars(text(f"SELECT t::text FROM {table} AS t"))]
    return "\n".join(rows).encode()


def sqlite_url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


async def _migrated_file() -> Path:
    file = _folder() / "kalauz.db"
    if not file.exists():
        database = Database(sqlite_url(file))
        await database.migrate()
        await database.close()
    return file


@functools.cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="kalauz-empty-"))
    register(shutil.rmtree, made, ignore_errors=True)
    return made
