"""A small content, and engines over it that answer by the words of a question, whatever the encoder's weights."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from bot.engine import Engine
from bot.vault import Vault
from knowledge_base.database import Database
from knowledge_base.documents import Content
from retrieval.answers import Answers
from retrieval.confidence import fit
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from retrieval.recognition import SHIPPED, Recogniser, Weights
from retrieval.starter import question_set
from tests import builders, warm
from tests.conftest import NOW


def small_content() -> Content:
    card = builders.article(
        "health-card",
        en=builders.revision(),
        hu=builders.revision(builders.text("Egészségügyi kártya", "A kártyát a hivatal adja."), renders=1),
    )
    return builders.content(
        card, builders.procedure(), notices=[builders.notice()], sites=[builders.site(callbacks=True)]
    )


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


VAULT = Vault("a key for the tests")


def engine_over(database: Database, answers: Answers, times: Callable[[], datetime] | None = None) -> Engine:
    return Engine(database, answers, times or clock(), VAULT)


@pytest.fixture
def engine(database: Database, answers: Answers) -> Engine:
    return engine_over(database, answers)


@pytest.fixture(scope="session")
def starter_answers(starter_library: Library, detector: LanguageDetector) -> Answers:
    """The starter content with its own calibration and the weights that ship."""
    site = next(site for site in starter_library.content.sites if site.id == "hungary")
    questions = question_set()
    calibration = fit(starter_library, questions=questions, countries=set(site.countries), year=NOW.year)
    index = warm.phrase_index()
    weights = Weights.load(SHIPPED, index.fingerprint)
    assert weights is not None, "run `make recognition`: the phrases or the questions have changed"
    return Answers(starter_library, calibration, detector, site, Recogniser(index, weights))
