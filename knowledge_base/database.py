"""The database: engine, sessions, migrations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

MIGRATIONS = Path(__file__).parent / "migrations"


def in_utc(stored: datetime) -> datetime:
    """A stored time with its zone, which SQLite does not keep."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


class Database:
    """One engine. `url` is a SQLAlchemy URL with an async driver, such as `sqlite+aiosqlite:///kalauz.db`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        # Parameters hold what people wrote: they must not reach a log through an error's text.
        self._engine = create_async_engine(self.url, hide_parameters=True)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._readers = async_sessionmaker(self._engine.execution_options(read_only=True), expire_on_commit=False)
        if self.url.get_backend_name() == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, or rolls everything back on an error."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one state of the database and must not write."""
        async with self._readers() as session, session.begin():
            yield session

    async def migrate(self) -> None:
        """Bring the schema up to this program's."""
        async with self._engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()

    async def forget(self) -> None:
        """Make erased rows disappear from the files too, not only from the tables."""
        if self.url.get_backend_name() == "sqlite":
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("COMMIT")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        await self._engine.dispose()


def migration_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(migration_config(connection), "head")


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver's own BEGIN comes too late and too weak; `_begin` issues it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is erased is overwritten, not only unlinked.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes would fail with SQLITE_BUSY under a plain BEGIN.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
