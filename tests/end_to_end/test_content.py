"""What editors see, in a real browser on a real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import Server, opened
from tests.end_to_end.test_console import add, sign_in, violations, walk_to

ARTICLE = "/console/content/health-taj-card"


@pytest.fixture(scope="module")
def edited(server: Server) -> Server:
    add(server, "eva", "editor")
    add(server, "bea", "editor")
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


def test_what_is_worth_a_look_follows_what_is_typed(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/hu")
    editor.get_by_label("Short answer").fill("A kártya 4711 forint.")
    expect(editor.locator(".check")).to_contain_text("Numbers that only this text has: \u20684711\u2069.")
    editor.goto("/console/add-article")
    editor.get_by_label("Title", exact=True).fill("How do I get a health insurance card (TAJ)?")
    expect(editor.get_by_text("It seems that there is an article on this already")).to_be_in_viewport()


def test_words_that_were_not_saved_are_brought_back(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/sr-Latn")
    editor.on("dialog", lambda dialog: dialog.accept())
    editor.get_by_label("Title").first.fill("Kartica")
    editor.get_by_role("button", name="Add a section").click()
    heading = editor.get_by_label("Heading").last
    expect(heading).to_be_visible()
    heading.fill("Gde")
    # As after a session that ended: the page comes anew, without what was written.
    editor.goto(f"{ARTICLE}/sr-Latn")
    expect(editor.get_by_label("Title").first).to_have_value("")
    editor.get_by_role("button", name="Bring it back").click()
    expect(editor.get_by_label("Title").first).to_have_value("Kartica")
    expect(editor.get_by_label("Heading").last).to_have_value("Gde")
    expect(editor.get_by_role("button", name="Bring it back")).to_be_hidden()


def test_what_was_saved_is_not_offered_again(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/en")
    editor.get_by_label("Example questions").fill("How do I get the card?")
    editor.get_by_role("button", name="Save the draft").first.click()
    expect(editor.get_by_role("status")).to_have_text("The draft was saved.")
    editor.goto(f"{ARTICLE}/en")
    expect(editor.get_by_role("button", name="Bring it back")).to_be_hidden()


def colleague_writes(browser: Browser, edited: Server, path: str, label: str, said: str) -> None:
    context = browser.new_context(base_url=edited.url)
    page = context.new_page()
    sign_in(page, "bea")
    page.goto(path)
    page.get_by_label(label).first.fill(said)
    page.get_by_role("button", name="Save the draft").first.click()
    expect(page.get_by_role("status")).to_have_text("The draft was saved.")
    context.close()


def test_words_that_the_sign_in_swallowed_are_brought_back_over_a_colleagues(
    editor: Page, browser: Browser, edited: Server
) -> None:
    path = "/console/content/brexit-uk-citizens/hu"
    sign_in(editor, "eva")
    editor.goto(path)
    editor.get_by_label("Short answer").fill("Ezt Éva írta.")
    # Her session ends: what she sends is not taken.
    editor.context.clear_cookies()
    editor.get_by_role("button", name="Save the draft").first.click()
    expect(editor.locator("h1")).to_have_text("Sign in")
    colleague_writes(browser, edited, path, "Title", "Ezt Bea írta")
    sign_in(editor, "eva")
    editor.goto(path)
    expect(editor.get_by_label("Title").first).to_have_value("Ezt Bea írta")
    editor.get_by_role("button", name="Bring it back").click()
    expect(editor.get_by_label("Short answer")).to_have_value("Ezt Éva írta.")
    editor.get_by_role("button", name="Save the draft").first.click()
    expect(editor.get_by_role("alert")).to_contain_text("A colleague has saved this text while you wrote")
    expect(editor.get_by_label("Title").first).to_have_value("Ezt Bea írta")
    expect(editor.get_by_label("Short answer")).to_have_value("Ezt Éva írta.")
    editor.get_by_role("button", name="Save the draft").first.click()
    expect(editor.get_by_role("status")).to_have_text("The draft was saved.")
    expect(editor.get_by_role("button", name="Bring it back")).to_be_hidden()


def test_what_was_published_is_not_offered_over_what_a_colleague_made_of_it(
    editor: Page, browser: Browser, edited: Server
) -> None:
    path = "/console/content/brexit-uk-citizens/de"
    sign_in(editor, "eva")
    editor.goto(path)
    editor.get_by_label("Short answer").fill("Das ist neu.")
    editor.get_by_role("button", name="Publish as a minor change").click()
    expect(editor.get_by_role("status")).to_contain_text("It is published")
    colleague_writes(browser, edited, path, "Short answer", "Das ist ganz neu.")
    editor.goto(path)
    expect(editor.get_by_label("Short answer")).to_have_value("Das ist ganz neu.")
    expect(editor.get_by_role("button", name="Bring it back")).to_be_hidden()


@pytest.mark.parametrize("login", ["eva", "said"])
def test_axe_finds_nothing_and_every_page_fits_a_small_phone(editor: Page, login: str) -> None:
    sign_in(editor, login)
    editor.set_viewport_size({"width": 360, "height": 640})
    found = []
    for path in (
        "/console/try",
        "/console/quality",
        "/console/content",
        ARTICLE,
        f"{ARTICLE}/ar",
        f"{ARTICLE}/en/revisions",
        f"{ARTICLE}/en/revisions/1",
    ):
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


def test_facts_that_were_not_saved_are_brought_back_with_what_was_unticked(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto(f"{ARTICLE}/facts")
    editor.on("dialog", lambda dialog: dialog.accept())
    everybody = editor.get_by_label("everybody")
    expect(everybody).to_be_checked()
    everybody.uncheck()
    editor.get_by_label("people who asked for asylum").check()
    editor.get_by_role("button", name="Add a source").click()
    source = editor.get_by_label("Title of the source").last
    source.fill("The newest leaflet")
    editor.goto(f"{ARTICLE}/facts")
    expect(everybody).to_be_checked()
    editor.get_by_role("button", name="Bring it back").click()
    expect(everybody).not_to_be_checked()
    expect(editor.get_by_label("people who asked for asylum")).to_be_checked()
    titles = editor.get_by_label("Title of the source")
    expect(titles.nth(titles.count() - 2)).to_have_value("The newest leaflet")
    editor.get_by_role("button", name="Save").first.click()
    expect(editor.get_by_role("status")).to_contain_text("The facts were saved")
    expect(editor.locator(".facts")).to_contain_text("The newest leaflet")


def test_a_contacts_card_follows_what_is_typed(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto("/console/contacts/british-embassy")
    card = editor.locator(".preview")
    expect(card).to_contain_text("British Embassy Budapest")
    editor.get_by_label("Name", exact=True).fill("The embassy")
    editor.get_by_label("Day and night").check()
    expect(card).to_contain_text("The embassy")
    expect(card).to_contain_text("day and night")
    editor.get_by_label("Show the card in").select_option(label="magyar")
    expect(card).to_contain_text("éjjel-nappal")


def test_a_wrong_box_gets_the_focus_also_where_it_was_folded_away(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.goto("/console/add-notice")
    editor.get_by_label("Day", exact=True).first.fill("2026-11-02")
    editor.get_by_label("No. 1").select_option(label="Health")
    editor.get_by_text("Missing in:").click()
    editor.get_by_label("Deutsch: Title").fill("Keine neuen Genehmigungen")
    editor.get_by_role("button", name="Save").first.click()
    missing = editor.get_by_label("Deutsch: Text")
    expect(missing).to_be_focused()
    expect(editor.locator("#texts-de-text-wrong")).to_have_text("Please write something here.")
    assert violations(editor) == []


def test_a_topic_is_added_and_removed_by_keyboard_at_360_pixels(editor: Page) -> None:
    sign_in(editor, "eva")
    editor.set_viewport_size({"width": 360, "height": 640})
    editor.goto("/console/topics")
    walk_to(editor, "Add a topic")
    editor.keyboard.press("Enter")
    expect(editor.locator("h1")).to_have_text("Add a topic")
    walk_to(editor, "English")
    editor.keyboard.type("Pets")
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("status")).to_contain_text("The topic was saved")
    editor.get_by_role("link", name="Pets", exact=True).focus()
    editor.keyboard.press("Enter")
    expect(editor.locator("h1")).to_have_text("Pets")
    editor.get_by_role("button", name="Remove this topic").focus()
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("status")).to_have_text("The topic was removed.")


def test_without_javascript_a_notice_is_written_previewed_and_ended(browser: Browser, edited: Server) -> None:
    context = browser.new_context(base_url=edited.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "eva")
    page.goto("/console/add-notice")
    page.get_by_label("English: Title").fill("Flu season")
    page.get_by_label("English: Text").fill("Wear a mask since {valid_from}.")
    page.get_by_label("Day", exact=True).first.fill("2026-11-02")
    page.get_by_label("No. 1").select_option(label="Health")
    page.get_by_text("Missing in:").click()
    page.get_by_label("العربية: Title").fill("موسم الإنفلونزا")
    page.get_by_label("العربية: Text").fill("ارتدوا الكمامة منذ {valid_from}.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("Wear a mask since November 2, 2026.")
    expect(page.locator(".preview")).to_contain_text("ارتدوا الكمامة منذ 2 نوفمبر 2026.")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_contain_text("The notice was saved")
    page.get_by_role("link", name="Flu season").click()
    page.get_by_role("button", name="End this notice now").click()
    expect(page.get_by_role("status")).to_contain_text("The notice is over")
    context.close()
