"""A whole conversation, in a real browser on a real server."""

import re
from collections.abc import Callable

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.conftest import Server
from tests.end_to_end.test_widget import ask, greeted

QUESTION = "How do I get a TAJ card?"
TITLE = "Health insurance number and card (TAJ)"
DANGER = "my husband beat me again and he has a knife"
NUMBER = "+36 30 123 4567"
FOCUSED = "(e => e && (e.ariaLabel || e.textContent))(document.activeElement.shadowRoot?.activeElement)"
# More than there is to reach on the page by keyboard.
STOPS = 60
# More than a conversation may send in a minute.
MANY = 30


def replied(page: Page, act: Callable[[], None]) -> Locator:
    """Do what the bot replies to; returns its message, once it has come."""
    before = page.locator(".bot").count()
    act()
    expect(page.locator(".bot")).to_have_count(before + 1)
    return page.locator(".bot").nth(before)


def press(page: Page, title: str) -> Locator:
    """Press the last button of that title in the conversation."""
    return replied(page, page.locator(".bot").get_by_role("button", name=title, exact=True).last.click)


def press_below(page: Page, title: str) -> Locator:
    """Press a button of the widget itself, below the conversation."""
    return replied(page, page.locator(".ways").get_by_role("button", name=title).click)


def walk_to_step(page: Page, number: int) -> Locator:
    greeted(page)
    ask(page, QUESTION)
    reply = press(page, "Go through it step by step")
    for _ in range(number - 1):
        reply = press(page, "Next step")
    expect(reply.locator(".step .label")).to_have_text(f"Step {number} of 4")
    return reply


def tick(page: Page, box: Locator) -> None:
    with page.expect_response("**/messages"):
        box.click()


def walk_with_focus_to(page: Page, key: str, title: str) -> None:
    for _ in range(STOPS):
        if page.evaluate(FOCUSED) == title:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {title!r}")


def speak_arabic(page: Page) -> Locator:
    press_below(page, "Change the language")
    return press(page, "العربية")


def fill_callback(page: Page) -> Locator:
    press_below(page, "Talk to a person")
    press(page, "Ask to be called back")
    ask(page, "Fatima")
    return ask(page, NUMBER)


def send_until_refused(page: Page) -> Locator:
    """Returns the message that the server would not take."""
    refused = page.locator(".migrant", has=page.locator(".state"))
    for sent in range(1, MANY):
        page.get_by_role("textbox").fill(f"hello {sent}")
        page.keyboard.press("Enter")
        expect(page.locator(".state:has(button)").or_(page.locator(".bot").nth(sent))).to_be_visible()
        if refused.count():
            return refused
    raise AssertionError(f"all of {MANY} messages were taken")


def test_a_procedure_is_walked_to_its_end_and_back_with_the_buttons(page: Page) -> None:
    walk_to_step(page, 3)
    expect(press(page, "Step before").locator(".step .label")).to_have_text("Step 2 of 4")
    press(page, "Next step")
    last = press(page, "Next step")
    expect(last.locator(".step h2")).to_have_text("Keep the card and take it to every doctor")
    expect(last.get_by_role("button", name="Next step")).to_have_count(0)
    expect(press(page, "Done")).to_contain_text("That was the last step.")


def test_a_tick_is_one_request_and_no_message(page: Page) -> None:
    walk_to_step(page, 2)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    messages = page.locator(".log > li").count()
    tick(page, page.get_by_role("checkbox", name="Passport"))
    expect(page.get_by_role("checkbox", name="Passport")).to_be_checked()
    press(page, "Next step")
    assert sent == ["POST", "POST"]
    expect(page.locator(".log > li")).to_have_count(messages + 2)


def test_the_tick_and_the_place_are_there_after_a_reload(page: Page) -> None:
    tick(page, walk_to_step(page, 2).get_by_role("checkbox", name="Passport"))
    messages = page.locator(".log > li").count()
    page.reload()
    expect(page.locator(".log > li")).to_have_count(messages)
    expect(page.locator(".step .label").last).to_have_text("Step 2 of 4")
    expect(page.get_by_role("checkbox", name="Passport")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Residence permit")).not_to_be_checked()
    ask(page, "hello")
    resumed = press(page, f"Go on: {TITLE}, step 2")
    expect(resumed.locator(".step .label")).to_have_text("Step 2 of 4")
    expect(resumed.get_by_role("checkbox", name="Passport")).to_be_checked()


def test_a_paper_is_ticked_and_unticked_wherever_it_is_listed(page: Page) -> None:
    in_step = walk_to_step(page, 2).get_by_role("checkbox", name="Passport")
    tick(page, in_step)
    in_list = press(page, "All papers").get_by_role("checkbox", name="Passport").first
    expect(in_list).to_be_checked()
    tick(page, in_list)
    expect(in_step).not_to_be_checked()
    tick(page, in_step)
    expect(in_list).to_be_checked()


def test_a_follow_up_is_about_what_was_just_read(page: Page) -> None:
    greeted(page)
    ask(page, QUESTION)
    answer = ask(page, "how much does it cost?")
    expect(answer.locator(".said").first).to_have_text(TITLE)
    expect(answer.locator(".steps dd").first).to_have_text("Free")


def test_the_widget_follows_the_chosen_language_and_shows_the_article_again(page: Page) -> None:
    greeted(page)
    ask(page, QUESTION)
    widget = page.locator("kalauz-chat")
    for reload in (False, True):
        if reload:
            page.reload()
        else:
            answer = speak_arabic(page)
            expect(answer.locator(".quotation h2")).to_have_text("رقم التأمين الصحي وبطاقته (TAJ)")
            expect(answer.locator(".quotation[lang=ar]").first).to_have_css("direction", "rtl")
        expect(widget).to_have_attribute("lang", "ar")
        expect(widget).to_have_attribute("dir", "rtl")
        expect(page.get_by_role("button", name="إرسال")).to_be_visible()
        expect(page.get_by_role("textbox", name="سؤالك")).to_have_attribute("placeholder", "يمكنك كتابة سؤالك هنا")
        expect(page.locator(".ways button")).to_have_text(
            ["التحدث مع شخص", "تغيير اللغة", re.compile("^حجم النص: "), "حذف هذه المحادثة"]
        )
        expect(page.locator(".bot").last.locator(".said").first).to_have_css("direction", "rtl")
    # What is there in English only keeps its own side.
    ask(page, '/article{"id": "pets-travel"}')
    expect(page.locator(".bot").last.locator(".quotation[lang=en]").first).to_have_css("direction", "ltr")


def test_who_says_only_help_comes_to_an_answer_by_keyboard_alone(page: Page) -> None:
    greeted(page)
    page.keyboard.press("Tab")
    walk_with_focus_to(page, "Tab", "Your question")
    page.keyboard.type("help")
    menu = replied(page, lambda: page.keyboard.press("Enter"))
    expect(menu).to_contain_text("I am here to help.")
    walk_with_focus_to(page, "Shift+Tab", "Health")
    replied(page, lambda: page.keyboard.press("Enter"))
    walk_with_focus_to(page, "Tab", TITLE)
    answer = replied(page, lambda: page.keyboard.press("Space"))
    expect(answer.locator(".quotation h2")).to_have_text(TITLE)
    expect(answer.locator(".quotation h2")).to_be_in_viewport()


def test_who_asks_for_a_person_finds_a_number_to_touch(page: Page) -> None:
    greeted(page)
    reply = press_below(page, "Talk to a person")
    expect(reply.locator(".contact a[href='tel:+3614639292']")).to_be_visible()
    expect(reply.get_by_role("button", name="Ask to be called back")).to_be_visible()


def test_danger_is_met_with_numbers_to_touch(page: Page) -> None:
    greeted(page)
    reply = ask(page, DANGER)
    expect(reply.locator("a[href='tel:112']")).to_be_in_viewport()
    expect(reply.locator("a[href='tel:0680205520']")).to_have_text("06 80 205 520")


def test_what_was_written_into_the_callback_form_is_not_on_the_page_again(page: Page) -> None:
    greeted(page)
    fill_callback(page)
    expect(page.locator(".migrant").last).to_have_text(NUMBER)
    press(page, "In the morning")
    expect(press(page, "English")).to_contain_text("Your request is kept")
    page.reload()
    expect(page.locator(".migrant")).to_have_text(["Talk to a person", "Ask to be called back", *["•••"] * 4])
    kept = page.locator(".log").inner_text() + page.evaluate("JSON.stringify(localStorage)")
    assert NUMBER not in kept
    assert "Fatima" not in kept
    expect(ask(page, QUESTION).locator(".quotation h2")).to_have_text(TITLE)


@pytest.mark.parametrize("in_words", [False, True])
def test_everything_is_deleted_in_the_talk_and_a_new_one_begins(page: Page, server: Server, in_words: bool) -> None:
    greeted(page)
    ask(page, QUESTION)
    kept = page.evaluate("JSON.parse(localStorage.getItem('kalauz-conversation'))")
    ask(page, "/delete")
    if in_words:
        page.get_by_role("textbox").fill("yes")
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Yes, delete everything").click()
    expect(page.locator(".log > li")).to_have_text(["Everything that you wrote here is deleted."])
    address = f"{server.url}/api/v1/conversations/{kept['id']}/messages"
    assert httpx.get(address, headers={"Authorization": f"Bearer {kept['token']}"}).status_code == 404
    assert kept["token"] not in page.evaluate("JSON.stringify(localStorage)")
    expect(ask(page, QUESTION).locator(".quotation h2")).to_have_text(TITLE)
    page.reload()
    expect(page.locator(".bot")).to_have_count(2)
    expect(page.locator(".migrant")).to_have_text([QUESTION])


def test_who_writes_too_much_is_told_until_when_and_loses_nothing(page: Page) -> None:
    greeted(page)
    refused = send_until_refused(page)
    text = str(refused.text_content()).split("Not sent")[0]
    sentence = re.compile(r"You can go on at \d{1,2}:\d\d\s[AP]M\. The way to a person stays open")
    for reload in (False, True):
        if reload:
            page.reload()
        expect(refused).to_contain_text(text)
        expect(page.locator(".status")).to_contain_text(sentence)
        expect(refused.get_by_role("button", name="Try again")).to_be_visible()


def test_the_way_to_a_person_and_help_in_danger_stay_open_to_who_writes_too_much(page: Page) -> None:
    greeted(page)
    send_until_refused(page)
    for message in ("/human", DANGER):
        expect(ask(page, message).locator(".contact a[href^='tel:']").first).to_be_visible()


def without_connection(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def asked_whether_to_delete(page: Page) -> None:
    page.get_by_role("button", name="Delete this conversation").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def with_large_text(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    for percent in ("125", "150", "200"):
        page.locator(".size").click()
        expect(page.locator(".size")).to_contain_text(percent)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def on_a_narrow_screen_in_arabic(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    speak_arabic(page)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


STATES: dict[str, Callable[[Page], object]] = {
    "step with checklist": lambda page: walk_to_step(page, 2),
    "urgent": lambda page: ask(page, DANGER),
    "form": fill_callback,
    "topic menu": lambda page: ask(page, "help"),
    "arabic": lambda page: (ask(page, QUESTION), speak_arabic(page)),
    "refused": send_until_refused,
    "without connection": without_connection,
    "asked whether to delete": asked_whether_to_delete,
    "large text": with_large_text,
    "narrow arabic": on_a_narrow_screen_in_arabic,
}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_state(page: Page, state: str, colours: str) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    greeted(page)
    STATES[state](page)
    results = Axe().run(page)
    assert [(found["id"], found["nodes"]) for found in results.response["violations"]] == []
