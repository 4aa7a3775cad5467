"""The widget in a page of another origin, under a strict content security policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from channels.web.demo import website
from channels.web.scripts import embed_line
from tests.end_to_end.conftest import Server, watched
from tests.end_to_end.test_widget import ask

QUESTION = "How do I get a TAJ card?"
FOCUSED = """(function deepest(node) {
    const inner = node.activeElement;
    return inner?.shadowRoot ? deepest(inner.shadowRoot) : inner && (inner.ariaLabel || inner.textContent.trim());
})(document)"""


@contextmanager
def serving(line: str, *, port: int) -> Iterator[str]:
    """The address of a website with the line in its page."""
    with website(line, port=port) as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        yield f"http://localhost:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def site(server: Server) -> Iterator[str]:
    """A website with the line that `kalauz widget` prints, which the server allows."""
    with serving(embed_line(server.url), port=server.website_port) as address:
        yield address


@pytest.fixture
def host(browser: Browser, site: str) -> Iterator[Page]:
    yield from watched(browser, site, locale="en-GB", viewport={"width": 900, "height": 800})


def opened_panel(page: Page) -> None:
    page.get_by_role("button", name="Your question").click()
    expect(page.locator(".bot")).to_have_count(1)


def test_a_question_is_answered_in_another_websites_page(host: Page) -> None:
    opened_panel(host)
    expect(ask(host, QUESTION).locator(".quotation h2")).to_have_text("Health insurance number and card (TAJ)")


def test_nothing_but_the_button_is_loaded_before_somebody_opens_it(host: Page, server: Server) -> None:
    names = "performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)"
    assert host.evaluate(names) == ["/widget.js"]
    opened_panel(host)
    assert "/api/v1/conversations" in host.evaluate(names)


def test_the_focus_goes_in_and_comes_back(host: Page) -> None:
    host.keyboard.press("Tab")
    host.keyboard.press("Enter")
    expect(host.get_by_role("textbox")).to_be_focused()
    assert host.evaluate(FOCUSED) == "Your question"
    expect(host.locator(".bot")).to_have_count(1)
    host.keyboard.press("Escape")
    expect(host.get_by_role("textbox")).to_be_hidden()
    expect(host.get_by_role("button", name="Your question")).to_be_focused()
    host.keyboard.press("Enter")
    expect(host.get_by_role("textbox")).to_be_focused()
    host.get_by_role("button", name="Close").click()
    expect(host.get_by_role("button", name="Your question")).to_be_focused()


def test_escape_in_a_question_of_the_widget_closes_only_that(host: Page) -> None:
    opened_panel(host)
    host.get_by_role("button", name="Delete this conversation").click()
    expect(host.get_by_text("Delete everything you wrote here?")).to_be_visible()
    host.keyboard.press("Escape")
    expect(host.get_by_text("Delete everything you wrote here?")).to_be_hidden()
    expect(host.get_by_role("textbox")).to_be_visible()


def test_a_panel_that_covers_the_page_keeps_the_focus_until_it_is_closed(host: Page) -> None:
    host.set_viewport_size({"width": 360, "height": 640})
    host.evaluate("document.querySelector('main').append(document.createElement('button'))")
    opened_panel(host)
    for _ in range(12):
        host.keyboard.press("Tab")
        assert host.evaluate("document.activeElement.localName") != "button"
    host.keyboard.press("Escape")
    expect(host.get_by_role("button", name="Your question")).to_be_focused()


def test_the_conversation_is_there_on_the_websites_next_page(host: Page) -> None:
    opened_panel(host)
    ask(host, QUESTION)
    host.reload()
    host.get_by_role("button", name="Your question").click()
    expect(host.locator(".migrant")).to_have_text([QUESTION])


@pytest.mark.parametrize("width", [900, 360])
def test_axe_finds_nothing_in_the_button_and_the_panel(host: Page, width: int) -> None:
    host.set_viewport_size({"width": width, "height": 640})
    for act in (lambda: None, lambda: opened_panel(host), lambda: ask(host, QUESTION)):
        act()
        found = Axe().run(host).response["violations"]
        assert [(violation["id"], violation["nodes"]) for violation in found] == []
    assert host.evaluate("document.documentElement.scrollWidth") <= width


def test_a_website_that_is_not_allowed_gets_no_conversation_but_a_way_to_ask(browser: Browser, server: Server) -> None:
    # Without `crossorigin` the button itself is not kept from it.
    with serving(f'<script src="{server.url}/widget.js" async></script>', port=0) as address:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Your question").click()
        expect(page.get_by_role("link", name="Your question")).to_have_attribute("href", f"{server.url}/chat")
        assert page.locator("kalauz-chat").count() == 0
        context.close()


def test_a_website_that_is_not_allowed_does_not_even_get_the_line_to_run(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(site.replace("localhost", "127.0.0.1"))
    expect(page.get_by_role("heading", name="A website")).to_be_visible()
    assert page.locator("kalauz-widget").count() == 0
    context.close()
