"""Publishing at a time, over HTTP without a script."""

from datetime import timedelta

import pytest

from tests.channels.console.conftest import Newsroom, words, write

TEXT = "/content/health-card/en"
# It is Nov 22, 2026, 13:00 in Budapest.
LATER = {"plan__day": "2026-11-30", "plan__time": "8:30", "title": "The card"}


def wait(newsroom: Newsroom, by: timedelta) -> None:
    newsroom.house.goes_on(by)
    newsroom.house.call(newsroom.editors.tick)


def published(newsroom: Newsroom) -> str:
    found = newsroom.article().translations["en"].published
    assert found is not None
    return found.text.title


def test_a_text_is_published_by_the_sites_clocks_and_shown_until_then(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert write(anna, TEXT, "plan-major", **LATER).status_code == 303
    told = "It will be published: Nov 30, 2026, 8:30:00 AM."
    assert words(anna.get(TEXT)).count(told) == 2
    assert "planned: Nov 30, 2026, 8:30:00 AM" in words(anna.get("/content/health-card"))
    page = words(anna.get("/content"))
    assert "Planned to be published (1) Health card English · Nov 30, 2026, 8:30:00 AM · Planned by anna" in page
    assert "Drafts to finish" not in page
    wait(newsroom, timedelta(days=7, hours=19, minutes=29))
    assert published(newsroom) == "Health card"
    wait(newsroom, timedelta(minutes=1))
    assert published(newsroom) == "The card"
    assert "Planned" not in words(newsroom.house.visitor("anna").get("/content"))


def test_a_plan_is_cancelled(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, TEXT, "plan-minor", **LATER)
    assert anna.send(f"{TEXT}/unplan").status_code == 303
    page = words(anna.get(TEXT))
    assert "It is not planned any more, and stays a draft." in page
    assert "Cancel the plan" not in page
    anna.send(f"{TEXT}/unplan")
    assert "Nothing was planned." in words(anna.get(TEXT))


@pytest.mark.parametrize(
    ("day", "time", "told"),
    [
        ("", "", "This is no day such as 2026-12-24."),
        ("2026-02-30", "", "This is no day such as 2026-12-24."),
        ("9999-12-31", "24:00", "This is no day such as 2026-12-24."),
        ("2026-11-30", "25:00", "This is no time such as 8:00 or 24:00."),
        ("2026-11-22", "13:00", "Please choose a time to come."),
        ("1000-01-01", "", "Please choose a time to come."),
    ],
)
def test_a_time_that_is_none_or_is_over_is_told_and_nothing_is_lost(
    newsroom: Newsroom, day: str, time: str, told: str
) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, TEXT, "plan-major", plan__day=day, plan__time=time, title="The card")
    assert page.status_code == 422
    assert told in words(page)
    assert 'value="The card"' in page.text
    assert newsroom.article().translations["en"].draft is None


def test_who_changes_a_planned_draft_is_told_that_it_waits(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, TEXT, "plan-major", **LATER)
    write(anna, TEXT, "save", title="Another card")
    told = "The draft was changed after it was planned: please plan it again."
    assert told in words(anna.get(TEXT))
    assert "Not published as planned" in words(anna.get("/content/health-card"))
    page = words(anna.get("/content"))
    assert "Not published as planned (1)" in page
    assert told in page
    assert "Drafts to finish (1)" in page


def test_what_cannot_be_published_is_not_planned(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, TEXT, "plan-major", step__0__title="Go", step__0__text="x", **LATER)
    assert page.status_code == 422
    assert "Only a procedure has steps" in words(page)


@pytest.mark.parametrize("language", ["", "en"])
def test_what_is_withdrawn_does_not_come_back_by_a_plan(newsroom: Newsroom, language: str) -> None:
    anna = newsroom.editor("anna")
    write(anna, TEXT, "plan-minor", **LATER)
    anna.send("/content/health-card/withdraw", language=language)
    assert "planned:" not in words(anna.get("/content/health-card"))
    wait(newsroom, timedelta(days=8))
    assert newsroom.article().translations["en"].published is None


def test_a_plan_for_another_language_stays(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, TEXT, "plan-minor", **LATER)
    anna.send("/content/health-card/withdraw", language="hu")
    assert "planned:" in words(anna.get("/content/health-card"))
