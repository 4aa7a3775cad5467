"""The rules of the content's documents."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge_base.documents import Article, Hours, Notice, Text, Translation, to_local_time
from tests import builders

BUDAPEST = ZoneInfo("Europe/Budapest")


def in_force(valid_from: str, valid_until: str | None, time_zone: str = "Europe/Budapest") -> Notice:
    return builders.notice(valid_from=valid_from, valid_until=valid_until, time_zone=time_zone)


@pytest.mark.parametrize(
    ("now", "live"),
    [
        ("2026-06-05T21:59:59", False),
        ("2026-06-05T22:00:00", True),
        ("2026-12-31T22:59:59", True),
        ("2026-12-31T23:00:00", False),
    ],
)
def test_a_notice_is_in_force_from_summer_to_the_end_of_a_winter_day(now: str, live: bool) -> None:
    notice = in_force("2026-06-06T00:00", "2026-12-31T24:00")
    assert notice.is_live(datetime.fromisoformat(now).replace(tzinfo=UTC)) is live


@pytest.mark.parametrize(
    ("now", "live"),
    [
        ("2026-03-28T22:59:59", False),
        ("2026-03-28T23:00:00", True),
        ("2026-03-29T21:59:59", True),
        ("2026-03-29T22:00:00", False),
    ],
)
def test_the_day_on_which_clocks_go_forward_has_23_hours(now: str, live: bool) -> None:
    notice = in_force("2026-03-29T00:00", "2026-03-29T24:00")
    assert notice.is_live(datetime.fromisoformat(now).replace(tzinfo=UTC)) is live


@pytest.mark.parametrize(
    ("now", "live"),
    [
        ("2026-10-24T21:59:59", False),
        ("2026-10-24T22:00:00", True),
        ("2026-10-25T22:59:59", True),
        ("2026-10-25T23:00:00", False),
    ],
)
def test_the_day_on_which_clocks_go_back_has_25_hours(now: str, live: bool) -> None:
    notice = in_force("2026-10-25T00:00", "2026-10-25T24:00")
    assert notice.is_live(datetime.fromisoformat(now).replace(tzinfo=UTC)) is live


def test_a_notice_that_ends_in_the_hour_that_comes_twice_does_not_come_back() -> None:
    notice = in_force("2026-10-25T00:00", "2026-10-25T02:45")
    assert notice.is_live(datetime(2026, 10, 25, 2, 30, tzinfo=BUDAPEST))
    assert not notice.is_live(datetime(2026, 10, 25, 2, 30, tzinfo=BUDAPEST, fold=1))


def test_a_notice_without_an_end_stays_in_force() -> None:
    assert in_force("2026-06-06T00:00", None).is_live(datetime(2999, 1, 1, tzinfo=UTC))


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(lambda t: t.replace(second=0, microsecond=0)),
    hours=st.integers(1, 2000),
    zone=st.sampled_from(["Europe/Budapest", "America/St_Johns", "Asia/Kolkata", "Pacific/Apia", "UTC"]),
    reader=st.sampled_from(["Europe/Budapest", "Asia/Kathmandu", "UTC"]),
)
def test_a_notice_is_in_force_exactly_between_its_two_moments(
    start: datetime, hours: int, zone: str, reader: str
) -> None:
    end = start + timedelta(hours=hours)
    notice = in_force(f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}", zone)
    begins, ends = (local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for local in (start, end))
    second = timedelta(seconds=1)
    for moment in (begins - second, begins, ends - second, ends):
        expected = begins <= moment < ends
        assert notice.is_live(moment.astimezone(ZoneInfo(reader))) is expected


def test_24_00_is_the_beginning_of_the_next_day() -> None:
    assert to_local_time("2026-12-31T24:00") == to_local_time("2027-01-01T00:00")
    assert to_local_time("2028-02-28T24:00") == datetime(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-06-06",
        "2026-06-06 00:00",
        "2026-06-06T24:01",
        "2026-06-06T0:00",
        "2026-02-29T24:00",
        "２０２６-06-06T00:00",
    ],
)
def test_what_is_no_local_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        to_local_time(text)


def test_a_notice_of_no_length_is_refused() -> None:
    with pytest.raises(ValidationError, match="not before valid_until"):
        in_force("2026-12-31T24:00", "2027-01-01T00:00")


@pytest.mark.parametrize(("opens", "closes"), [("00:00", "24:00"), ("08:00", "08:01"), ("09:59", "10:00")])
def test_opening_hours(opens: str, closes: str) -> None:
    assert Hours(days=["mon"], opens=opens, closes=closes).closes == closes


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("24:00", "24:00"),
        ("16:00", "08:00"),
        ("8:00", "16:00"),
        ("08:00", "24:01"),
        ("08:60", "16:00"),
        ("0٨:00", "16:00"),
    ],
)
def test_bad_opening_hours_are_refused(opens: str, closes: str) -> None:
    with pytest.raises(ValidationError):
        Hours(days=["mon"], opens=opens, closes=closes)


@pytest.mark.parametrize("said", ["a\nb", "a\rb", "a\u2028b", "a\x85b", "a\x00b", "a\x1bb", "\ud800", "", " \n "])
def test_a_line_has_words_and_no_line_break_or_control_character(said: str) -> None:
    with pytest.raises(ValidationError):
        builders.text(title=said)


def test_a_text_is_kept_without_the_blanks_around_it() -> None:
    assert builders.text("  Card ", " \n Body\n").body == "Body"
    assert builders.text("  Card ").title == "Card"


def test_a_saved_document_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        builders.text().title = "Other"


def test_an_article_has_a_text_in_its_source_language() -> None:
    with pytest.raises(ValidationError, match="no text in the source language en"):
        Article(
            id="card",
            facts=builders.facts(),
            source_language="en",
            translations={"hu": Translation(published=builders.revision(renders=1))},
        )


def test_a_translation_says_something() -> None:
    with pytest.raises(ValidationError, match="neither published nor a draft"):
        Translation()


def test_a_bad_body_names_its_line() -> None:
    with pytest.raises(ValidationError, match="line 3 of the body: raw HTML"):
        Text(title="Card", body="One.\n\n<b>Two.</b>")


@pytest.mark.parametrize("tag", ["EN", "english", "en_GB", "en-gb", "e", "zh-hans", "en-US-x", "en us", ""])
def test_what_is_no_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError):
        builders.article(source_language=tag)


@pytest.mark.parametrize("zone", ["", "Budapest", "../etc/passwd", "/etc/localtime", "Europe", "UTC+1", "a\x00b"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        builders.site(time_zone=zone)
