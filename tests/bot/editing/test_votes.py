"""What the counted votes say of a text."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot import records
from bot.editing import voted
from bot.editing.votes import FEWEST, LATELY, TextVotes, Votes, of_texts
from knowledge_base import repository
from knowledge_base.database import Database
from tests import builders
from tests.conftest import NOW
from tests.knowledge_base.stored import take_in

TODAY = date(2026, 11, 22)


def text(lately: tuple[int, int], before: tuple[int, int]) -> TextVotes:
    return TextVotes("health-card", "en", Votes(*lately), Votes(*before))


def test_a_text_that_helps_clearly_fewer_than_before_is_falling() -> None:
    assert text((5, 15), (40, 5)).is_falling


def test_a_fall_that_chance_explains_is_none() -> None:
    assert not text((8, 2), (9, 1)).is_falling


def test_few_votes_say_nothing_of_a_fall() -> None:
    assert not text((0, FEWEST - 1), (90, 0)).is_falling
    assert not text((0, 90), (FEWEST - 1, 0)).is_falling
    assert text((0, FEWEST), (FEWEST, 0)).is_falling


@given(*[st.integers(0, 500)] * 4)
def test_what_falls_helped_more_before_and_never_both_ways(a: int, b: int, c: int, d: int) -> None:
    one, reverse = text((a, b), (c, d)), text((c, d), (a, b))
    assert not (one.is_falling and reverse.is_falling)
    assert not one.is_falling or one.lately.share < one.before.share


MAJORS = {("health-card", "en"): 1, ("health-card", "hu"): 1, ("tax-card", "en"): 1}


def test_revisions_of_a_text_are_counted_together_and_what_falls_comes_first() -> None:
    found = of_texts(
        [
            ("tax-card/en/1", "not_helped", 0, 50),
            ("health-card/en/1", "helped", 0, 20),
            ("health-card/en/2", "helped", 0, 20),
            ("health-card/en/2", "not_helped", 12, 0),
            ("health-card/hu/1", "helped", 1, 0),
        ],
        MAJORS,
    )
    assert [(one.article, one.language, one.is_falling) for one in found] == [
        ("health-card", "en", True),
        ("tax-card", "en", False),
        ("health-card", "hu", False),
    ]
    assert found[0].before == Votes(40, 0)


def test_what_was_said_before_the_last_major_change_does_not_count() -> None:
    counts = [(f"health-card/en/{number}", "not_helped", 0, 1 << number) for number in (2, 9, 10, 11)]
    assert of_texts(counts, {("health-card", "en"): 10})[0].before == Votes(0, (1 << 10) + (1 << 11))
    assert of_texts(counts, {("health-card", "en"): 12, ("health-card", "hu"): 1}) == []


async def test_a_text_is_voted_on_anew_once_it_was_published_as_a_major_change(database: Database) -> None:
    async def publish(language: str, number: int, last_major: int) -> None:
        async with database.transaction() as session:
            changed = builders.revision(builders.text(f"No. {number}"), number=number, last_major=last_major, renders=1)
            await repository.add_revision(session, "health-card", language, changed)
            await repository.publish(session, "health-card", language, number)

    async def found() -> dict[str, int]:
        async with database.reading() as session:
            return {one.language: one.all.total for one in await voted.of_texts(session, "hungary", TODAY)}

    both = builders.article(en=builders.revision(), hu=builders.revision(renders=1))
    await take_in(database, builders.content(both))
    assert await found() == {}
    async with database.transaction() as session:
        subjects = "health-card/en/1", "health-card/hu/1", "health-card/hu/1", "health-card/en/2", "gone/en/1"
        for subject in subjects:
            await records.count(session, NOW, "hungary", "en", "not_helped", subject)
    assert await found() == {"en": 2, "hu": 2}
    await publish("en", 2, 1)
    assert await found() == {"en": 2, "hu": 2}
    await publish("en", 3, 3)
    await publish("hu", 2, 2)
    assert await found() == {}
    async with database.transaction() as session:
        await records.count(session, NOW, "hungary", "en", "helped", "health-card/hu/2")
        await repository.withdraw(session, "health-card", "en")
    assert await found() == {"hu": 1}


async def test_the_last_thirty_days_are_counted_apart(database: Database) -> None:
    async with database.transaction() as session:
        for days, number in ((0, 1), (30, 2), (31, 4), (400, 8)):
            for _ in range(number):
                at = NOW - timedelta(days=days)
                await records.count(session, at, "hungary", "en", "helped", "health-card/en/1")
        await records.count(session, NOW, "elsewhere", "en", "helped", "health-card/en/1")
        await records.count(session, NOW, "hungary", "en", "answer", "health-card")
    async with database.reading() as session:
        found = of_texts(await records.votes(session, "hungary", TODAY - LATELY), MAJORS)
    assert found == [TextVotes("health-card", "en", Votes(3, 0), Votes(12, 0))]
