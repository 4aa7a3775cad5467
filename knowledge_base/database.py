"""The database: engine, sessions, migrations. Here stands what SQLite and PostgreSQL have to be told differently."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Connection, Dialect, ExceptionContext, Select, Table, cast, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from knowledge_base.outage import OutageError

MIGRATIONS = Path(__file__).parent / "migrations"
# How a reading session sees one state of the database, by the kind of database.
READING: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"read_only": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
# Of PostgreSQL's advisory locks: who migrates has it, and the others wait.
MIGRATING = 0x6B616C61757A
# How long to wait for others' locks on SQLite: to read or write, and to write over what was erased.
WAITING_MS, TIDYING_MS = 10_000, 200
# How long PostgreSQL may leave unanswered that something was sent.
SILENCE_S = 30


class UnsupportedDatabaseError(ArgumentError):
    """The URL is of a database, or of a driver, that Kalauz does not know."""


def in_utc(stored: datetime) -> datetime:
    """A stored time with its zone, which SQLite does not keep."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


class Database:
    """One engine. `url` is a SQLAlchemy URL of `sqlite+aiosqlite` or `postgresql+asyncpg`.

    Raises UnsupportedDatabaseError.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            raise UnsupportedDatabaseError(
                f"{self.url.drivername} is no database for Kalauz: take sqlite+aiosqlite or postgresql+asyncpg"
            )
        self._kind = self.url.get_backend_name()
        # Whether a transaction could not be kept, such as on a full disk, and none was tried out since.
        self._fails = False
        # Whether the files still hold what was erased.
        self._holds_erased = False
        # SQLite has one writer, and lets those who wait try again at random: here they come in their order.
        self._writing: AbstractAsyncContextManager[Any] = asyncio.Lock() if self._kind == "sqlite" else nullcontext()
        if self._kind == "sqlite" and self.url.database:
            _make_for_its_owner(Path(self.url.database))
        # Parameters hold what people wrote: they must not reach a log through an error's text. A server may have been
        # restarted since a connection was last used.
        self._engine = create_async_engine(self.url, hide_parameters=True, pool_pre_ping=self._kind == "postgresql")
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._readers = async_sessionmaker(
            self._engine.execution_options(**READING[self._kind]), expire_on_commit=False
        )
        if self._kind == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin)
        else:
            event.listen(self._engine.sync_engine, "handle_error", _say_less)
            event.listen(self._engine.sync_engine, "do_connect", _connect)
            event.listen(self._engine.sync_engine, "connect", _notice_silence)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, or rolls everything back on an error. Raises OutageError."""
        try:
            async with self._writing, self._sessions() as session, session.begin():
                yield session
        except (DBAPIError, OSError) as error:
            self._fails = self._fails or not isinstance(error, IntegrityError)
            _raise_outage(error)
            raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one state of the database and must not write. Raises OutageError."""
        try:
            async with self._readers() as session, session.begin():
                yield session
        except DBAPIError as error:
            _raise_outage(error)
            raise

    async def migrate(self) -> None:
        """Bring the schema up to this program's."""
        async with self._engine.connect() as connection:
            if self._kind == "postgresql":
                await connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
            await connection.run_sync(_upgrade)
            await connection.commit()

    async def check(self) -> None:
        """Raises whatever keeps the database from being read, or from being written after it once could not be."""
        async with self.reading() as session:
            await session.execute(select(1))
        if self._fails:
            async with self.transaction() as session:
                # There and back: SQLite writes nothing where nothing differs.
                for step in (1, -1):
                    await session.execute(text("UPDATE content_version SET number = number + :step"), {"step": step})
            self._fails = False

    async def forget(self) -> None:
        """Make erased rows disappear from the files too, not only from the tables; PostgreSQL does so in its time.

        Where somebody still reads what was, as a backup does, `tidy` makes them disappear later.
        """
        self._holds_erased = self._kind == "sqlite"
        await self.tidy()

    async def tidy(self) -> None:
        """Do what `forget` could not do yet."""
        if not self._holds_erased:
            return
        async with self._engine.connect() as connection:
            await connection.exec_driver_sql("COMMIT")
            # Whoever wants to write waits as long as this does.
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={TIDYING_MS}")
            try:
                found = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                self._holds_erased = bool(found.scalar_one())
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={WAITING_MS}")

    async def close(self) -> None:
        await self._engine.dispose()


def _make_for_its_owner(file: Path) -> None:
    """Where there is none yet, a file that no other account of the machine can read: it holds what people wrote."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)


def inserting(session: AsyncSession, table: Table | type[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens `on_conflict`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def each_of(session: AsyncSession, values: Collection[str]) -> Select[tuple[str]]:
    """A column of values, however many: as parameters they would be too many."""
    if session.get_bind().dialect.name == "postgresql":
        return select(func.json_array_elements_text(cast(list(values), JSON)).column_valued("value"))
    return select(func.json_each(json.dumps(list(values))).table_valued("value").c.value)


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
    cursor.execute(f"PRAGMA busy_timeout={WAITING_MS}")
    cursor.close()


def _connect(dialect: Dialect, record: object, args: tuple[Any, ...], options: dict[str, Any]) -> DBAPIConnection:
    try:
        return dialect.connect(*args, **options)
    except (OSError, dialect.loaded_dbapi.Error) as error:
        # No value of a row is in it: nothing was asked yet.
        raise OutageError(f"the database cannot be reached: {error}") from error


def _notice_silence(connection: Any, record: object) -> None:
    """Let the system break a connection over which nothing comes any more, as behind a firewall that forgot it.

    Without, whoever asks waits for a quarter of an hour. asyncpg has no setting for it.
    """
    own = connection.driver_connection._transport.get_extra_info("socket")
    if sys.platform == "linux" and own.family in (socket.AF_INET, socket.AF_INET6):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENCE_S // 2)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_S * 1000)


def _raise_outage(error: Exception) -> None:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        raise OutageError("the connection to the database broke") from error


def _say_less(context: ExceptionContext) -> None:
    """Take out of an error what PostgreSQL and its driver quote of a row: it is what people wrote."""
    wrapped, cause = context.original_exception, context.original_exception.__cause__
    if cause is None:
        return
    state, said = getattr(cause, "sqlstate", None), type(cause).__name__
    # What is wrong with a value is told with the value.
    if state is not None and not state.startswith("22"):
        said += f": {getattr(cause, 'message', '')}"
    for error in (context.sqlalchemy_exception, wrapped, cause):
        if error is not None:
            error.args = (said,)
    for part in ("detail", "hint", "context"):
        if hasattr(cause, part):
            setattr(cause, part, None)


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes would fail with SQLITE_BUSY under a plain BEGIN.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
