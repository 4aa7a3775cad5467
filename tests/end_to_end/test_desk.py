"""Two migrants, two counsellors, one in danger: the desk in a real browser, with the widget and Telegram beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from bot.texts import Texts
from channels.console.texts import CONSOLE
from tests.channels.telegram.fake import wait_until
from tests.end_to_end.conftest import Server, opened, watched
from tests.end_to_end.test_console import add, sign_in, violations
from tests.end_to_end.test_widget import ask

CHAT = 7001
A_PERSON = Texts("ar").gettext("Talk to a person")
WAITING = Texts("ar", CONSOLE).gettext("Waiting")
SENT, SEEN = (Texts("ar", CONSOLE).gettext(text) for text in ("sent, not arrived yet", "seen by the browser"))


@pytest.fixture(scope="module")
def office(server: Server) -> Server:
    """The server with two counsellors; what other tests left at the desk is over."""
    with closing(sqlite3.connect(server.data / "kalauz.db")) as database, database:
        database.execute("UPDATE handoffs SET state = 'closed'")
        database.execute("UPDATE conversations SET owner = 'bot'")
    add(server, "judit", "counsellor", "hu")
    add(server, "omar", "counsellor", "ar")
    return server


def counsellor(browser: Browser, server: Server, login: str) -> Iterator[Page]:
    pages = watched(browser, server.url, "/console/", locale="en-GB", viewport={"width": 1000, "height": 900})
    page = next(pages)
    sign_in(page, login)
    page.goto("/console/desk")
    yield page
    assert next(pages, None) is None


@pytest.fixture
def judit(browser: Browser, office: Server) -> Iterator[Page]:
    yield from counsellor(browser, office, "judit")


@pytest.fixture
def omar(browser: Browser, office: Server) -> Iterator[Page]:
    yield from counsellor(browser, office, "omar")


@pytest.fixture
def widget(browser: Browser, office: Server) -> Iterator[Page]:
    yield from opened(browser, office, "ar")


def test_two_migrants_and_two_counsellors(judit: Page, omar: Page, widget: Page, office: Server) -> None:
    # In Arabic, on the website.
    ask(widget, "كيف أحصل على بطاقة TAJ؟")
    widget.get_by_role("button", name=A_PERSON).first.click()
    expect(omar.locator(".cases li")).to_have_count(1)
    expect(omar.locator(".cases a")).to_contain_text("العربية")
    # In Ukrainian, on Telegram, and in danger.
    telegram = office.telegram
    telegram.queue(telegram.text("/start", CHAT, language="uk"))
    telegram.queue(telegram.text("чоловік мене б'є, я боюся", CHAT, language="uk"))
    telegram.queue(telegram.text("/human", CHAT, language="uk"))
    expect(judit.locator(".cases li")).to_have_count(2)
    first = judit.locator(".cases li").first
    expect(first).to_have_class("urgent")
    expect(first.locator("a")).to_contain_text("українська")
    # Each takes one; nobody takes both.
    first.locator("a").click()
    judit.get_by_role("button", name="Elvállalom").click()
    expect(omar.locator(".cases li.urgent")).to_contain_text("Judit")
    omar.locator(".cases li").filter(has_text="العربية").locator("a").click()
    omar.locator(".acts button.main").click()
    # What a counsellor types is there after a reload, and is sent once.
    answer = omar.locator("#text")
    answer.wait_for()
    omar.wait_for_load_state()
    answer.fill("مرحبا، أنا عمر. كيف أساعدك؟")
    omar.reload()
    expect(answer).to_have_value("مرحبا، أنا عمر. كيف أساعدك؟")
    answer.press("Control+Enter")
    expect(answer).to_have_value("")
    expect(omar.locator(".talk .person")).to_have_count(1)
    expect(widget.locator(".said", has_text="مرحبا، أنا عمر. كيف أساعدك؟")).to_be_visible()
    judit.locator("#text").fill("Добрий день! Чи ви зараз у безпеці?")
    judit.locator("#answer button").click()
    expect(judit.locator(".talk .person")).to_have_count(1)
    wait_until(lambda: any("Чи ви зараз у безпеці?" in text for text in telegram.chat(CHAT)))
    # The migrant writes back, and it stands before the counsellor's eyes.
    widget.get_by_role("textbox").fill("شكرا")
    widget.keyboard.press("Enter")
    expect(omar.locator(".talk .migrant").last).to_contain_text("شكرا")
    assert violations(omar) + violations(judit) == []


def test_what_cannot_be_sent_is_kept_and_sent_again(judit: Page, widget: Page) -> None:
    ask(widget, "كيف أحصل على بطاقة TAJ؟")
    widget.get_by_role("button", name=A_PERSON).first.click()
    judit.locator("section").filter(has_text="Várakozók").locator("a").click()
    judit.get_by_role("button", name="Elvállalom").click()
    judit.locator("#text").fill("Egy pillanat")
    judit.context.set_offline(True)
    judit.locator("#answer button").click()
    expect(judit.locator("[data-unsent]")).to_be_visible()
    expect(judit.locator("#text")).to_have_value("Egy pillanat")
    judit.context.set_offline(False)
    judit.locator("#answer button").click()
    expect(judit.locator(".talk .person")).to_have_count(1)


def test_a_ready_made_reply_and_an_article_go_where_they_should(omar: Page, widget: Page) -> None:
    omar.goto("/console/replies/add")
    omar.locator("#title").fill("تحية")
    omar.locator("#text").fill("أهلا وسهلا")
    omar.locator("main button.main").click()
    ask(widget, "كيف أحصل على بطاقة TAJ؟")
    widget.get_by_role("button", name=A_PERSON).first.click()
    omar.goto("/console/desk")
    omar.locator("section").filter(has_text=WAITING).locator("a").first.click()
    omar.locator(".acts button.main").click()
    omar.locator("#text").fill(" - عمر")
    omar.locator("#text").press("Control+Home")
    omar.get_by_role("button", name="تحية").press("Enter")
    expect(omar.locator("#text")).to_have_value("أهلا وسهلا - عمر")
    expect(omar.locator("#text")).to_be_focused()
    expect(omar.locator(".talk .person")).to_have_count(0)
    omar.reload()
    expect(omar.locator("#text")).to_have_value("أهلا وسهلا - عمر")
    omar.locator("#label").fill("سكن")
    omar.locator("#label").press("Enter")
    expect(omar.locator(".labels li")).to_have_count(1)
    # The article is the reviewed text, under the counsellor's name; what was being typed stays.
    omar.locator(".near summary").click()
    # What is read stays open when something new comes in.
    widget.get_by_role("textbox").fill("مرحبا")
    widget.keyboard.press("Enter")
    expect(omar.locator(".talk .migrant").last).to_contain_text("مرحبا")
    omar.locator(".near button").first.click()
    expect(widget.locator(".person .quotation")).to_be_visible()
    expect(omar.locator(".talk .person")).to_have_count(1)
    expect(omar.locator("#text")).to_have_value("أهلا وسهلا - عمر")
    assert violations(omar) == []


def test_each_sees_the_other_typing_and_what_has_arrived(omar: Page, widget: Page) -> None:
    ask(widget, "كيف أحصل على بطاقة TAJ؟")
    told: list[str] = []
    widget.on("request", lambda request: told.append(request.method) if request.url.endswith("/typing") else None)
    widget.get_by_role("button", name=A_PERSON).first.click()
    omar.locator("section").filter(has_text=WAITING).locator("a").first.click()
    omar.locator(".acts button.main").click()
    widget.get_by_role("textbox").press_sequentially("مر")
    assert told == [], "nobody is told before a person has said anything"
    sign = widget.locator(".typing")
    omar.locator("#text").press_sequentially("مرحبا")
    expect(sign).to_have_text(Texts("ar").gettext("A person writes: {name}").format(name="Omar") + "…")
    expect(widget.locator(".live p")).to_have_count(1)
    omar.locator("#text").press("Control+Enter")
    expect(widget.locator(".person")).to_have_count(1)
    expect(sign).to_have_text("")
    expect(omar.locator(".talk .person .from")).to_contain_text(SEEN)
    widget.get_by_role("textbox").press_sequentially("حبا")
    expect(omar.locator("[data-typing]")).to_be_visible()
    assert told == ["POST"]
    assert violations(omar) == []
    # What comes while nobody looks is not there yet.
    widget.context.set_offline(True)
    omar.locator("#text").fill("هل أنت هنا؟")
    omar.locator("#text").press("Control+Enter")
    expect(omar.locator(".talk .person .from").last).to_contain_text(SENT)
    widget.context.set_offline(False)
    expect(omar.locator(".talk .person .from").last).to_contain_text(SEEN)


def test_who_types_before_the_script_has_come_is_seen_typing(omar: Page, widget: Page) -> None:
    ask(widget, "كيف أحصل على بطاقة TAJ؟")
    widget.get_by_role("button", name=A_PERSON).first.click()
    omar.locator("section").filter(has_text=WAITING).locator("a").first.click()
    held: list[Route] = []
    omar.route("**/desk.js*", lambda route: held.append(route))
    omar.locator(".acts button.main").click()
    omar.locator("#text").press_sequentially("مرحبا")
    assert len(held) == 1
    assert widget.locator(".typing").text_content() == ""
    held[0].continue_()
    expect(widget.locator(".typing")).to_contain_text("Omar")


def test_who_switched_it_on_hears_and_sees_that_somebody_new_waits(omar: Page, widget: Page) -> None:
    omar.add_init_script(
        "let rung = 0; const { start } = OscillatorNode.prototype;"
        "OscillatorNode.prototype.start = function () { document.documentElement.dataset.rung = ++rung;"
        " return start.call(this); };"
    )
    omar.reload()
    before = omar.locator("[data-offered]").count()
    title = omar.title()
    switch = omar.locator("[data-alert]")
    expect(switch).not_to_be_checked()
    switch.check()
    expect(omar.locator("html")).to_have_attribute("data-rung", "1")
    ask(widget, "كيف أحصل على بطاقة TAJ؟")
    widget.get_by_role("button", name=A_PERSON).first.click()
    expect(omar.locator("html")).to_have_attribute("data-rung", "2")
    assert omar.title() == f"({before + 1}) {title}"
    omar.reload()
    expect(switch).to_be_checked()
    expect(omar).to_have_title(f"({before + 1}) {title}")
    switch.uncheck()
    expect(omar).to_have_title(title)
    assert violations(omar) == []


@pytest.mark.parametrize("login", ["judit", "omar"])
def test_the_desk_fits_a_small_phone_and_axe_finds_nothing(browser: Browser, office: Server, login: str) -> None:
    pages = counsellor(browser, office, login)
    page = next(pages)
    page.set_viewport_size({"width": 360, "height": 640})
    found = []
    for path in ("/desk", "/desk/1", "/hours", "/replies", "/replies/add"):
        page.goto(f"/console{path}")
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        found += Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert next(pages, None) is None
