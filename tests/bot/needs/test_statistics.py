from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.needs.period import Period, PeriodError, periods
from bot.needs.statistics import Tally, statistics
from tests.bot.conftest import small_content
from tests.conftest import NOW

TODAY = NOW.date()
DAYS = st.dates(date(2001, 1, 1), date(2100, 1, 1))


def tally(kind: str, subject: str, count: int = 5, *, day: date = TODAY, language: str = "en") -> Tally:
    return Tally(day, language, kind, subject, count)


@given(DAYS)
def test_every_day_lies_in_one_period(day: date) -> None:
    period = Period.of(day)
    assert period.first <= day < period.end
    assert period.first.weekday() == 0
    assert period.weeks[-1] + timedelta(days=7) == period.end
    assert 12 <= len(period.weeks) <= 14
    assert Period.read(str(period)) == period


@pytest.mark.parametrize("text", ["", "2026", "2026-Q5", "0000-Q1", "2026-q1", "9999-Q1"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        Period.read(text)


def test_periods_go_back_to_the_first_count() -> None:
    assert [str(one) for one in periods(date(2026, 3, 1), TODAY)] == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1"]
    assert [str(one) for one in periods(None, TODAY)] == ["2026-Q4"]
    assert [str(one) for one in periods(TODAY + timedelta(days=200), TODAY)] == ["2026-Q4"]


def test_questions_are_told_by_each_dimension_and_by_all() -> None:
    found = statistics(
        Period.of(TODAY),
        [
            tally("question", "health/HU/answer", 6),
            tally("question", "work/HU/no_answer", 7, language="uk", day=TODAY - timedelta(days=7)),
            tally("question", "work/HU/answer", 100, day=TODAY - timedelta(days=200)),
            tally("answer", "health-card", 6),
        ],
        [],
        [],
    )
    shown = {name: dict(table.shown) for name, table in found.tables.items()}
    assert shown["week"] == {("2026-11-16",): 6, ("2026-11-09",): 7}
    assert shown["language"] == {("en",): 6, ("uk",): 7}
    assert shown["topic"] == {("health",): 6, ("work",): 7}
    assert shown["country"] == {("HU",): 13}
    assert shown["outcome"] == {("answer",): 6, ("no_answer",): 7}
    assert shown["questions"] == {
        ("2026-11-16", "en", "health", "HU", "answer"): 6,
        ("2026-11-09", "uk", "work", "HU", "no_answer"): 7,
    }


def test_questions_are_counted_together_as_finely_as_most_can_be_shown() -> None:
    days = [TODAY - timedelta(weeks=week) for week in range(6)]
    tallies = [tally("question", f"health/HU/{outcome}", 1, day=day) for day in days for outcome in ("answer", "human")]
    found = statistics(Period.of(TODAY), tallies, [], [])
    assert found.dimensions["questions"] == ("language", "topic", "country", "outcome")
    assert found.tables["questions"].shown == {("en", "health", "HU", "answer"): 6, ("en", "health", "HU", "human"): 6}
    few = [tally("question", f"health/HU/{outcome}", 3) for outcome in ("answer", "human")]
    assert statistics(Period.of(TODAY), few, [], []).dimensions["questions"] == ("language", "topic")


def test_handoffs_waits_and_votes_are_told() -> None:
    found = statistics(
        Period.of(TODAY),
        [
            tally("handoff", "asked"),
            tally("closed", "solved"),
            tally("expired", ""),
            tally("waited", "0-5"),
            tally("helped", "health-card/en/1"),
            tally("not_helped", "tax-card/en/1"),
            tally("label", "a counsellor's own word"),
        ],
        [],
        [],
    )
    shown = {name: dict(table.shown) for name, table in found.tables.items() if table.shown}
    assert shown == {
        "handoffs": {("asked",): 5},
        "handoff_ends": {("solved",): 5, ("expired",): 5},
        "waiting": {("0-5",): 5},
        "feedback": {("helped",): 5, ("not_helped",): 5},
        "feedback_by_language": {("en", "helped"): 5, ("en", "not_helped"): 5},
    }
    assert all(len(cell) == len(found.dimensions[name]) for name, cells in shown.items() for cell in cells)


def test_coverage_is_of_the_sites_languages() -> None:
    found = statistics(Period.of(TODAY), [], small_content().articles, ["en", "hu", "so"])
    assert [(row.language, row.current, row.missing) for row in found.coverage] == [
        ("en", 2, 0),
        ("hu", 1, 1),
        ("so", 0, 2),
    ]
