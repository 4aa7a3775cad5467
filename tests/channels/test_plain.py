"""`/chat`, as a browser without scripts and as somebody who means harm send to it."""

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.messages import Message
from bot.replies import Checklist, ContactCard, Detail, Item, Link, Notice, Quotation, Reply, Said, Sources, Step
from bot.texts import Texts
from channels.app import create_app
from channels.settings import Settings
from channels.web import drawing
from channels.web.plain import COOKIE

QUESTION = "How do I get a health card?"
TITLE = "Health card"


class Browser:
    """Sends the form as the page has it, and follows the redirect."""

    def __init__(self, client: TestClient, language: str = "en") -> None:
        # The cookie is only for https. A client of its own keeps it from other tests.
        self.client = TestClient(client.app, base_url="https://testserver", headers={"Accept-Language": language})
        # The app runs in the first client's loop, to which its connections belong.
        self.client.portal = client.portal
        self.page = self.client.get("/chat").text

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found
        return unescape(found[1])

    def send(self, text: str = "", *, status: int = 200, headers: dict[str, str] | None = None, **fields: str) -> str:
        body = {"text": text, "mark": self.hidden("mark"), "client_id": self.hidden("client_id"), **fields}
        response = self.client.post("/chat", data=body, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})})
        assert response.status_code == status
        self.page = response.text
        return self.page

    def press(self, title: str) -> str:
        found = re.findall(rf'value="([^"]*)"[^>]*>(?:<span[^>]*>.</span> )?{re.escape(title)}</button>', self.page)
        return self.send(payload=unescape(found[-1]))


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)


def asked(page: str) -> list[str]:
    return re.findall(r'<li class="migrant"[^>]*>([^<]*)</li>', page)


def test_a_message_is_shown_with_its_answer_after_a_redirect(browser: Browser) -> None:
    page = browser.send(QUESTION)
    assert asked(page) == [QUESTION]
    assert "The office gives you a health card." in page
    assert '<a href="https://example.org/leaflet" rel="noopener noreferrer">Office leaflet</a>' in page


def test_a_form_that_is_sent_twice_counts_once(browser: Browser) -> None:
    browser.send(QUESTION)
    page = browser.page
    browser.send("Is it free?")
    browser.page = page
    browser.send("Is it free?", client_id="the-same-id-1")
    browser.page = page
    assert asked(browser.send("Is it free?", client_id="the-same-id-1")) == [QUESTION, "Is it free?", "Is it free?"]


def test_looking_starts_no_conversation(browser: Browser) -> None:
    assert COOKIE not in browser.client.cookies
    assert "You need no account" in browser.page


def test_the_cookie_is_for_this_server_only_and_for_no_script(browser: Browser) -> None:
    data = {"text": QUESTION, "client_id": browser.hidden("client_id")}
    cookie = browser.client.post("/chat", data=data, follow_redirects=False).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in cookie


def test_ticks_are_shown_on_every_list(browser: Browser) -> None:
    browser.send(payload='/step{"id": "tax-card", "at": 0}')
    page = browser.press("Passport")
    assert 'aria-pressed="true"' in page
    assert len(asked(page)) == 1
    assert 'aria-pressed="false"' in browser.press("Passport")


def test_deleting_forgets_the_cookie_and_says_so(browser: Browser) -> None:
    browser.send(QUESTION)
    browser.press("Delete this conversation")
    page = browser.press("Yes, delete everything")
    assert "Everything that you wrote here is deleted." in page
    assert asked(page) == []
    assert COOKIE not in browser.client.cookies


def test_a_conversation_that_is_gone_is_begun_anew(browser: Browser) -> None:
    browser.send(QUESTION)
    conversation_id, _, token = browser.client.cookies[COOKIE].partition(".")
    address = f"/api/v1/conversations/{conversation_id}"
    browser.client.delete(address, headers={"Authorization": f"Bearer {token}"})
    browser.page = browser.client.get("/chat").text
    assert asked(browser.page) == []
    assert asked(browser.send(QUESTION)) == [QUESTION]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://testserver"},
    ],
)
def test_no_other_website_can_write_here(browser: Browser, headers: dict[str, str]) -> None:
    browser.send(QUESTION)
    page = browser.send("from elsewhere", status=403, headers=headers)
    assert asked(page) == [QUESTION]


def test_an_old_browser_says_where_a_form_comes_from_by_its_origin(browser: Browser) -> None:
    data = {"text": QUESTION, "client_id": browser.hidden("client_id")}
    assert browser.client.post("/chat", data=data, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.client.post("/chat", data=data, headers={"Origin": "https://testserver"}).status_code == 200


def test_a_form_without_its_mark_is_refused_and_what_was_typed_stays(browser: Browser) -> None:
    browser.send(QUESTION)
    page = browser.send("what I typed", status=403, mark="wrong")
    assert "This message could not be taken." in page
    assert ">what I typed</textarea>" in page
    assert asked(page) == [QUESTION]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This message could not be taken."),
        ("x" * 2001, "This message is too long."),
        ("a\x00b", "This message could not be taken."),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept(browser: Browser, text: str, sentence: str) -> None:
    page = browser.send(text, status=422)
    assert sentence in page
    assert f">{text[:10]}" in page or "\x00" in text


def test_markup_is_text(browser: Browser) -> None:
    page = browser.send("<img src=x onerror=alert(1)>")
    assert "<img" not in page
    assert asked(page) == ["&lt;img src=x onerror=alert(1)&gt;"]


def test_the_page_is_in_the_conversations_language(client: TestClient) -> None:
    browser = Browser(client, "ar")
    assert '<html lang="ar" dir="rtl">' in browser.page
    browser.send(payload='/language{"code": "hu"}')
    assert '<html lang="hu" dir="ltr">' in browser.page


def test_the_page_runs_no_script_and_sends_its_form_only_here(browser: Browser) -> None:
    policy = browser.client.get("/chat").headers["content-security-policy"]
    assert "script-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "<script" not in browser.page
    assert browser.client.get("/chat").headers["cache-control"] == "no-store"


def test_who_comes_too_early_is_told_to_wait_and_loses_nothing(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path)), base_url="https://testserver") as client:
        assert client.get("/chat").status_code == 503
        page = client.post("/chat", data={"text": "my question", "client_id": "12345678"})
        assert page.status_code == 503
        assert "One moment" in page.text
        assert ">my question</textarea>" in page.text


def drawn(*blocks: object) -> str:
    reply = Reply.model_validate({"outcome": None, "blocks": [b.model_dump() for b in blocks]})  # type: ignore[attr-defined]
    message = Message(1, "bot", "", reply, 0.0)
    return drawing.page(Texts("en"), [message], mark="", client_id="", text="", trouble=None)


def test_nothing_in_a_block_is_markup() -> None:
    evil = '"><script>alert(1)</script>'
    page = drawn(
        Said(language="en", text=evil),
        Notice(language="en", title=evil, text=evil),
        Quotation(language="en", title=evil, markdown=f"{evil}\n\n## {evil}\n\n[{evil}](javascript:alert(1)) <b>"),
        Step(language="en", label=evil, title=evil, text=evil, details=[Detail(label=evil, values=[evil])]),
        Checklist(language="en", heading=evil, items=[Item(id=evil, text=evil, ticked=True, tick=evil, untick=evil)]),
        Sources(language="en", label=evil, sources=[Link(title=evil, url="https://example.org")], checked=evil),
        ContactCard(
            language="en",
            name=evil,
            purpose=evil,
            phones=[Detail(label=evil, values=[evil])],
            details=[Detail(label=evil, values=[evil])],
            website=None,
        ),
    )
    assert "<script" not in page
    assert "<b>" not in page
    assert 'href="javascript' not in page


@given(st.text(max_size=200))
def test_any_reviewed_text_becomes_only_the_markup_of_reviewed_texts(source: str) -> None:
    tags = set(re.findall(r"<(\w+)", drawn(Quotation(language="en", title="", markdown=source)).split("<section")[1]))
    assert tags <= {*("h2", "h3", "h1", "h4", "h5", "h6", "div", "p", "br", "ul", "ol", "li", "strong", "em", "a")} | {
        *("form", "input", "label", "textarea", "button")
    }
