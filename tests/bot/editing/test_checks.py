"""The second look: how hard a text is beside others, and what is there already."""

from datetime import date

import pytest

from bot.editing.checks import Checks
from knowledge_base.documents import Content
from knowledge_base.editing.manuscript import Manuscript
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.conftest import NOW

DAY = date(2026, 11, 22)
HARD = "Authorisation procedures necessitate comprehensive documentation concerning residential circumstances."


def answers_over(content: Content, encoder: Encoder) -> Answers:
    site = builders.site()
    return Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)


@pytest.fixture
def checks(encoder: Encoder) -> Checks:
    many = [
        builders.article(
            f"card-{n}", en=builders.revision(builders.text(f"Card {n}", f"Go to {'the office ' * n}now."))
        )
        for n in range(1, 9)
    ]
    return Checks(answers_over(builders.content(*many, sites=[builders.site()]), encoder), lambda: NOW)


@pytest.mark.parametrize(
    ("body", "level"), [("Go.", "easy"), (f"Go to {'the office ' * 4}now.", "usual"), (HARD, "hard")]
)
async def test_how_hard_a_text_is_is_told_beside_the_others_of_its_language(
    checks: Checks, body: str, level: str
) -> None:
    found = await checks.of(builders.article("new"), "en", Manuscript(builders.text("Card", body), 1, DAY))
    assert found.level == level


async def test_too_few_texts_say_nothing_about_how_hard_one_is(answers: Answers) -> None:
    found = await Checks(answers, lambda: NOW).of(
        builders.article("new"), "en", Manuscript(builders.text("Card", HARD), 1, DAY)
    )
    assert found.level is None


async def test_what_is_usual_is_counted_anew_after_a_publication(answers: Answers, encoder: Encoder) -> None:
    own = Answers(answers.library, answers.calibration, answers.detector, answers.site)
    checks = Checks(own, lambda: NOW)
    manuscript = Manuscript(builders.text("Card", HARD), 1, DAY)
    assert (await checks.of(builders.article("new"), "en", manuscript)).level is None
    many = [builders.article(f"card-{n}") for n in range(8)]
    own.replace(Library(builders.content(*many, sites=[builders.site()]), encoder), own.calibration)
    assert (await checks.of(builders.article("new"), "en", manuscript)).level == "hard"


async def test_only_articles_of_the_same_country_are_there_already(answers: Answers) -> None:
    checks = Checks(answers, lambda: NOW)
    said = ["How do I get a health card?"]
    assert [one.article for one in await checks.near(said, country="HU", reader="hu")][:1] == ["health-card"]
    assert await checks.near(said, country="SK", reader="hu") == []
