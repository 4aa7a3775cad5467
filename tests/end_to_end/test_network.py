"""The widget where the network is bad, the page is loaded again, and several tabs are open."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from bot import conversations
from bot.replies import Reply, Said
from knowledge_base.database import Database
from tests.end_to_end.conftest import Server
from tests.end_to_end.test_widget import ask, greeted

QUESTION = "How do I get a TAJ card?"
KEPT = "JSON.parse(localStorage.getItem('kalauz-conversation'))"


def say_as_person(server: Server, conversation_id: str, text: str) -> None:
    """Store what a counsellor writes, as another process does."""

    async def store() -> None:
        database = Database(f"sqlite+aiosqlite:///{server.data / 'kalauz.db'}")
        reply = Reply(outcome=None, blocks=[Said(language="en", text=text)], language="en", person="Anna")
        event = {
            "event": "bot",
            "text": text,
            "data": {"custom": reply.model_dump()},
            "metadata": {},
            "timestamp": datetime.now(UTC).timestamp(),
        }
        async with database.transaction() as session:
            newest, _ = await conversations.last_numbers(session, conversation_id)
            await conversations.append(session, conversation_id, [event], last=newest)
        await database.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, store()).result()


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")


@pytest.fixture
def second(page: Page) -> Iterator[Page]:
    """Another tab of the same browser."""
    greeted(page)
    tab = page.context.new_page()
    tab.goto("/")
    greeted(tab)
    yield tab
    tab.close()


def test_what_is_written_without_connection_is_kept_over_a_reload_and_sent_once_there_is_one(page: Page) -> None:
    greeted(page)
    page.context.set_offline(True)
    write(page, QUESTION)
    write(page, "Is the TAJ card free?")
    expect(page.locator(".migrant .state")).to_contain_text(["Not sent", "Not sent"])
    for place in (".status", "[role=status]"):
        expect(page.locator(place)).to_have_text("No connection. Your message is kept.")
    # The page itself is there; only its calls fail.
    page.context.set_offline(False)
    page.route("**/api/v1/conversations/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(".migrant")).to_contain_text([QUESTION, "Is the TAJ card free?"])
    page.unroute_all()
    page.context.set_offline(True)
    page.context.set_offline(False)
    expect(page.locator(".bot")).to_have_count(3)
    expect(page.locator(".migrant")).to_have_text([QUESTION, "Is the TAJ card free?"])
    expect(page.locator(".status")).to_have_text("")
    assert page.evaluate(KEPT)["unsent"] == []


def test_who_does_not_want_to_wait_tries_again(page: Page) -> None:
    greeted(page)
    page.route("**/messages", lambda route: route.abort(), times=1)
    page.clock.install()
    write(page, QUESTION)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".bot")).to_have_count(2)
    expect(page.locator(".migrant")).to_have_text([QUESTION])


def test_a_fault_of_the_server_does_not_hold_up_what_is_written_after(page: Page) -> None:
    greeted(page)
    page.route("**/messages", lambda route: route.fulfill(status=500, json={"code": "internal"}), times=1)
    write(page, "the first")
    expect(page.locator(".migrant .state")).to_contain_text("Not sent")
    write(page, QUESTION)
    expect(page.locator(".bot")).to_have_count(2)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".bot")).to_have_count(3)
    expect(page.locator(".migrant")).to_have_text([QUESTION, "the first"])


def test_a_message_whose_answer_got_lost_on_the_way_is_shown_once(page: Page) -> None:
    greeted(page)

    def lose_the_response(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/messages", lose_the_response, times=1)
    write(page, QUESTION)
    expect(page.locator(".bot")).to_have_count(2)
    expect(page.locator(".migrant")).to_have_text([QUESTION])
    page.reload()
    expect(page.locator(".bot")).to_have_count(2)
    ask(page, "What is a TAJ number?")
    expect(page.locator(".migrant")).to_have_count(2)


def test_what_is_being_typed_is_there_after_a_reload(page: Page) -> None:
    greeted(page)
    page.get_by_role("textbox").fill("How do I")
    page.reload()
    greeted(page)
    expect(page.get_by_role("textbox")).to_have_value("How do I")
    ask(page, QUESTION)
    page.reload()
    greeted_again = page.locator(".migrant")
    expect(greeted_again).to_have_text([QUESTION])
    expect(page.get_by_role("textbox")).to_have_value("")


def test_a_question_is_asked_before_the_conversation_could_begin(page: Page) -> None:
    page.evaluate("localStorage.clear()")
    page.route("**/api/v1/conversations", lambda route: route.fulfill(status=503, json={"code": "not_ready"}), times=1)
    page.reload()
    expect(page.get_by_role("textbox")).to_be_visible()
    write(page, QUESTION)
    expect(page.locator(".bot .quotation")).to_have_count(1)
    expect(page.locator(".migrant")).to_have_text([QUESTION])


def test_two_tabs_show_one_conversation(page: Page, second: Page) -> None:
    ask(page, QUESTION)
    expect(second.locator(".migrant")).to_have_text([QUESTION])
    expect(second.locator(".bot")).to_have_count(2)
    ask(second, "Is the TAJ card free?")
    expect(page.locator(".migrant")).to_have_text([QUESTION, "Is the TAJ card free?"])
    expect(page.locator(".migrant .state")).to_have_count(0)
    expect(page.locator(".bot")).to_have_count(3)


def test_what_one_tab_could_not_send_another_sends_once(page: Page, second: Page) -> None:
    page.context.set_offline(True)
    write(page, QUESTION)
    expect(second.locator(".migrant")).to_contain_text([QUESTION])
    page.context.set_offline(False)
    for tab in (page, second):
        expect(tab.locator(".bot")).to_have_count(2)
        expect(tab.locator(".migrant")).to_have_text([QUESTION])


def test_what_one_tab_deletes_is_gone_in_the_other(page: Page, second: Page) -> None:
    ask(page, QUESTION)
    expect(second.locator(".bot")).to_have_count(2)
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Yes, delete everything").click()
    for tab in (page, second):
        expect(tab.locator(".log > li")).to_have_text(["Everything that you wrote here is deleted."])
    ask(second, QUESTION)
    expect(page.locator(".migrant")).to_have_text([QUESTION])


@pytest.mark.parametrize("streams", [True, False])
def test_what_a_person_writes_comes_by_itself_with_the_name(page: Page, server: Server, streams: bool) -> None:
    if not streams:
        page.route("**/stream*", lambda route: route.fulfill(status=502, body="no streams here"))
        page.reload()
    greeted(page)
    say_as_person(server, page.evaluate(KEPT)["id"], "Good morning! I read what you wrote.")
    message = page.locator(".person")
    # Of what another process writes into SQLite no stream is told; it looks every 15 seconds.
    expect(message.locator(".who")).to_have_text("A person writes: Anna", timeout=40_000)
    expect(message.locator(".said")).to_have_text("Good morning! I read what you wrote.")
    expect(page.locator("[role=status]")).to_have_text(re.compile("^A person writes: Anna Good morning!"))
    found = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"]) for violation in found] == []


def test_a_tab_that_nobody_sees_listens_again_when_somebody_does(page: Page, server: Server) -> None:
    greeted(page)
    seen = "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, value: hidden }); "
    seen += "document.dispatchEvent(new Event('visibilitychange')); }"
    with page.expect_event("requestfailed", lambda request: "/stream" in request.url):
        page.evaluate(seen, True)
    say_as_person(server, page.evaluate(KEPT)["id"], "Are you there?")
    page.evaluate(seen, False)
    expect(page.locator(".person .said")).to_have_text("Are you there?")


def test_a_message_is_shown_as_sent_until_something_is_replied(page: Page) -> None:
    page.route("**/stream*", lambda route: route.abort())
    page.reload()
    greeted(page)

    def without_the_reply(route: Route) -> None:
        taken = route.fetch().json()
        route.fulfill(status=201, json={**taken, "messages": taken["messages"][:1]})

    page.route("**/messages", without_the_reply, times=1)
    write(page, QUESTION)
    expect(page.locator(".migrant .state")).to_have_text("Sent")
    expect(page.locator(".bot")).to_have_count(2)
    expect(page.locator(".migrant .state")).to_have_count(0)


def test_a_conversation_that_is_gone_after_days_is_begun_anew_and_the_draft_stays(page: Page, server: Server) -> None:
    greeted(page)
    ask(page, QUESTION)
    page.get_by_role("textbox").fill("what I was about to write")
    kept = page.evaluate(KEPT)
    page.goto("about:blank")
    address = f"{server.url}/api/v1/conversations/{kept['id']}"
    httpx.delete(address, headers={"Authorization": f"Bearer {kept['token']}"}).raise_for_status()
    page.goto("/")
    greeted(page)
    expect(page.locator(".migrant")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_value("what I was about to write")


def test_messages_in_their_order_wherever_they_come_from(page: Page, server: Server) -> None:
    page.route("**/stream*", lambda route: route.abort())
    page.reload()
    greeted(page)
    say_as_person(server, page.evaluate(KEPT)["id"], "Hello")
    write(page, QUESTION)
    expect(page.locator(".log > li")).to_have_count(4)
    numbers = page.locator(".log > li").evaluate_all("items => items.map(item => Number(item.dataset.number))")
    assert numbers == sorted(numbers)
