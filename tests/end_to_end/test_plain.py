"""The conversation without scripts, in a real browser that runs none."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import Server

QUESTION = "How do I get a TAJ card?"


@pytest.fixture
def plain(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/chat")
    yield page
    context.close()


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox").fill(question)
    page.get_by_role("button", name="Send").click()


def test_a_question_is_answered_and_shown_once_however_often_the_page_is_loaded(plain: Page) -> None:
    ask(plain, QUESTION)
    expect(plain.locator(".quotation h2").first).to_have_text("Health insurance number and card (TAJ)")
    plain.reload()
    expect(plain.locator(".migrant")).to_have_text([QUESTION])


def test_a_procedure_is_walked_and_its_papers_are_ticked(plain: Page) -> None:
    ask(plain, QUESTION)
    plain.get_by_role("button", name="Go through it step by step").click()
    plain.get_by_role("button", name="Next step").last.click()
    plain.get_by_role("button", name="Passport").click()
    expect(plain.get_by_role("button", name="Passport")).to_have_attribute("aria-pressed", "true")
    expect(plain.locator(".migrant")).to_have_text([QUESTION, "Go through it step by step", "Next step"])


def test_everything_is_deleted_by_the_buttons(plain: Page) -> None:
    ask(plain, QUESTION)
    plain.get_by_role("button", name="Delete this conversation").click()
    plain.get_by_role("button", name="Yes, delete everything").click()
    expect(plain.get_by_role("alert")).to_have_text("Everything that you wrote here is deleted.")
    assert plain.context.cookies() == []


def test_a_person_is_one_button_away(plain: Page) -> None:
    plain.get_by_role("button", name="Talk to a person").click()
    expect(plain.locator(".contact a[href^='tel:']").first).to_be_visible()


def test_who_has_no_scripts_is_led_there_from_the_first_page(plain: Page) -> None:
    plain.goto("/")
    plain.get_by_role("link", name="Write your question here").click()
    expect(plain.get_by_role("textbox")).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, server: Server, colours: str) -> None:
    # axe is a script itself.
    context = browser.new_context(
        base_url=server.url, locale="ar", color_scheme="dark" if colours == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    page.goto("/chat")
    page.locator("textarea").fill(QUESTION)
    page.locator("form button").click()
    page.set_viewport_size({"width": 360, "height": 640})
    for name in ("step", "human"):
        page.locator(f"button[value^='/{name}']").first.click()
        found = Axe().run(page).response["violations"]
        assert [(violation["id"], violation["nodes"]) for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_privacy_notice_fits_a_small_phone_and_axe_finds_nothing(
    browser: Browser, server: Server, colours: str
) -> None:
    context = browser.new_context(
        base_url=server.url, locale="ar", color_scheme="dark" if colours == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/chat")
    page.locator("a[href^='/privacy']").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="magyar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mi marad meg ebből a beszélgetésből")
    context.close()


def test_the_widget_leads_to_the_privacy_notice(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, locale="hu-HU")
    page = context.new_page()
    page.goto("/")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Mi marad meg ebből a beszélgetésből").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Mi marad meg ebből a beszélgetésből")
    context.close()
