"""Fixtures that drive real parts: real databases of both kinds, the shipped encoder, the starter content."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from knowledge_base.database import Database
from knowledge_base.documents import Content
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import warm
from tests.databases import BACKENDS, Backend, new_database

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# A busy machine is no failure.
settings.register_profile("kalauz", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kalauz")


def pytest_configure(config: pytest.Config) -> None:
    """Processes that share the work share what was encoded, too."""
    if not hasattr(config, "workerinput") and getattr(config.option, "numprocesses", None):
        warm.share()


class Sharing(LoadScopeScheduling):
    """A file is one process's, and so is all that shares the server with the starter content.

    `loadgroup` would say it by marks, but has grouped nothing since pytest 9.2: pytest-dev/pytest-xdist#1386.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        return "server" if _shares_server(path) else str(path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares the server comes first, and encodes the starter content for it.

    What else needs the starter content or its phrases comes last: until they are there, the other process has work.
    """
    waiting = {item.path for item in items if _needs_vectors(item)}
    items.sort(key=lambda item: (not _shares_server(item.path), item.path in waiting))


def _shares_server(path: Path) -> bool:
    own = {"console_streams", "hostile_texts", "panels", "processes", "stream"}
    return path.parent.name == "end_to_end" and path.stem.removeprefix("test_") not in own


def _needs_vectors(item: pytest.Item) -> bool:
    """The program itself, which the tests of channels start, recognises by the phrases."""
    encoded = {"starter_library", "starter_answers", "shipped_index"}
    return not {"channels", "end_to_end"}.isdisjoint(item.path.parts) or not encoded.isdisjoint(
        getattr(item, "fixturenames", ())
    )


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    """A test that asks for a database runs on each kind of them."""
    kind: Backend = request.param
    return kind


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    async with new_database(backend) as database:
        yield database


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return warm.encoder()


@pytest.fixture(scope="session")
def starter_content() -> Content:
    return warm.starter_content()


@pytest.fixture(scope="session")
def starter_library() -> Library:
    return warm.starter_library()


@pytest.fixture(scope="session")
def detector(starter_content: Content) -> LanguageDetector:
    return LanguageDetector(next(site for site in starter_content.sites if site.id == "hungary").languages)
