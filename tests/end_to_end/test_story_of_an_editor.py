"""The story of an editor: a new fee is announced, and the answer in French is right before the coffee is cold."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import DEADLINE_S, Server, opened
from tests.end_to_end.test_console import add, sign_in

ARTICLE = "residence-permit-fees"
PAGE = f"/console/content/{ARTICLE}"
OLD, NEW = "24,000 forints", "27,500 forints"
# Spaces that no line is broken at stand in French numbers.
OLD_IN_FRENCH, NEW_IN_FRENCH = "24 000 forints", "27 500 forints"


@pytest.fixture
def editor(browser: Browser, server: Server) -> Iterator[Page]:
    add(server, "edit", "editor")
    yield from opened(browser, server, "en-GB", "/console/")


@pytest.fixture
def migrant(browser: Browser, server: Server) -> Iterator[Page]:
    """Somebody who reads French and has followed a link to the article."""
    yield from opened(browser, server, "fr-FR", f"/?article={ARTICLE}")


def outdated(editor: Page) -> int:
    """How many texts the article's page calls so."""
    return editor.locator(".cases li", has=editor.locator("strong", has_text="outdated")).count()


def read_anew(migrant: Page) -> str:
    """What somebody else at the same computer reads who follows the same link."""
    migrant.evaluate("localStorage.clear()")
    migrant.goto(f"/?article={ARTICLE}")
    answer = migrant.locator(".quotation")
    answer.wait_for()
    return answer.inner_text()


def test_a_new_fee_is_published_translated_read_and_printed(editor: Page, migrant: Page) -> None:
    answer = migrant.locator(".quotation")
    expect(answer).to_contain_text(OLD_IN_FRENCH)

    sign_in(editor, "edit")
    editor.goto(f"{PAGE}/en")
    short = editor.get_by_label("Short answer")
    short.fill(short.input_value().replace(OLD, NEW))
    editor.get_by_role("button", name="Publish as a major change").click()
    expect(editor.get_by_role("status")).to_contain_text("It is published")
    assert editor.locator(".cases li").count() == 27
    assert outdated(editor) == 26

    editor.goto(f"{PAGE}/fr")
    expect(editor.locator(".beside ins").first).to_be_visible()
    short = editor.get_by_label("Short answer")
    short.fill(re.sub(r"24\s000", "27 500", short.input_value()))
    editor.get_by_label("This text now says what the source says").check()
    editor.get_by_role("button", name="Publish as a minor change").click()
    expect(editor.get_by_role("status")).to_contain_text("It is published")
    assert outdated(editor) == 25

    # The index of the English text may still be in the making.
    deadline = time.monotonic() + DEADLINE_S
    while not read_anew(migrant).count(NEW_IN_FRENCH):
        assert time.monotonic() < deadline

    editor.get_by_label("français").check()
    editor.get_by_role("button", name="Show the sheet").click()
    expect(editor.locator("body")).to_contain_text(NEW_IN_FRENCH)
    expect(editor.locator("body")).to_contain_text(NEW)
