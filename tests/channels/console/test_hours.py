from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.console.hours import (
    HoursError,
    exceptions_of,
    exceptions_written,
    shifts_of,
    week_of,
    week_written,
    written,
)

CLOCK = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda time: f"{time[0]:02}:{time[1]:02}")
SHIFT = st.tuples(CLOCK, CLOCK | st.just("24:00")).filter(lambda shift: shift[0] < shift[1])
SHIFTS = st.lists(SHIFT, max_size=3).map(sorted)


@pytest.mark.parametrize(
    ("text", "shifts"),
    [
        ("", []),
        ("8-12", [("08:00", "12:00")]),
        ("8:00-12:00, 13:00-16:30", [("08:00", "12:00"), ("13:00", "16:30")]),
        ("8.30 – 24.00", [("08:30", "24:00")]),
        (" 9:15-10:00 ; 11-12 ;", [("09:15", "10:00"), ("11:00", "12:00")]),
        ("8-12، 13-14", [("08:00", "12:00"), ("13:00", "14:00")]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, shifts: list[tuple[str, str]]) -> None:
    assert shifts_of(text) == shifts


@pytest.mark.parametrize(
    "text", ["morning", "12-8", "8-8", "8:60-9", "8-25", "24:00-24:00", "8:00", "8-12-16", "8-24:30", "８-１２"]
)
def test_what_are_no_hours_is_named(text: str) -> None:
    with pytest.raises(HoursError) as error:
        shifts_of(f"7-8, {text}")
    assert error.value.written == text


@pytest.mark.parametrize("text", ["24 December", "2026-13-01 8-9", "2026-02-30", "2026-12-24 closed"])
def test_a_day_that_is_none_is_named(text: str) -> None:
    with pytest.raises(HoursError):
        exceptions_of(f"2026-12-25\n{text}")


def test_days_that_are_different() -> None:
    text = "2026-12-24 8-12\n\n 2026-12-27: \n2026-12-28\n"
    assert exceptions_of(text) == {
        date(2026, 12, 24): [("08:00", "12:00")],
        date(2026, 12, 27): [],
        date(2026, 12, 28): [],
    }


@given(week=st.lists(SHIFTS, min_size=7, max_size=7))
def test_a_week_that_is_written_is_read_as_it_was(week: list[list[tuple[str, str]]]) -> None:
    texts = [written(shifts) for shifts in week]
    assert week_written(week_of(texts)) == texts


@given(days=st.dictionaries(st.dates(), SHIFTS, max_size=4))
def test_days_that_are_written_are_read_as_they_were(days: dict[date, list[tuple[str, str]]]) -> None:
    assert exceptions_of(exceptions_written(days)) == days
