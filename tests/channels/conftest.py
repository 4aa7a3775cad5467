"""The app over a data folder with a small content, driven over HTTP."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from channels.app import create_app
from channels.assembly import calibration_path
from channels.settings import Settings
from knowledge_base.database import Database
from knowledge_base.documents import Content
from knowledge_base.importer import import_content
from knowledge_base.repository import load_content
from retrieval.confidence import fingerprint
from retrieval.encoder import Encoder
from retrieval.library import Library
from retrieval.starter import question_set
from tests import builders
from tests.databases import ask, chosen_url
from tests.warm import warm_phrases

DEADLINE_S = 30


def until(holds: Callable[[], bool]) -> None:
    """Wait for something asynchronous; fail when it does not come."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def take_in(settings: Settings, content: Content) -> Content:
    """Publish content, as `kalauz kb import` in another process does; returns what the database then holds."""

    async def work() -> Content:
        database = Database(settings.database)
        await database.migrate()
        async with database.transaction() as session:
            await import_content(session, content)
        async with database.reading() as session:
            held = await load_content(session)
        await database.close()
        return held

    return asyncio.run(work())


def data_folder(
    folder: Path, encoder: Encoder, content: Content | None = None, database_url: str | None = None
) -> Settings:
    """Settings of a folder with a database of the content, and a calibration that goes by words."""
    settings = Settings(data_dir=folder, database_url=database_url, site="hungary", encoder=None, log_level="info")
    held = take_in(settings, content or builders.content())
    warm_phrases(settings.index_dir)
    library = Library(held, encoder)
    mark = fingerprint(library, question_set(), {"HU"})
    builders.calibration(mark).save(calibration_path(settings.index_dir, "hungary"))
    return settings


@contextmanager
def serving(settings: Settings) -> Iterator[TestClient]:
    """A client of the running app, once it is ready."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        until(lambda: client.get("/ready").status_code == 200)
        yield client


def stored(settings: Settings) -> dict[str, int]:
    """How many rows conversations take in the database."""
    return {
        table: ask(settings.database, f"SELECT count(*) FROM {table}")[0][0] for table in ("conversations", "events")
    }


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    return data_folder(folder, encoder, database_url=chosen_url(folder))


@pytest.fixture(scope="session")
def client(settings: Settings) -> Iterator[TestClient]:
    """One running app for all tests that leave its content as it is."""
    with serving(settings) as client:
        yield client


class Talk:
    """A conversation over HTTP."""

    def __init__(self, client: TestClient, language: str | None = "en") -> None:
        self._client = client
        started = client.post("/api/v1/conversations", json={"language": language})
        assert started.status_code == 201
        self.started: dict[str, Any] = started.json()
        self.path = f"/api/v1/conversations/{self.started['id']}"
        self.headers = {"Authorization": f"Bearer {self.started['token']}"}

    def write(self, text: str, client_id: str = "message-1", **more: Any) -> Any:
        body = {"text": text, "client_id": client_id, **more}
        return self._client.post(f"{self.path}/messages", json=body, headers=self.headers)

    def read(self, after: int | str = 0) -> Any:
        return self._client.get(f"{self.path}/messages", params={"after": after}, headers=self.headers)

    def erase(self) -> Any:
        return self._client.delete(self.path, headers=self.headers)


@pytest.fixture
def talk(client: TestClient) -> Talk:
    return Talk(client)
