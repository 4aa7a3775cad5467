"""A backup: every row of the database in one file, taken while the program runs.

A ZIP with `backup.json` (the schema's revision, how many rows each table has, and their digests) and `TABLE.jsonl`, a
row a line. It is restored into an empty database of either kind, and brought up to this program's schema. The secret
key is not in it: without it nobody reads what is sealed. The indexes are not in it either: they are built again.
"""

import base64
import fcntl
import glob
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Integer, MetaData, Table, func, inspect, select, text
from sqlalchemy.types import LargeBinary, TypeEngine

from knowledge_base.database import Database, migration_config
from knowledge_base.said import fill, is_derived
from knowledge_base.tables import SaidRow

MANIFEST = "backup.json"
FORMAT = 1
VERSIONS = "alembic_version"
# Rows that are read or written at once.
ROWS = 1000


class BackupError(ValueError):
    """A file that is no whole backup, or a database that a backup cannot be restored into."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds: the schema's revision, when it was taken, and how many rows each table has."""

    revision: str
    taken_at: datetime
    rows: dict[str, int]


async def back_up(database: Database, path: Path, *, now: datetime) -> Backup:
    """Write the state of the database at one moment; a file of that name is replaced once the new one is whole.

    Raises OSError, and BackupError for a database without a schema.
    """
    async with database.reading() as session:
        connection = await session.connection()
        return await connection.run_sync(_write, path, now)


async def restore(database: Database, path: Path) -> Backup:
    """Fill an empty database. The whole file is looked at first; then everything is taken in, or nothing.

    Raises BackupError and OSError.
    """
    with _opened(path) as (archive, manifest):
        for name in manifest["tables"]:
            for _ in _rows(archive, manifest, name):
                pass
        async with database.transaction() as session:
            connection = await session.connection()
            return await connection.run_sync(_read, archive, manifest)


def _write(connection: Connection, path: Path, now: datetime) -> Backup:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise BackupError("the database has no data yet")
    tables: dict[str, dict[str, Any]] = {}
    with _partial(path) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in _tables(connection):
                tables[table.name] = _write_table(connection, archive, table)
            manifest = {"format": FORMAT, "revision": revision, "taken_at": now.isoformat(), "tables": tables}
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        file.flush()
        os.fsync(file.fileno())
        os.replace(file.name, path)
    return _backup(manifest)


@contextmanager
def _partial(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that only its owner can read; what it still is at the end is deleted.

    Whoever writes one holds its lock, which goes with the process, however that ends: one that nobody holds was left by
    a backup that was killed. A number of a process would not tell that, for each container counts its own.
    """
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.partial"):
        with suppress(OSError), left.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", suffix=".partial", delete=False) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)


def _write_table(connection: Connection, archive: zipfile.ZipFile, table: Table) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
        keys = list(table.primary_key.columns)
        for row in connection.execution_options(yield_per=ROWS).execute(select(table).order_by(*keys)):
            line = json.dumps([_plain(value) for value in row], ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            file.write(line)
            count += 1
    return {"columns": list(table.columns.keys()), "rows": count, "sha256": digest.hexdigest()}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """The archive and its manifest. Raises BackupError."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise BackupError(f"{path.name} is a backup of a newer program")
            known = {script.revision for script in ScriptDirectory.from_config(migration_config()).walk_revisions()}
            if manifest["revision"] not in known:
                raise BackupError(f"{path.name} has a schema that this program does not know: {manifest['revision']}")
            yield archive, manifest
    except (zipfile.BadZipFile, KeyError, TypeError, json.JSONDecodeError, EOFError, zipfile.LargeZipFile) as error:
        raise BackupError(f"{path.name} is no whole backup") from error


def _rows(archive: zipfile.ZipFile, manifest: dict[str, Any], name: str) -> Iterator[list[Any]]:
    """The rows of a table. Raises BackupError at the end where they are not what the manifest says."""
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{name}.jsonl") as file:
        for line in file:
            digest.update(line)
            count += 1
            yield json.loads(line)
    expected = manifest["tables"][name]
    if (digest.hexdigest(), count) != (expected["sha256"], expected["rows"]):
        raise BackupError(f"{name} is damaged in this backup")


def _read(connection: Connection, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Backup:
    if _tables(connection):
        raise BackupError("the database is not empty: restore into a new one")
    config = migration_config(connection)
    command.upgrade(config, manifest["revision"])
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    tables = {table.name: table for table in _tables(connection)}
    if set(tables) != set(manifest["tables"]):
        raise BackupError("the backup has other tables than its schema")
    for table in reversed(tables.values()):
        # What migrations put there is in the backup too.
        connection.execute(table.delete())
    for name, table in tables.items():
        columns = [table.columns[column] for column in manifest["tables"][name]["columns"]]
        waiting: list[dict[str, Any]] = []
        for row in _rows(archive, manifest, name):
            pairs = zip(columns, row, strict=True)
            waiting.append({column.name: _value(value, column.type) for column, value in pairs})
            if len(waiting) == ROWS:
                connection.execute(table.insert(), waiting)
                waiting = []
        if waiting:
            connection.execute(table.insert(), waiting)
        _count_on(connection, table)
    # An older schema is filled on its way to the newest.
    empty = inspect(connection).has_table(SaidRow.__tablename__)
    command.upgrade(config, "head")
    if empty:
        fill(connection)
    return _backup(manifest)


def _tables(connection: Connection) -> list[Table]:
    """What there is, each after those that it refers to; what is made of others is left out."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not is_derived(name))
    return [table for table in metadata.sorted_tables if table.name != VERSIONS]


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after those that came with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        if isinstance(column.type, Integer):
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            last = connection.scalar(select(func.max(column)))
            if sequence and last:
                connection.execute(select(func.setval(sequence, last)))


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def _value(value: Any, kind: TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if kind.timezone else moment.astimezone(UTC).replace(tzinfo=None)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return date.fromisoformat(value) if kind.python_type is date else value


def _backup(manifest: dict[str, Any]) -> Backup:
    rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    return Backup(manifest["revision"], datetime.fromisoformat(manifest["taken_at"]), rows)
