"""What holds on every page of the console, whichever area it belongs to: a new area is tested here without a word."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from bot.handoff.inbox import CannedReply
from bot.staff.member import Role
from bot.tables import ConversationRow, UnansweredRow
from channels.console.app import AREAS, STATIC
from channels.console.frame import ROOT
from knowledge_base.database import Database
from tests.channels.console.conftest import House, Newsroom, Office, words
from tests.conftest import NOW

# Of the first question in the conversation `asked`, which `staffed` has.
KEY = "1c3bf8455b083529e4"
# What stands in a path for an id, where it is no number.
NAMES = {
    "{article}": "health-card",
    "{language}": "en",
    "{notice}": "office-closed",
    "{contact}": "help-line",
    "{topic}": "health",
    "{term}": "single-permit",
    "{key}": KEY,
    "{period}": "2026-Q4",
    "{format}": "csv",
}
KNOWN = "1"
WITHOUT_SESSION = {"/sign-in"}
# Who may open a page: the role of the named page that it is or stands below, or what is said here.
ROLES = {page.path.removeprefix(ROOT): page.role for area in AREAS for page in area.pages} | {
    "/hours": "counsellor",
    f"/hours/{KNOWN}": "admin",
    "/replies": "counsellor",
    "/add-article": "editor",
    "/add-notice": "editor",
    "/add-contact": "editor",
    "/add-topic": "editor",
}


def routes() -> Iterator[tuple[str, str]]:
    for area in AREAS:
        for route in area.router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                yield method, re.sub(r"\{[^}]+\}", lambda found: NAMES.get(found[0], KNOWN), route.path)


ROUTES = sorted(routes())
# A stream has no end of its own.
PAGES = [path for method, path in ROUTES if method == "GET" and not path.endswith("/stream")]
CHANGES = [path for method, path in ROUTES if method == "POST"]

ANYTHING = {
    "name": "Eve",
    "login": "eve",
    "language": "hu",
    "role": "admin",
    "password": "eve knows this one",
    "old": "a plain long sentence",
    "new": "eve knows this one",
    "again": "eve knows this one",
}


@pytest.fixture
def staffed(house: House, office: Office) -> House:
    """With an account of each role, a migrant who waits for a person, and a reply that is kept ready."""
    for login, role in (("root", "admin"), ("anna", "editor"), ("piri", "counsellor")):
        house.add(login, role)  # type: ignore[arg-type]
    office.migrant()
    assert house.service.desk is not None
    house.call(house.service.desk.keep_canned, CannedReply(None, "en", "Greeting", "Good morning"))
    Newsroom(house, office.answers)
    house.call(unanswered, house.database)
    return house


async def unanswered(database: Database) -> None:
    own = {"token_hash": "", "site": "hungary", "channel": "web", "language": "en", "owner": "bot"}
    async with database.transaction() as session:
        session.add(ConversationRow(id="asked", started_at=NOW, **own))
        await session.flush()
        question = {"number": 1, "language": "en", "text": "Where can I swim?", "reason": "no_answer"}
        session.add(UnansweredRow(conversation_id="asked", asked_at=NOW, **question))


def may(role: Role, path: str) -> bool:
    above = [named for named in ROLES if f"{path}/".startswith(f"{named}/")]
    needed = ROLES[max(above, key=len)] if above else None
    return role == "admin" or needed in (None, role)


def test_every_route_reads_or_changes() -> None:
    assert {method for method, _ in ROUTES} == {"GET", "POST"}
    assert len(PAGES) >= 6
    assert len(CHANGES) >= 8


@pytest.mark.parametrize("path", [path for path in PAGES if path not in WITHOUT_SESSION])
def test_a_page_is_shown_only_after_the_sign_in(staffed: House, path: str) -> None:
    response = staffed.visitor().get(path)
    wanted = "" if path == "/" else f"?wanted={path}"
    assert (response.status_code, response.headers["location"]) == (303, f"{ROOT}/sign-in{wanted}")
    assert response.text == ""


@pytest.mark.parametrize("path", [path for path in CHANGES if path not in WITHOUT_SESSION])
def test_nothing_is_changed_before_the_sign_in(staffed: House, path: str) -> None:
    visitor = staffed.visitor()
    visitor.get("/sign-in")
    before = staffed.call(staffed.accounts.everybody)
    response = visitor.send(path, **ANYTHING)
    assert (response.status_code, response.headers["location"]) == (303, f"{ROOT}/sign-in")
    assert staffed.call(staffed.accounts.everybody) == before


@pytest.mark.parametrize("token", ["", "x", "another's"])
@pytest.mark.parametrize("path", CHANGES)
def test_no_change_comes_from_a_form_of_somewhere_else(staffed: House, path: str, token: str) -> None:
    visitor, other = staffed.visitor("root"), staffed.visitor("root")
    other.get("/account")
    before = staffed.call(staffed.accounts.everybody)
    visitor.token = other.token if token == "another's" else token
    response = visitor.send(path, **ANYTHING)
    assert response.status_code == 403
    assert "Please go back, load the page again and send it once more." in words(response)
    assert staffed.call(staffed.accounts.everybody) == before
    assert visitor.is_signed_in()


@pytest.mark.parametrize("login", ["root", "anna", "piri"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_shown_to_its_role_only(staffed: House, path: str, login: str) -> None:
    response = staffed.visitor(login).get(path)
    # The address of a sheet has to say the languages: without, its page says that.
    shown = 422 if path.endswith("/sheet") else 200
    assert response.status_code == (shown if may(staffed.member(login).role, path) else 403)
    if response.status_code == 403:
        assert "This page is for another role" in words(response)


@pytest.mark.parametrize("path", [path for path in CHANGES if not may("editor", path)])
def test_nothing_is_changed_by_another_role(staffed: House, path: str) -> None:
    visitor = staffed.visitor("anna")
    visitor.get("/account")
    before = staffed.call(staffed.accounts.everybody)
    assert visitor.send(path, **ANYTHING).status_code == 403
    assert staffed.call(staffed.accounts.everybody) == before


def test_a_role_counts_from_the_next_request_on(staffed: House) -> None:
    visitor = staffed.visitor("anna")
    assert visitor.get("/staff").status_code == 403
    anna = staffed.member("anna").id
    staffed.call(lambda: staffed.accounts.give_role(anna, "admin", by="root"))
    assert visitor.get("/staff").status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/staff/99", "/staff/x"])
def test_every_page_keeps_its_frame(staffed: House, path: str) -> None:
    response = staffed.visitor("root").get(path)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-frame-options"] == "DENY"
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\s(?:style|on\w+)=", response.text) == []
    # A link to a source or a telephone leads out of the console, and a sheet is everybody's; none loads anything.
    outward = r'<a href="(https?://[^"]*" rel="noopener noreferrer|tel:[^"]*" dir="ltr)">'
    loading = re.sub(outward, "", response.text)
    assert re.findall(r'(?:src|href|action)="(?!/console/|/panel/|#)', loading) == []


@pytest.mark.parametrize("login", ["root", "anna", "piri"])
def test_no_link_leads_nowhere(staffed: House, login: str) -> None:
    visitor = staffed.visitor(login)
    waiting, seen = ["/"], {"/"}
    while waiting:
        response = visitor.get(waiting.pop())
        assert response.status_code == 200, seen
        for path in re.findall(rf'(?:src|href)="{ROOT}(/[^"]*)"', response.text):
            if path not in seen:
                seen.add(path)
                waiting.append(path)
    assert {"/account", "/static/console.css"} <= seen
    assert ("/staff/add" in seen) == (login == "root")


def test_the_start_names_the_parts_that_a_role_has(staffed: House) -> None:
    parts = re.compile(r'<li><a href="/console([^"]*)">[^<]*</a><p>')
    assert parts.findall(staffed.visitor("anna").get("/").text) == [
        "/content",
        "/notices",
        "/contacts",
        "/topics",
        "/glossary",
        "/try",
        "/quality",
        "/exchange",
        "/needs",
        "/statistics",
        "/account",
    ]
    assert parts.findall(staffed.visitor("root").get("/").text) == [
        "/desk",
        "/content",
        "/notices",
        "/contacts",
        "/topics",
        "/glossary",
        "/try",
        "/quality",
        "/exchange",
        "/needs",
        "/statistics",
        "/staff",
        "/audit",
        "/account",
    ]
    assert parts.findall(staffed.visitor("piri").get("/").text) == ["/desk", "/account"]


@pytest.mark.parametrize("path", ["/nowhere", "/staff/99", "/staff/0", "/staff/x", f"/staff/{10**30}", "/static/x"])
def test_what_there_is_not_is_a_page_of_the_console_too(staffed: House, path: str) -> None:
    response = staffed.visitor("root").get(path)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is no such page" in words(response)


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("GET", "/staff/99"), ("POST", "/account")])
def test_a_refusal_is_in_the_members_language(house: House, method: str, path: str) -> None:
    house.add("root", "admin", "hu")
    response = house.visitor("root").request(method, path)
    assert response.status_code in (403, 404)
    assert '<html lang="hu"' in response.text


def test_a_wrong_method_is_refused(staffed: House) -> None:
    assert staffed.visitor("root").request("DELETE", "/staff").status_code == 405


@pytest.mark.parametrize("language", ["hu", "ar", "fa"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_the_members_language_and_direction(house: House, path: str, language: str) -> None:
    house.add("root", "admin", language)
    response = house.visitor("root", **{"Accept-Language": "de"}).get(path)
    direction = "ltr" if language == "hu" else "rtl"
    if path in WITHOUT_SESSION:
        return
    assert f'<html lang="{language}" dir="{direction}">' in response.text
    assert "Sign out" not in words(response)


def test_before_the_sign_in_a_page_is_in_the_browsers_language(house: House) -> None:
    page = house.visitor(**{"Accept-Language": "fa,en;q=0.5"}).get("/sign-in")
    assert '<html lang="fa" dir="rtl">' in page.text
    assert "Accept-Language" in page.headers["vary"]


def test_while_the_program_starts_a_page_says_so_and_comes_by_itself(house: House) -> None:
    house.service.staff = None
    for path in ("/", "/sign-in"):
        response = house.visitor().get(path)
        assert response.status_code == 503
        assert response.headers["refresh"] == "2"
        assert "The program is starting" in words(response)


def test_an_error_of_our_own_is_told_without_its_cause(staffed: House) -> None:
    visitor = staffed.visitor("root")
    database: Database = staffed.accounts._database

    async def break_it() -> None:
        async with database.transaction() as session:
            await session.execute(text("DROP TABLE audit"))

    staffed.call(break_it)
    response = visitor.get("/audit")
    assert response.status_code == 500
    assert "Something went wrong here" in words(response)
    assert "audit" not in words(response).lower()
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["cache-control"] == "no-store"


def test_htmx_is_sent_to_the_sign_in_as_a_whole(staffed: House) -> None:
    response = staffed.visitor().get("/audit", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["hx-redirect"]) == (401, f"{ROOT}/sign-in")


def test_htmx_sends_the_token_of_the_page_as_a_header(staffed: House) -> None:
    visitor = staffed.visitor("root")
    page = visitor.get("/account").text
    found = re.search(r"hx-headers='\{\"X-CSRF-Token\": \"([^\"]+)\"\}'", page)
    assert found is not None
    fields = {"name": "Vera", "language": "en"}
    response = visitor.request("POST", "/account", data=fields, headers={"X-CSRF-Token": found[1]})
    assert response.status_code == 303
    assert visitor.request("POST", "/account", data=fields, headers={"X-CSRF-Token": "x"}).status_code == 403


def test_a_stream_is_refused_without_a_session(staffed: House) -> None:
    assert staffed.visitor(Accept="text/event-stream").get("/audit").status_code == 401


def test_the_vendored_file_says_what_it_is() -> None:
    note = (STATIC / "README.md").read_text("utf-8")
    script = (STATIC / "htmx.min.js").read_text("utf-8")
    version = re.search(r'version:"([^"]+)"', script)
    assert version is not None
    assert f"htmx {version[1]}" in note
    assert "Zero-Clause BSD" in note


@pytest.mark.parametrize(
    "body",
    [
        {"files": {"csrf": ("name.txt", b"x")}},
        {"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"{}", "headers": {"Content-Type": "application/json"}},
        {"content": b"csrf=%ff%00&&==", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"data": {f"field{number}": "x" for number in range(2000)}},
    ],
    ids=["a file", "broken", "json", "not text", "too many"],
)
def test_what_is_no_form_of_ours_is_refused(staffed: House, body: dict[str, Any]) -> None:
    visitor = staffed.visitor("root")
    response = visitor.request("POST", "/account", **body)
    assert response.status_code in (400, 403)
    assert "This form cannot be taken" in words(response)
    assert visitor.is_signed_in()
