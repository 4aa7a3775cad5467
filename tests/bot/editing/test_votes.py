"""What the counted votes say of a text."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot import records
from bot.editing.votes import FEWEST, LATELY, TextVotes, Votes, of_texts
from knowledge_base.database import Database
from tests.conftest import NOW

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


def test_revisions_of_a_text_are_counted_together_and_what_falls_comes_first() -> None:
    found = of_texts(
        [
            ("tax-card/en/1", "not_helped", 0, 50),
            ("health-card/en/1", "helped", 0, 20),
            ("health-card/en/2", "helped", 0, 20),
            ("health-card/en/2", "not_helped", 12, 0),
            ("health-card/hu/1", "helped", 1, 0),
        ]
    )
    assert [(one.article, one.language, one.is_falling) for one in found] == [
        ("health-card", "en", True),
        ("tax-card", "en", False),
        ("health-card", "hu", False),
    ]
    assert found[0].before == Votes(40, 0)


async def test_the_last_thirty_days_are_counted_apart(database: Database) -> None:
    async with database.transaction() as session:
        for days, number in ((0, 1), (30, 2), (31, 4), (400, 8)):
            for _ in range(number):
                at = NOW - timedelta(days=days)
                await records.count(session, at, "hungary", "en", "helped", "health-card/en/1")
        await records.count(session, NOW, "elsewhere", "en", "helped", "health-card/en/1")
        await records.count(session, NOW, "hungary", "en", "answer", "health-card")
    async with database.reading() as session:
        found = of_texts(await records.votes(session, "hungary", TODAY - LATELY))
    assert found == [TextVotes("health-card", "en", Votes(3, 0), Votes(12, 0))]
