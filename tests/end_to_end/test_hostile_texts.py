"""What people write is text on every screen: one hostile string in every box that reaches one, in a real browser.

The security policy is switched off here, so that markup that came through would really run.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from channels.settings import Settings
from knowledge_base.database import Database
from knowledge_base.documents import Content, NoticeText, Phone, Source, Step, Topic
from retrieval.encoder import Encoder
from tests import builders
from tests.bot.handoff.conftest import hired
from tests.channels.bridge.conftest import ALWAYS
from tests.channels.conftest import Talk, data_folder
from tests.channels.console.conftest import PASSWORD, Visitor, form_of
from tests.end_to_end.conftest import Server

HOSTILE = """'"><img src=x onerror=window.xss=1><script>window.xss=1</script>"""
# A name is short, a label shorter.
SHORT = """'"><img src=x onerror=window.xss=1>"""
SHORTEST = """'"><b onerror=1>"""
# Markdown of articles may not hold raw markup at all; what is escaped in it is text.
ESCAPED = re.sub(r"([<>\[\]\\`*_])", r"\\\1", HOSTILE)
URL = "https://example.org/?q='%22%3E%3Cimg%20src=x%3E"
# Elements that the string would make, in the document or in a shadow tree, and whether any of it ran.
FOUND = """() => {
  const found = [], trees = [document];
  for (const tree of trees)
    for (const element of tree.querySelectorAll("*")) {
      if (element.shadowRoot) trees.push(element.shadowRoot);
      if (element.matches('img[src="x"], [onerror]') || (element.matches("script") && element.text.includes("xss")))
        found.push(element.outerHTML);
    }
  return [found, window.xss ?? null];
}"""
# All words and all values of boxes.
SHOWN = """() => {
  const within = node => node.shadowRoot ? [...node.childNodes, node.shadowRoot] : [...node.childNodes];
  const said = node => [node.data ?? "", node.value ?? "", ...within(node).map(said)].join(" ");
  return said(document.body);
}"""


def hostile_content() -> Content:
    steps = [Step(title=HOSTILE, text=HOSTILE, papers=[HOSTILE], place=HOSTILE, fee=HOSTILE, deadline=HOSTILE)]
    body = f"{ESCAPED}\n\n## {ESCAPED}\n\n- {ESCAPED}\n- **{ESCAPED}** [{ESCAPED}](https://example.org/%3Cimg%3E)"
    said = builders.text(HOSTILE, body, questions=[HOSTILE], search_questions=[HOSTILE], steps=steps)
    checked: dict[str, Any] = {"sources": [Source(title=HOSTILE, url=URL)], "as_of": HOSTILE, "verify": HOSTILE}
    texts = {"en": HOSTILE}
    article = builders.article(facts=builders.facts(kind="procedure", **checked), en=builders.revision(said))
    contact = dict.fromkeys(("name", "run_by", "email", "address"), HOSTILE)
    phones = [Phone(number=HOSTILE, note=texts)]
    return builders.content(
        article.model_copy(update={"asked": {"en": [HOSTILE], "hu": [HOSTILE]}}),
        topics=[Topic(id="health", name=texts), Topic(id="work", parent="health", name=texts)],
        contacts=[builders.contact(**contact, **checked, purpose=texts, hours_note=texts, phones=phones, website=URL)],
        notices=[builders.notice(texts={"en": NoticeText(title=HOSTILE, text=HOSTILE)}, sources=checked["sources"])],
        sites=[builders.site(name=texts, callbacks=True)],
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Server]:
    """A server on which everybody has written the string wherever they could."""
    settings = data_folder(tmp_path_factory.mktemp("data"), encoder, hostile_content())
    asyncio.run(staffed(settings))
    server = Server(settings.data_dir)
    server.start()
    try:
        server.wait_for("/ready")
        write_everywhere(server)
        yield server
    finally:
        server.stop()


def write_everywhere(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        talk = Talk(client)  # type: ignore[arg-type]
        for number, text in enumerate((HOSTILE, "/callback", SHORT, "+36 1 234 5678", SHORT, SHORT, "/human")):
            assert talk.write(text, f"message-{number}").status_code == 201
        assert talk.write(HOSTILE, "message-more", attachment="picture").status_code == 201
        staff = member(client)
        staff.get("/desk/1")
        for path, fields in {
            "/desk/1/accept": {},
            "/desk/1/reply": {"text": HOSTILE, "client_id": "reply-number-1"},
            "/desk/1/article": {"article": "health-card", "client_id": "reply-number-2"},
            "/desk/1/note": {"note": HOSTILE},
            "/desk/1/label": {"label": SHORTEST},
            "/replies/add": {"language": "en", "title": SHORT, "text": HOSTILE},
            "/account": {"name": SHORT, "language": "en"},
        }.items():
            assert staff.send(path, **fields).status_code == 303, path


async def staffed(settings: Settings) -> None:
    database = Database(settings.database)
    await hired(database, SHORT, "admin", languages=["en"], weekly=ALWAYS)
    await database.close()


def member(client: httpx.Client) -> Visitor:
    visitor = Visitor(client, {})  # type: ignore[arg-type]
    assert visitor.sign_in("staff0").status_code == 303
    return visitor


@pytest.fixture
def page(hostile: Server, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=hostile.url, bypass_csp=True)
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    context.close()
    assert dialogs == []


def shows(page: Page) -> bool:
    """Whether the string is there to read; fails where it is anything but text."""
    elements, ran = page.evaluate(FOUND)
    assert (elements, ran) == ([], None), page.url
    return "onerror" in page.evaluate(SHOWN)


def test_the_trap_catches_what_runs(page: Page) -> None:
    page.goto("/health")
    page.evaluate("markup => document.body.innerHTML = markup", HOSTILE)
    page.wait_for_function("window.xss === 1")
    with pytest.raises(AssertionError):
        shows(page)


def test_no_screen_of_migrants_makes_markup_of_what_is_written(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("textbox")
    # Who writes before it is not greeted.
    expect(page.locator(".bot")).to_have_count(1)
    for text, count in ((HOSTILE, 2), ('/article{"id": "health-card"}', 3), ("/topics", 4), ("/human", 5)):
        box.fill(text)
        box.press("Enter")
        expect(page.locator(".bot")).to_have_count(count)
        assert shows(page)
    page.goto("/chat")
    for text in (HOSTILE, '/article{"id": "health-card"}', "/topics", "/human"):
        page.locator("textarea, input[name=text]").first.fill(text)
        page.locator("form button").last.click()
        page.wait_for_load_state()
        assert shows(page)
    for sheet in ("/panel/health-card", "/panel/health-card?size=a3&languages=en"):
        page.goto(sheet)
        assert shows(page)


def test_no_page_of_the_console_makes_markup_of_what_is_written(page: Page, hostile: Server) -> None:
    page.goto("/console/sign-in")
    page.locator("#login").fill("staff0")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    waiting, seen, showing = ["/console/"], {"/console/"}, set()
    while waiting:
        path = waiting.pop()
        page.goto(path)
        if shows(page):
            showing.add(path)
        for link in page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
            address = urlsplit(link).path
            if (
                link.startswith("/console/")
                and address not in seen
                and not address.endswith(("/file", ".csv", ".xlsx", ".json"))
            ):
                seen.add(address)
                waiting.append(address)
    for part in ("desk/1", "replies", "content", "notices", "contacts", "topics", "staff", "account"):
        assert any(path.startswith(f"/console/{part}") for path in showing), (part, showing)
    assert len(seen) > 30, seen
    # What cannot be taken is shown again in its box.
    with httpx.Client(base_url=hostile.url) as client:
        staff = member(client)
        for path in sorted(seen):
            form = form_of(staff.get(path.removeprefix("/console")))
            fields = {name: "preview" if name == "act" else HOSTILE for name in form if name != "csrf"}
            response = staff.send(path.removeprefix("/console"), **fields)
            page.set_content(response.text, wait_until="domcontentloaded")
            shows(page)
