from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import DAYS, Hours
from knowledge_base.schedule import HORIZON, Schedule, public_holidays

BUDAPEST = ZoneInfo("Europe/Budapest")
SPLIT = [
    Hours(days=["mon", "tue", "wed", "thu", "fri"], opens="08:00", closes="12:00"),
    Hours(days=["mon", "wed"], opens="13:00", closes="16:30"),
]


def local(text: str, zone: ZoneInfo = BUDAPEST) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def clock(moment: datetime | None) -> str | None:
    return moment.strftime("%a %d %H:%M") if moment else None


@pytest.mark.parametrize(
    ("now", "until", "opens"),
    [
        # Monday, 30 November 2026.
        ("2026-11-30T07:59", None, "Mon 30 08:00"),
        ("2026-11-30T08:00", "Mon 30 12:00", "Mon 30 13:00"),
        ("2026-11-30T11:59", "Mon 30 12:00", "Mon 30 13:00"),
        ("2026-11-30T12:00", None, "Mon 30 13:00"),
        ("2026-11-30T16:30", None, "Tue 01 08:00"),
        ("2026-12-01T13:00", None, "Wed 02 08:00"),
        ("2026-12-05T10:00", None, "Mon 07 08:00"),
    ],
)
def test_a_split_week(now: str, until: str | None, opens: str) -> None:
    schedule = Schedule(BUDAPEST, SPLIT)
    assert clock(schedule.open_until(local(now))) == until
    assert clock(schedule.opens(local(now))) == opens


def test_other_hours_hold_on_the_day_of_an_exception() -> None:
    schedule = Schedule(BUDAPEST, SPLIT, {date(2026, 11, 30): (), date(2026, 12, 1): [("10:00", "11:00")]})
    assert clock(schedule.opens(local("2026-11-30T07:00"))) == "Tue 01 10:00"
    assert clock(schedule.open_until(local("2026-12-01T10:30"))) == "Tue 01 11:00"


def test_the_public_holidays_of_a_country_and_of_the_next_new_year() -> None:
    known = public_holidays("HU", date(2026, 12, 24))
    assert date(2026, 12, 25) in known
    assert date(2027, 1, 1) in known
    schedule = Schedule(BUDAPEST, SPLIT, known)
    assert clock(schedule.opens(local("2026-12-24T09:00"))) == "Mon 28 08:00"


def test_a_country_without_known_holidays_has_none() -> None:
    assert public_holidays("XX", date(2026, 12, 24)) == {}


@pytest.mark.parametrize(
    ("opens", "closes", "hours_long"),
    [("00:00", "24:00", 23), ("01:30", "03:30", 1), ("08:00", "16:00", 8)],
)
def test_the_clock_leaps_in_spring(opens: str, closes: str, hours_long: int) -> None:
    schedule = Schedule(BUDAPEST, [Hours(days=["sun"], opens=opens, closes=closes)])
    begins = schedule.opens(local("2026-03-28T23:59"))
    assert begins is not None
    until = schedule.open_until(begins)
    assert until is not None
    assert until.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours_long)


def test_the_clock_goes_back_in_autumn() -> None:
    schedule = Schedule(BUDAPEST, [Hours(days=["sun"], opens="00:00", closes="24:00")])
    # Both times that the clock shows half past two.
    for fold in (0, 1):
        until = schedule.open_until(local("2026-10-25T02:30").replace(fold=fold))
        assert clock(until) == "Mon 26 00:00"
    begins = schedule.opens(local("2026-10-24T12:00"))
    assert begins is not None
    assert local("2026-10-26T00:00").astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=25)


def test_hours_that_touch_at_midnight_are_one() -> None:
    schedule = Schedule(
        BUDAPEST,
        [Hours(days=["mon"], opens="20:00", closes="24:00"), Hours(days=["tue"], opens="00:00", closes="02:00")],
    )
    assert clock(schedule.open_until(local("2026-11-30T21:00"))) == "Tue 01 02:00"


def test_without_hours_nobody_is_ever_there() -> None:
    schedule = Schedule(BUDAPEST, [])
    assert schedule.open_until(local("2026-11-30T21:00")) is None
    assert schedule.opens(local("2026-11-30T21:00")) is None


CLOCKS = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30])).map(lambda t: f"{t[0]:02}:{t[1]:02}")
SHIFTS = st.tuples(st.sets(st.sampled_from(DAYS), min_size=1), CLOCKS, CLOCKS | st.just("24:00")).filter(
    lambda shift: shift[1] < shift[2]
)


@given(
    shifts=st.lists(SHIFTS, max_size=4),
    closed=st.sets(st.dates(date(2026, 3, 20), date(2026, 4, 10)), max_size=4),
    now=st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 5), timezones=st.just(UTC)),
)
def test_it_is_open_until_it_closes_and_closed_until_it_opens(
    shifts: list[tuple[set[str], str, str]], closed: set[date], now: datetime
) -> None:
    weekly = [Hours.model_validate({"days": sorted(days), "opens": o, "closes": c}) for days, o, c in shifts]
    schedule = Schedule(BUDAPEST, weekly, dict.fromkeys(closed, ()))
    until, opens, minute = schedule.open_until(now), schedule.opens(now), timedelta(minutes=1)
    if until is not None:
        assert until > now
        assert until > now + timedelta(days=HORIZON - 2) or schedule.open_until(until) is None
        assert schedule.open_until(until - minute) is not None
    elif opens is not None:
        assert schedule.open_until(opens) is not None
        assert schedule.open_until(opens - minute) is None
    if opens is None:
        assert all(schedule.open_until(now + timedelta(days=days)) in (None, until) for days in range(1, 8))
