"""What the staff see, in a real browser on a real server."""

import sqlite3
import subprocess
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from channels.console.areas.audit import SHOWN
from tests.end_to_end.conftest import DEADLINE_S, Server, opened

PASSWORD = "a plain long sentence"
CONTENT = [
    *("/content", "/add-article", "/content/health-taj-card", "/content/health-taj-card/facts"),
    *("/content/health-taj-card/asked/ar", "/content/health-taj-card/en", "/content/health-taj-card/ar"),
    *("/content/health-taj-card/en/revisions", "/content/health-taj-card/en/revisions/1"),
    *("/add-article/from", "/content/health-taj-card/ar/from"),
    *("/notices", "/add-notice", "/notices/guest-worker-stop-2026"),
    *("/contacts", "/add-contact", "/contacts/oif-call-centre"),
    *("/topics", "/add-topic", "/topics/health"),
    *("/glossary", "/glossary?language=ar", "/glossary/single-permit"),
]
PAGES = ["/", "/desk", "/hours", "/staff", "/staff/add", "/staff/1", "/audit", "/account", "/nowhere", *CONTENT]
# More than there is to reach on a page by keyboard.
STOPS = 30


def add(server: Server, login: str, role: str, language: str = "en") -> None:
    arguments = ("user", "add", login, "--role", role, "--name", login.title(), "--language", language)
    process = server.kalauz(*arguments, stdin=subprocess.PIPE)
    process.communicate(f"{PASSWORD}\n".encode(), timeout=DEADLINE_S)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def staffed(server: Server) -> Server:
    """The server with an admin for each language of the console that the tests need."""
    for login, language in (("vera", "en"), ("sara", "fa"), ("piroska", "hu")):
        add(server, login, "admin", language)
    return server


@pytest.fixture
def console(browser: Browser, staffed: Server) -> Iterator[Page]:
    yield from opened(browser, staffed, "en-GB", "/console/")


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/console/sign-in")
    page.locator("#login").fill(login)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("header nav")).to_be_visible()


def violations(page: Page) -> list[tuple[str, str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(page.url, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def walk_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    called = "e => (e.labels?.[0] ?? e).textContent.trim()"
    for _ in range(STOPS):
        if page.locator(":focus").count() and page.locator(":focus").evaluate(called) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name!r}")


def test_an_admin_adds_a_colleague_who_then_signs_in(console: Page, browser: Browser, staffed: Server) -> None:
    sign_in(console, "vera")
    console.get_by_role("navigation").get_by_role("link", name="Staff").click()
    console.get_by_role("link", name="Add a colleague").click()
    console.get_by_label("Name", exact=True).fill("Anna")
    console.get_by_label("Name to sign in with").fill("vera")
    console.get_by_label("Counsellor").check()
    console.get_by_label("Language").select_option(label="magyar")
    console.get_by_role("button", name="Add").click()
    login = console.get_by_label("Name to sign in with")
    expect(login).to_be_focused()
    expect(console.locator("#login-wrong")).to_contain_text("Somebody has this one already")
    expect(console.get_by_label("Name", exact=True)).to_have_value("Anna")
    expect(console.get_by_label("Counsellor")).to_be_checked()
    login.fill("anna")
    password = console.get_by_label("Password").input_value()
    console.get_by_role("button", name="Add").click()
    expect(console.get_by_role("status")).to_contain_text("can sign in now")
    context = browser.new_context(base_url=staffed.url)
    anna = context.new_page()
    sign_in(anna, "anna", password)
    expect(anna.locator("h1")).to_contain_text("Üdvözöljük")
    expect(anna.locator("nav")).to_contain_text("Saját fiók")
    expect(anna.locator("nav")).not_to_contain_text("Munkatársak")
    console.get_by_role("link", name="Anna").click()
    console.get_by_role("button", name="Close the account").click()
    expect(console.get_by_role("status")).to_contain_text("is signed out everywhere")
    anna.reload()
    expect(anna.locator("#login")).to_be_visible()
    context.close()


def test_everything_is_reached_by_keyboard_at_360_pixels(console: Page) -> None:
    console.set_viewport_size({"width": 360, "height": 640})
    walk_to(console, "Name to sign in with")
    console.keyboard.type("vera")
    walk_to(console, "Password")
    console.keyboard.type("not the password")
    console.keyboard.press("Enter")
    expect(console.locator(".wrong")).to_be_visible()
    expect(console.get_by_label("Password")).to_be_focused()
    console.keyboard.type(PASSWORD)
    console.keyboard.press("Tab")
    console.keyboard.press("Enter")
    expect(console.locator("h1")).to_contain_text("Welcome")
    walk_to(console, "To the content")
    expect(console.get_by_text("To the content")).to_be_in_viewport()
    console.keyboard.press("Enter")
    walk_to(console, "Your account")
    console.keyboard.press("Enter")
    walk_to(console, "Save")
    console.keyboard.press("Space")
    expect(console.get_by_role("status")).to_have_text("Your account was changed.")
    walk_to(console, "Sign out")
    console.keyboard.press("Enter")
    expect(console.get_by_role("status")).to_have_text("You are signed out.")


@pytest.mark.parametrize(
    ("login", "direction", "colours"),
    [("vera", "ltr", "light"), ("vera", "ltr", "dark"), ("sara", "rtl", "light"), ("piroska", "ltr", "light")],
)
def test_axe_finds_nothing_and_every_page_fits_a_small_phone(
    console: Page, login: str, direction: str, colours: Literal["light", "dark"]
) -> None:
    console.emulate_media(color_scheme=colours)
    console.set_viewport_size({"width": 360, "height": 640})
    found = violations(console)
    sign_in(console, login)
    for path in PAGES:
        console.goto(f"/console{path}")
        assert console.locator("html").get_attribute("dir") == direction
        assert console.locator("h1").evaluate("e => getComputedStyle(e).direction") == direction
        assert console.evaluate("document.documentElement.scrollWidth") <= 360, path
        found += violations(console)
    console.goto("/console/account")
    console.locator("#old").fill("not the password")
    for field in ("#new", "#again"):
        console.locator(field).fill("another long sentence")
    console.keyboard.press("Enter")
    expect(console.locator("#old-wrong")).to_be_visible()
    assert found + violations(console) == []


def test_a_page_in_persian_begins_at_the_right(console: Page) -> None:
    sign_in(console, "sara")
    brand, leave = console.locator(".brand").bounding_box(), console.locator(".leave").bounding_box()
    assert brand is not None
    assert leave is not None
    assert leave["x"] < 100 < 400 < brand["x"]


@pytest.mark.parametrize("with_scripts", [True, False])
def test_older_changes_come_below_the_newer_ones_or_on_a_page_of_their_own(
    browser: Browser, staffed: Server, with_scripts: bool
) -> None:
    connection = sqlite3.connect(staffed.data / "kalauz.db")
    with connection:
        connection.executemany(
            "INSERT INTO audit (at, login, action, subject) VALUES ('2026-11-22 12:00:00', 'vera', 'open', 'anna')",
            [()] * SHOWN,
        )
    connection.close()
    context = browser.new_context(base_url=staffed.url, java_script_enabled=with_scripts)
    page = context.new_page()
    sign_in(page, "vera")
    page.goto("/console/audit")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(SHOWN)
    page.get_by_role("link", name="Older changes").click()
    if with_scripts:
        expect(rows).not_to_have_count(SHOWN)
        assert rows.count() > SHOWN
        expect(page).to_have_url(f"{staffed.url}/console/audit")
    else:
        expect(page).not_to_have_url(f"{staffed.url}/console/audit")
        assert 0 < rows.count() <= SHOWN
    context.close()


def test_nobody_reads_a_page_again_with_the_back_button_after_the_sign_out(console: Page) -> None:
    sign_in(console, "vera")
    console.goto("/console/staff")
    console.get_by_role("button", name="Sign out").click()
    expect(console.get_by_role("status")).to_have_text("You are signed out.")
    console.go_back()
    expect(console.locator("#login")).to_be_visible()
    expect(console.locator("table")).to_have_count(0)


def test_the_pages_keep_their_own_security_policy(console: Page) -> None:
    """`opened` fails on any message about the policy; htmx must be at work for that to mean something."""
    sign_in(console, "vera")
    console.wait_for_load_state()
    assert console.evaluate("[htmx.config.allowEval, htmx.config.includeIndicatorStyles]") == [False, False]
