"""What people need, in a real browser on a real server."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import Server, opened
from tests.end_to_end.test_console import add, sign_in, violations, walk_to

# One meaning, in three languages.
ASKED = {
    "en": "How do I register my dog?",
    "de": "Wie melde ich meinen Hund an?",
    "hu": "Hogyan kell bejelenteni a kutyámat?",
}
DOG = re.compile("dog|Hund|kutyámat")


@pytest.fixture(scope="module")
def asked(server: Server) -> Server:
    """The server with two editors, questions that found no answer, and enough counts for a chart."""
    add(server, "nora", "editor")
    add(server, "idris", "editor", "ar")
    now = datetime.now(UTC).replace(tzinfo=None)
    with closing(sqlite3.connect(server.data / "kalauz.db")) as database, database:
        for language, text in ASKED.items():
            begun = (f"dog-{language}", "", "hungary", "web", language, "bot", str(now))
            database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", begun)
            question = (f"dog-{language}", 1, language, text, "no_answer", str(now))
            columns = "conversation_id, number, language, text, reason, asked_at"
            database.execute(f"INSERT INTO unanswered ({columns}) VALUES (?, ?, ?, ?, ?, ?)", question)
        for language, count in (("en", 30), ("hu", 12), ("ar", 9)):
            row = (str(now.date()), "hungary", language, "question", "health/HU/answer", count)
            database.execute("INSERT OR REPLACE INTO tallies VALUES (?, ?, ?, ?, ?, ?)", row)
    return server


@pytest.fixture
def editor(browser: Browser, asked: Server) -> Iterator[Page]:
    yield from opened(browser, asked, "en-GB", "/console/")


@pytest.mark.parametrize("login", ["nora", "idris"])
def test_axe_finds_nothing_and_every_page_fits_a_small_phone(editor: Page, login: str) -> None:
    sign_in(editor, login)
    editor.set_viewport_size({"width": 360, "height": 640})
    found = []
    editor.goto("/console/needs")
    gap = editor.locator("ol.cases a", has_text=DOG).get_attribute("href") or ""
    for path in ("/console/needs", gap, "/console/needs/aside", "/console/statistics"):
        editor.goto(path)
        assert editor.evaluate("document.documentElement.scrollWidth") <= 360, path
        found += violations(editor)
    assert found == []


def test_a_gap_is_set_aside_by_keyboard_and_an_article_is_begun_from_it(editor: Page) -> None:
    sign_in(editor, "nora")
    editor.goto("/console/needs")
    gap = editor.locator("li", has_text=DOG)
    expect(gap).to_contain_text("3 people · 3 languages")
    gap.get_by_role("link").click()
    gap_page = editor.url
    editor.get_by_role("button", name="Begin an article from it").click()
    expect(editor.get_by_label("Title", exact=True)).to_have_value(DOG)
    assert editor.url == gap_page
    editor.goto(gap_page)
    walk_to(editor, "Not for us: set it aside")
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("status")).to_have_text("3 questions were set aside.")
    editor.get_by_role("link", name="Set aside").click()
    expect(editor.locator("li", has_text=DOG)).to_have_count(3)


def test_whoever_asked_is_answered_by_the_article_that_was_begun_for_them(editor: Page, asked: Server) -> None:
    now = str(datetime.now(UTC).replace(tzinfo=None))
    with closing(sqlite3.connect(asked.data / "kalauz.db")) as database, database:
        begun = ("fisher", "", "hungary", "web", "en", "bot", now)
        database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", begun)
        question = ("fisher", 1, "en", "Where do they sell fishing licences?", "no_answer", now)
        columns = "conversation_id, number, language, text, reason, asked_at"
        database.execute(f"INSERT INTO unanswered ({columns}) VALUES (?, ?, ?, ?, ?, ?)", question)
    sign_in(editor, "nora")
    editor.goto("/console/needs")
    editor.get_by_role("link", name="fishing licences").click()
    editor.get_by_role("button", name="Begin an article from it").click()
    editor.get_by_label("Short answer").fill("The club of the lake sells them.")
    editor.locator("[name=topics-0]").select_option(index=1)
    editor.locator("[name=sources-0-title]").fill("The club")
    editor.get_by_role("button", name="Save").first.click()
    expect(editor.get_by_text("1 person asked for this")).to_be_visible()
    editor.get_by_role("button", name="Publish as a major change").click()
    expect(editor.get_by_role("status")).to_contain_text("It is published")
    said = ""
    # Nobody but the clock does it.
    for _ in range(100):
        with closing(sqlite3.connect(asked.data / "kalauz.db")) as database:
            rows = database.execute("SELECT data FROM events WHERE conversation_id = 'fisher'").fetchall()
        if rows:
            ((said,),) = rows
            break
        editor.wait_for_timeout(300)
    assert "The club of the lake sells them." in said
    editor.goto("/console/needs")
    expect(editor.get_by_text("fishing licences")).to_have_count(0)


def test_the_statistics_come_as_a_file(editor: Page) -> None:
    sign_in(editor, "nora")
    editor.goto("/console/statistics")
    expect(editor.get_by_role("table").first).to_be_visible()
    with editor.expect_download() as waiting:
        editor.get_by_role("link", name="XLSX").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
