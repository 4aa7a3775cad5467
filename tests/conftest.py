"""Fixtures that drive real parts: a real SQLite file, the shipped encoder, the starter content."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from knowledge_base.database import Database
from knowledge_base.documents import Content
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import warm

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# A busy machine is no failure.
settings.register_profile("kalauz", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kalauz")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated, empty SQLite database."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'kalauz.db'}")
    await database.migrate()
    yield database
    await database.close()


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
