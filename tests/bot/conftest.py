"""A small content, and engines over it that answer by the words of a question, whatever the encoder's weights."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from bot.engine import Engine
from knowledge_base.database import Database
from knowledge_base.documents import Content
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.conftest import NOW


def small_content() -> Content:
    card = builders.article(
        "health-card",
        en=builders.revision(),
        hu=builders.revision(builders.text("Egészségügyi kártya", "A kártyát a hivatal adja."), renders=1),
    )
    return builders.content(card, builders.procedure(), notices=[builders.notice()])


def clock() -> Callable[[], datetime]:
    """A clock that goes on by a second with every look."""
    times: Iterator[datetime] = (NOW + timedelta(seconds=second) for second in range(1_000_000))
    return lambda: next(times)


@pytest.fixture(scope="session")
def library(encoder: Encoder) -> Library:
    return Library(small_content(), encoder)


@pytest.fixture(scope="session")
def answers(library: Library) -> Answers:
    site = library.content.sites[0]
    return Answers(library, builders.calibration(), LanguageDetector(site.languages), site)


@pytest.fixture
def engine(database: Database, answers: Answers) -> Engine:
    return Engine(database, answers, clock())
