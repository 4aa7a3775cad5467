"""A sheet in a real browser, and where its code leads."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import data_folder
from tests.channels.test_panels import CARD
from tests.end_to_end.conftest import Server, watched

SHEET = "/panel/health-card?languages=hu,ar,zh-Hans"


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Server]:
    settings = data_folder(tmp_path_factory.mktemp("data"), encoder, builders.content(CARD, builders.procedure()))
    server = Server(settings.data_dir)
    server.start()
    server.wait_for("/ready")
    yield server
    server.stop()


@pytest.fixture
def hungarian(small_server: Server, browser: Browser) -> Iterator[Page]:
    yield from watched(browser, small_server.url, "/?article=health-card", locale="hu-HU")


@pytest.fixture
def phone(small_server: Server, browser: Browser) -> Iterator[Page]:
    yield from watched(browser, small_server.url, SHEET, viewport={"width": 360, "height": 740})


def test_the_address_opens_the_article_in_the_readers_language_once(hungarian: Page, small_server: Server) -> None:
    expect(hungarian.locator(".quotation h3, .quotation h2").first).to_have_text("Egészségügyi kártya")
    expect(hungarian).to_have_url(f"{small_server.url}/")
    hungarian.reload()
    expect(hungarian.locator(".quotation")).to_have_count(1)
    hungarian.reload()
    expect(hungarian.locator(".quotation")).to_have_count(1)


def test_without_scripts_it_is_a_button_away(small_server: Server, browser: Browser) -> None:
    context = browser.new_context(base_url=small_server.url, locale="hu-HU", java_script_enabled=False)
    page = context.new_page()
    page.goto("/?article=health-card")
    page.get_by_role("link").click()
    page.get_by_role("button", name="Egészségügyi kártya").click()
    expect(page.locator(".quotation")).to_contain_text("A kártyát a hivatal adja.")
    context.close()


def test_axe_finds_nothing_and_a_phone_need_not_scroll_sideways(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    report = Axe().run(phone)
    assert report.violations_count == 0, report.generate_report()


def test_a_browser_prints_it_on_the_paper_that_was_chosen(phone: Page) -> None:
    printed = phone.pdf(prefer_css_page_size=True)
    # A4, lying: three languages stand beside each other. In points.
    assert b"/MediaBox [0 0 841" in printed
    assert phone.evaluate("getComputedStyle(document.querySelector('[lang=ar]')).direction") == "rtl"
