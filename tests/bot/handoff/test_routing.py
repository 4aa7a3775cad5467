from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.routing import PRESENT, Counsellor, Prospect, Wish, able, is_offered, prospect, shared_language
from knowledge_base.documents import Hours
from knowledge_base.schedule import Schedule

ZONE = ZoneInfo("Europe/Budapest")
# A Monday.
NOW = datetime(2026, 11, 30, 10, 0, tzinfo=ZONE)
MORNINGS = Schedule(ZONE, [Hours(days=["mon", "tue"], opens="08:00", closes="12:00")])
NEVER = Schedule(ZONE, [])
SOON = timedelta(minutes=5)


def counsellor(
    id: int, *languages: str, schedule: Schedule = MORNINGS, topics: str = "", **changes: object
) -> Counsellor:
    made = Counsellor(id, f"No. {id}", languages, frozenset(topics.split()), frozenset(), schedule)
    return replace(made, **changes)  # type: ignore[arg-type]


def wish(language: str = "uk", *, topics: str = "", urgent: bool = False, waited_min: int = 0) -> Wish:
    return Wish(language, frozenset(topics.split()), "HU", urgent, NOW - timedelta(minutes=waited_min))


def ids(found: list[Counsellor]) -> list[int]:
    return [one.id for one in found]


ARABIC, UKRAINIAN, ENGLISH = counsellor(1, "ar", "en"), counsellor(2, "uk", "hu"), counsellor(3, "en", "hu")


def test_who_speaks_the_language_comes_before_who_knows_the_topic() -> None:
    expert = counsellor(4, "hu", topics="health")
    beginner = counsellor(5, "uk", topics="work")
    assert ids(able([expert, beginner], wish("uk", topics="health"))) == [5]


def test_the_topic_decides_among_those_who_speak_the_language() -> None:
    health, work = counsellor(4, "uk", topics="health"), counsellor(5, "uk", topics="work")
    assert ids(able([health, work], wish("uk", topics="permits residence work"))) == [5]


def test_nobody_is_left_without_a_person() -> None:
    assert ids(able([ARABIC, ENGLISH], wish("vi"))) == [1, 3]


@pytest.mark.parametrize(("language", "found"), [("bs", [6]), ("sr-Latn", [6]), ("sr", [6]), ("sl", [3, 6])])
def test_neighbours_who_understand_each_other(language: str, found: list[int]) -> None:
    assert ids(able([ENGLISH, counsellor(6, "hr")], wish(language))) == found


def test_a_country_that_a_counsellor_is_not_for() -> None:
    polish = counsellor(7, "uk", countries=frozenset({"PL"}))
    assert ids(able([polish, UKRAINIAN], wish("uk"))) == [2]


def test_the_language_that_they_share_is_named() -> None:
    assert shared_language(UKRAINIAN, wish("uk")) is None
    assert shared_language(ARABIC, wish("uk")) == "en"


def test_in_hours_the_queue_is_what_those_before_cost() -> None:
    before = [wish("uk", waited_min=3), wish("ar", waited_min=9), wish("uk", urgent=True)]
    expected = prospect(wish("uk"), before, [ARABIC, UKRAINIAN], NOW, 240)
    assert expected == Prospect(2, True, datetime(2026, 12, 1, 8, 0, tzinfo=ZONE), 240, None)


def test_who_is_in_danger_comes_first() -> None:
    before = [wish("uk", waited_min=30)]
    urgent = prospect(wish("uk", urgent=True), before, [UKRAINIAN], NOW, None)
    assert urgent is not None
    assert urgent.ahead == 0


def test_out_of_hours_it_is_said_when_somebody_who_speaks_the_language_comes() -> None:
    fridays = Schedule(ZONE, [Hours(days=["fri"], opens="13:00", closes="15:00")])
    staff = [ENGLISH, counsellor(8, "uk", schedule=fridays)]
    expected = prospect(wish("uk"), [], staff, NOW, None)
    assert expected is not None
    assert not expected.there
    assert expected.opens == datetime(2026, 12, 4, 13, 0, tzinfo=ZONE)
    assert expected.shared is None


def test_without_counsellors_nothing_is_promised() -> None:
    assert prospect(wish(), [], [], NOW, None) is None


def test_a_desk_on_a_screen_is_somebody_there() -> None:
    off = counsellor(9, "uk", schedule=NEVER)
    assert not off.is_there(NOW)
    assert replace(off, seen_at=NOW - PRESENT / 2).is_there(NOW)
    assert not replace(off, seen_at=NOW - PRESENT).is_there(NOW)


def test_a_case_is_offered_to_the_best_and_then_to_all() -> None:
    staff = [ARABIC, UKRAINIAN]
    assert [one.id for one in staff if is_offered(wish("uk", waited_min=1), one, staff, NOW, SOON)] == [2]
    assert [one.id for one in staff if is_offered(wish("uk", waited_min=6), one, staff, NOW, SOON)] == [1, 2]


def test_who_is_not_there_is_not_waited_for() -> None:
    staff = [ARABIC, counsellor(2, "uk", schedule=NEVER)]
    assert [one.id for one in staff if is_offered(wish("uk"), one, staff, NOW, SOON)] == [1]


def test_a_slot_holds_a_prospect_and_anything_else_is_none() -> None:
    expected = Prospect(2, True, NOW, 240, "en")
    assert Prospect.of_slot(expected.as_slot()) == expected
    for bad in (None, {}, "x", {"ahead": "many"}):
        assert Prospect.of_slot(bad) is None
