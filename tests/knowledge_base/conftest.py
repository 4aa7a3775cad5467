"""An empty database to copy, for property tests that need a fresh one each time."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from knowledge_base.database import Database

FreshDatabase = Callable[[], AbstractAsyncContextManager[Database]]


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> FreshDatabase:
    """Copies of one migrated SQLite file: migrating takes longer than the tests."""
    template = tmp_path_factory.mktemp("empty") / "kalauz.db"

    async def migrate() -> None:
        database = Database(f"sqlite+aiosqlite:///{template}")
        await database.migrate()
        await database.close()

    asyncio.run(migrate())

    @asynccontextmanager
    async def fresh() -> AsyncIterator[Database]:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite+aiosqlite:///{shutil.copy(template, folder)}")
            try:
                yield database
            finally:
                await database.close()

    return fresh
