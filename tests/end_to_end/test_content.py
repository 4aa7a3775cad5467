"""What editors see, in a real browser on a real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import Server, opened
from tests.end_to_end.test_console import add, sign_in, violations

ARTICLE = "/console/content/health-taj-card"


@pytest.fixture(scope="module")
def edited(server: Server) -> Server:
    add(server, "eva", "editor")
    add(server, "said", "editor", "ar")
    return server


@pytest.fixture
def editor(browser: Browser, edited: Server) -> Iterator[Page]:
    yield from opened(browser, edited, "en-GB", "/console/")


def test_the_preview_follows_what_is_typed(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/en")
    answer = editor.get_by_label("Short answer")
    answer.fill("It is **free** now.")
    expect(editor.locator(".preview strong").first).to_have_text("free")
    editor.get_by_label("Title").first.fill("")
    expect(editor.locator(".preview")).to_contain_text("not a whole text yet")


def test_words_that_were_not_saved_are_brought_back(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/de")
    editor.on("dialog", lambda dialog: dialog.accept())
    editor.get_by_label("Title").first.fill("Karte")
    editor.get_by_role("button", name="Add a section").click()
    heading = editor.get_by_label("Heading").last
    expect(heading).to_be_visible()
    heading.fill("Wo")
    # As after a session that ended: the page comes anew, without what was written.
    editor.goto(f"{ARTICLE}/de")
    expect(editor.get_by_label("Title").first).to_have_value("")
    editor.get_by_role("button", name="Bring it back").click()
    expect(editor.get_by_label("Title").first).to_have_value("Karte")
    expect(editor.get_by_label("Heading").last).to_have_value("Wo")
    expect(editor.get_by_role("button", name="Bring it back")).to_be_hidden()


def test_what_was_saved_is_not_offered_again(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/en")
    editor.get_by_label("Example questions").fill("How do I get the card?")
    editor.get_by_role("button", name="Save the draft").first.click()
    expect(editor.get_by_role("status")).to_have_text("The draft was saved.")
    editor.goto(f"{ARTICLE}/en")
    expect(editor.get_by_role("button", name="Bring it back")).to_be_hidden()


@pytest.mark.parametrize("login", ["eva", "said"])
def test_axe_finds_nothing_and_every_page_fits_a_small_phone(editor: Page, login: str) -> None:
    sign_in(editor, login)
    editor.set_viewport_size({"width": 360, "height": 640})
    found = []
    for path in ("/console/content", ARTICLE, f"{ARTICLE}/ar", f"{ARTICLE}/en/revisions", f"{ARTICLE}/en/revisions/1"):
        editor.goto(path)
        assert editor.evaluate("document.documentElement.scrollWidth") <= 360, path
        found += violations(editor)
    assert found == []


def test_without_javascript_a_text_is_previewed_and_published(browser: Browser, edited: Server) -> None:
    context = browser.new_context(base_url=edited.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "eva")
    page.goto("/console/content/brexit-uk-citizens/en")
    page.get_by_label("Short answer").fill("A **new** answer.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong").first).to_have_text("new")
    page.get_by_role("button", name="Publish as a major change").click()
    expect(page.get_by_role("status")).to_contain_text("It is published")
    context.close()
