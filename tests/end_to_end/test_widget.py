"""What a migrant sees, in a real browser on a real server."""

import re
import signal
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.end_to_end.conftest import Server, opened


def ask(page: Page, question: str) -> Locator:
    """Type and send a question; returns the bot's last message, once it has come."""
    # Before anything is there, the greeting would be taken for the answer.
    page.locator(".log > li").first.wait_for()
    before = page.locator(".bot").count()
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".bot")).to_have_count(before + 1)
    return page.locator(".bot").last


def greeted(page: Page) -> None:
    expect(page.locator(".bot")).to_have_count(1)


@pytest.fixture
def hungarian(browser: Browser, server: Server) -> Iterator[Page]:
    yield from opened(browser, server, "hu-HU")


@pytest.fixture
def arabic(browser: Browser, server: Server) -> Iterator[Page]:
    yield from opened(browser, server, "ar")


def test_a_question_is_answered_with_its_source_and_date(page: Page) -> None:
    greeted(page)
    answer = ask(page, "How do I get a TAJ card?")
    expect(answer.locator(".quotation h2")).to_have_text("Health insurance number and card (TAJ)")
    expect(answer.locator(".steps ol > li")).to_have_count(4)
    expect(answer.locator(".sources")).to_contain_text("Text checked on")
    assert answer.locator(".sources a").first.get_attribute("href") == "https://migaid.org/en/health-insurance-taj/"


def test_a_hungarian_question_is_answered_in_hungarian(hungarian: Page) -> None:
    greeted(hungarian)
    assert hungarian.locator("kalauz-chat").get_attribute("lang") == "hu"
    answer = ask(hungarian, "Hogyan kapok TAJ-kártyát?")
    expect(answer.locator(".quotation h2")).to_have_text("Egészségbiztosítási szám és kártya (TAJ)")
    assert answer.locator(".quotation").get_attribute("lang") == "hu"
    expect(answer.locator(".sources")).to_contain_text("2026. november 22")


def test_the_whole_article_is_one_button_away(page: Page) -> None:
    greeted(page)
    answer = ask(page, "How do I get a TAJ card?")
    answer.get_by_role("button", name="Show everything about this").click()
    expect(page.locator(".bot")).to_have_count(3)
    expect(page.locator(".bot").last.locator(".quotation h3")).to_have_text(["Without a TAJ", "If you stop working"])


def test_nonsense_gets_no_article_but_a_contact(page: Page) -> None:
    greeted(page)
    answer = ask(page, "zxqv wrrgh plofff")
    expect(answer.locator(".quotation")).to_have_count(0)
    expect(answer.locator(".contact a[href^='tel:']").first).to_be_visible()


def test_what_a_person_types_is_never_markup(page: Page) -> None:
    greeted(page)
    text = "<img src=x onerror=alert(1)> <b>visa</b> \u202e**bold**"
    ask(page, text)
    expect(page.locator(".migrant").last).to_have_text(text)
    assert page.locator("kalauz-chat img").count() == 0


def test_a_reload_keeps_the_conversation(page: Page) -> None:
    greeted(page)
    ask(page, "How do I get a TAJ card?")
    page.reload()
    expect(page.locator(".migrant")).to_have_text(["How do I get a TAJ card?"])
    expect(page.locator(".bot")).to_have_count(2)


def test_deleting_the_conversation_deletes_it_on_the_server(page: Page, server: Server) -> None:
    greeted(page)
    ask(page, "How do I get a TAJ card?")
    kept = page.evaluate("JSON.parse(localStorage.getItem('kalauz-conversation'))")
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Yes, delete everything").click()
    expect(page.locator(".log > li")).to_have_text(["Everything that you wrote here is deleted."])
    expect(page.get_by_role("textbox")).to_be_focused()
    address = f"{server.url}/api/v1/conversations/{kept['id']}/messages"
    assert httpx.get(address, headers={"Authorization": f"Bearer {kept['token']}"}).status_code == 404


def test_a_conversation_survives_the_servers_restart(page: Page, server: Server) -> None:
    greeted(page)
    ask(page, "How do I get a TAJ card?")
    server.stop(signal.SIGKILL)
    server.start()
    # Still loading: the widget waits and then shows everything.
    page.reload()
    expect(page.locator(".bot")).to_have_count(2, timeout=180_000)
    answer = ask(page, "Is the TAJ card free?")
    expect(answer).to_be_visible()


def test_only_new_text_is_announced_in_a_separate_live_region(page: Page) -> None:
    greeted(page)
    live = page.locator("[role=status]")
    expect(live).to_have_text("")
    ask(page, "How do I get a TAJ card?")
    expect(live).to_contain_text("Health insurance number and card (TAJ)")
    assert page.locator(".log").get_attribute("aria-live") is None


def test_the_page_is_right_to_left_in_arabic(arabic: Page) -> None:
    greeted(arabic)
    assert arabic.locator("html").get_attribute("dir") == "rtl"
    assert arabic.locator("kalauz-chat").get_attribute("dir") == "rtl"
    expect(arabic.locator(".bot p").first).to_have_css("direction", "rtl")
    answer = ask(arabic, "كيف أحصل على بطاقة TAJ؟")
    expect(answer).to_be_visible()
    # English text inside the Arabic page keeps its own direction.
    for quotation in answer.locator(".quotation[lang=en]").all():
        expect(quotation).to_have_css("direction", "ltr")


def test_a_message_has_the_direction_of_most_of_its_letters(page: Page) -> None:
    greeted(page)
    directions = {"TAJ کارت را چطور بگیرم؟": "rtl", "the word سلام": "ltr", "?! 123": "ltr"}
    for text in directions:
        ask(page, text)
    for index, direction in enumerate(directions.values()):
        expect(page.locator(".migrant").nth(index)).to_have_css("direction", direction)


@pytest.mark.parametrize("question", ["How do I get a TAJ card?", "zxqv wrrgh plofff", "permit family"])
def test_axe_finds_nothing(page: Page, question: str) -> None:
    greeted(page)
    ask(page, question)
    results = Axe().run(page)
    assert [(found["id"], found["nodes"]) for found in results.response["violations"]] == []


def test_everything_works_by_keyboard_at_360_pixels(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    greeted(page)
    page.get_by_role("textbox").focus()
    page.keyboard.type("How do I get a TAJ card?")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".bot")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_security_policy_allows_no_inline_script(page: Page) -> None:
    greeted(page)
    response = page.request.get("/")
    assert re.search(r"script-src 'self'(;|$)", response.headers["content-security-policy"])
    assert page.locator("script:not([src])").count() == 0
    assert page.locator("[style]").count() == 0


def test_a_conversation_erased_in_another_tab_is_begun_anew(page: Page) -> None:
    greeted(page)
    kept = page.evaluate("JSON.parse(localStorage.getItem('kalauz-conversation'))")
    address = f"/api/v1/conversations/{kept['id']}"
    page.request.delete(address, headers={"Authorization": f"Bearer {kept['token']}"})
    answer = ask(page, "How do I get a TAJ card?")
    expect(answer.locator(".quotation h2")).to_have_text("Health insurance number and card (TAJ)")
