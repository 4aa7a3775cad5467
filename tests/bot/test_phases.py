"""Who has not come yet, and who goes back, finds what is for them in a menu of its own."""

import pytest

from bot.actions.topics import PAGE
from bot.engine import Engine
from bot.replies import Buttons
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import engine_over
from tests.bot.test_engine import begin, say

BEFORE = "Before you come"
BACK = "Going back to your country"


def article(id: str, **facts: object):  # type: ignore[no-untyped-def]
    return builders.article(id, facts=builders.facts(**facts), en=builders.revision(builders.text(f"About {id}")))


@pytest.fixture
def engine(database: Database, encoder: Encoder) -> Engine:
    visas = [article(f"visa-{number}", phase="before-arrival") for number in range(PAGE + 1)]
    content = builders.content(
        builders.article(),
        article("an-office", phase="before-arrival", kind="directory"),
        *visas,
        article("abroad", phase="return", country="CZ"),
        article("long-ago", phase="return", history=True),
    )
    site = content.sites[0]
    answers = Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)
    return engine_over(database, answers)


async def buttons(engine: Engine, text: str) -> list[str]:
    reply = (await say(engine, await begin(engine), text))[-1].reply
    blocks = reply.blocks if reply else []
    return [button.title for block in blocks if isinstance(block, Buttons) for button in block.buttons]


async def test_the_topics_offer_the_phases_that_have_something(engine: Engine) -> None:
    titles = await buttons(engine, "/topics")
    assert BEFORE in titles
    assert BACK not in titles, "what is there is about another country, or about the past"


async def test_a_phase_shows_its_articles_page_by_page_organisations_last(engine: Engine) -> None:
    first = await buttons(engine, '/phase{"phase": "before-arrival"}')
    assert first == [*(f"About visa-{number}" for number in range(PAGE)), "More", "All topics"]
    second = await buttons(engine, '/phase{"phase": "before-arrival", "page": 1}')
    assert second == [f"About visa-{PAGE}", "About an-office", "All topics"]


@pytest.mark.parametrize("said", ["/phase", '/phase{"phase": "gone"}', '/phase{"phase": 1, "page": -1}'])
async def test_an_unknown_phase_shows_the_topics(engine: Engine, said: str) -> None:
    assert BEFORE in await buttons(engine, said)
