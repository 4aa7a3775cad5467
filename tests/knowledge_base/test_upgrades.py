"""From every schema that there has been to the newest one, with rows in every table: nothing of them is lost."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, Connection, Date, DateTime, Integer, LargeBinary, MetaData, Table, select

from knowledge_base.backup import VERSIONS
from knowledge_base.database import Database, migration_config
from knowledge_base.said import is_derived
from tests.databases import Backend, new_database
from tests.knowledge_base.test_migrations import at_revision

SCRIPTS = list(ScriptDirectory.from_config(migration_config()).walk_revisions())
REVISIONS = sorted(script.revision for script in SCRIPTS)
ROWS = 3

Rows = dict[str, list[dict[str, Any]]]


def tables(connection: Connection) -> list[Table]:
    """What there is, each after those that it refers to; not what is made of others."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not is_derived(name))
    return [table for table in metadata.sorted_tables if table.name != VERSIONS]


def value(column: Column[Any], number: int, rows: Rows) -> Any:
    """Something that the column can hold, another one for each row; what it refers to is there."""
    for key in column.foreign_keys:
        return rows[key.column.table.name][number][key.column.name]
    match column.type:
        case JSON():
            return {"event": "user", "text": f"text {number}", "number": number, "kind": "faq"}
        case DateTime():
            return datetime(2026, 11, 1 + number, 12, 0, tzinfo=UTC if column.type.timezone else None)
        case Date():
            return date(2026, 11, 1 + number)
        case Boolean():
            return bool(number % 2)
        case Integer():
            return number + 1
        case LargeBinary():
            return bytes([number, 255])
    return f"{column.name} {number}"


def fill(connection: Connection) -> Rows:
    rows: Rows = {}
    for table in tables(connection):
        # What migrations put there themselves stands for the rest.
        known = [dict(row._mapping) for row in connection.execute(select(table))]
        rows[table.name] = known
        if not known:
            for number in range(ROWS):
                rows[table.name].append({column.name: value(column, number, rows) for column in table.columns})
            connection.execute(table.insert(), rows[table.name])
    return rows


def held(connection: Connection) -> Rows:
    return {
        table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in tables(connection)
    }


@pytest.mark.parametrize("revision", REVISIONS)
async def test_no_row_is_lost_on_the_way_to_the_newest_schema(backend: Backend, revision: str) -> None:
    async with new_database(backend, empty=True) as database:
        await at_revision(database, revision)
        await within(database, fill)
        # As it is stored, which for a time depends on the kind of database.
        before = await within(database, held)
        assert all(before.values()), "a table without rows proves nothing"
        await database.migrate()
        after = await within(database, held)
    for name, rows in before.items():
        kept = after[name]
        columns = set(rows[0]) & set(kept[0])
        assert columns, name
        told = [{column: row[column] for column in columns} for row in kept]
        for row in rows:
            assert {column: row[column] for column in columns} in told, name
        assert len(kept) >= len(rows)


async def within(database: Database, work: Any) -> Rows:
    async with database.transaction() as session:
        found: Rows = await (await session.connection()).run_sync(work)
        return found


async def test_the_newest_schema_is_that_of_a_new_database(backend: Backend) -> None:
    def columns(connection: Connection) -> dict[str, dict[str, tuple[str, bool | None]]]:
        return {
            table.name: {column.name: (str(column.type), column.nullable) for column in table.columns}
            for table in tables(connection)
        }

    async with new_database(backend, empty=True) as old, new_database(backend) as new:
        for revision in REVISIONS:
            await at_revision(old, revision)
        assert await within(old, columns) == await within(new, columns)
