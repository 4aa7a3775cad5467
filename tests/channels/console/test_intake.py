"""A draft that begins with somebody else's page or file."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from bot.editing.editors import Editors
from tests.channels.console.conftest import Newsroom, Visitor, form_of, words, write
from tests.knowledge_base.intake.files import docx, paragraph, pdf
from tests.knowledge_base.intake.server import Page, Website, website
from tests.knowledge_base.intake.test_reading import PAGE

NEW = "/add-article/from"
CARD = "/content/health-card"


@pytest.fixture(scope="module")
def site() -> Iterator[Website]:
    with website(
        {"/permit": Page(PAGE.encode()), "/moved": Page(status=302, headers={"Location": "http://10.0.0.1/"})}
    ) as site:
        yield site


@pytest.fixture
def press(newsroom: Newsroom, site: Website) -> Newsroom:
    """Whose editors may ask the website of the test."""
    house = newsroom.house
    newsroom.editors = Editors(house.database, newsroom.editors.checks._answers, house.now, site.reach)
    house.service.editing = newsroom.editors
    return newsroom


def take(visitor: Visitor, path: str, *, address: str = "", file: tuple[str, bytes] | None = None) -> Response:
    visitor.get(path)
    sent: dict[str, Any] = {"data": {"csrf": visitor.token, "address": address}}
    sent["files"] = {"file": file or ("", b"")}
    return visitor.request("POST", path, **sent)


def test_a_web_page_becomes_the_form_of_a_new_article_with_its_source(press: Newsroom, site: Website) -> None:
    anna = press.editor("anna")
    before = press.version()
    page = take(anna, NEW, address=f"{site.url}/permit")
    assert page.status_code == 200
    form = form_of(page)
    assert (form["title"], form["language"], form["as_of"]) == ("Residence permit", "en", "2026-05-01")
    assert form["body"].startswith("You need a **residence permit**")
    assert (form["sources-0-title"], form["sources-0-url"]) == ("Residence permit (The Office)", f"{site.url}/permit")
    assert "1 picture was left out. 1 table became a list of its rows." in form["verify"].replace("\u2068", "")
    assert "This was read, and is not saved yet." in words(page)
    assert press.version() == before
    assert "residence-permit" not in {article.id for article in press.content().articles}


def test_what_was_read_is_a_draft_once_it_is_saved_and_published_by_nobody(press: Newsroom, site: Website) -> None:
    anna = press.editor("anna")
    page = take(anna, NEW, address=f"{site.url}/permit")
    saved = write(anna, "/add-article", page=page, topics__0="health")
    assert saved.headers["location"] == "/console/content/residence-permit/en"
    article = press.article("residence-permit")
    assert article.translations["en"].published is None
    assert article.facts.sources[0].url == f"{site.url}/permit"
    assert article.facts.verify is not None
    assert "Residence permit (The Office)" in article.facts.verify
    assert form_of(anna.get("/content/residence-permit/en"))["section-1-heading"] == "Papers"


@pytest.mark.parametrize(
    ("name", "data", "title"),
    [
        ("a.docx", docx(paragraph("You need a permit of the office, and a photo of your own.")), "Permits"),
        ("a.pdf", pdf(["You need a permit of the office, and a photo."]), ""),
        ("a.md", b"# Fees\n\nYou can pay the fee by card in the office at any time.", "Fees"),
        ("a.html", PAGE.encode(), "Residence permit"),
    ],
)
def test_a_file_becomes_the_form_of_a_new_article(press: Newsroom, name: str, data: bytes, title: str) -> None:
    form = form_of(take(press.editor("anna"), NEW, file=(name, data)))
    assert form["title"] == title
    assert form["body"]
    assert form["sources-0-title"] == (title or name)


def test_a_page_becomes_a_translation_whose_source_is_named_when_it_is_saved(press: Newsroom, site: Website) -> None:
    anna = press.editor("anna")
    page = take(anna, f"{CARD}/de/from", address=f"{site.url}/permit")
    assert "It seems to be written in another language: English." in words(page)
    assert form_of(page)["title"] == "Residence permit"
    assert press.article().facts.sources[0].title == "Office leaflet"
    # A preview on the way loses nothing of it.
    page = write(anna, f"{CARD}/de", "preview", page=page, title="Aufenthalt")
    assert write(anna, f"{CARD}/de", page=page).status_code == 303
    article = press.article()
    assert [source.url for source in article.facts.sources][1:] == [f"{site.url}/permit"]
    draft = article.translations["de"].draft
    assert draft is not None
    assert (draft.text.title, article.translations["de"].published) == ("Aufenthalt", None)
    # Saved again, it is not named twice.
    write(anna, f"{CARD}/de", page=page, over=str(draft.number))
    assert len(press.article().facts.sources) == 2


def test_whoever_does_not_want_the_source_named_takes_the_tick_away(press: Newsroom, site: Website) -> None:
    anna = press.editor("anna")
    page = take(anna, f"{CARD}/de/from", address=f"{site.url}/permit")
    form = {key: said for key, said in form_of(page).items() if key not in ("csrf", "add-source")}
    assert anna.send(f"{CARD}/de", **form, act="save").status_code == 303
    assert len(press.article().facts.sources) == 1


def test_a_source_that_was_tampered_with_saves_nothing(press: Newsroom, site: Website) -> None:
    anna = press.editor("anna")
    page = take(anna, f"{CARD}/de/from", address=f"{site.url}/permit")
    assert write(anna, f"{CARD}/de", page=page, source__url="javascript:alert(1)").status_code == 422
    assert "de" not in press.article().translations


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "Please write an address or choose a file."),
        ("example.org", "This is no web address"),
        ("http://anna:secret@example.org/", "This is no web address"),
        ("http://127.0.0.1:1/", "This address does not lead to the public internet"),
        ("http://[::1]/", "This address does not lead to the public internet"),
        ("{site}/moved", "This address does not lead to the public internet"),
        ("{site}/nowhere", "The page cannot be had: its server answers 404."),
    ],
)
def test_an_address_that_cannot_be_read_says_why_and_stays(
    press: Newsroom, site: Website, address: str, told: str
) -> None:
    address = address.format(site=site.url)
    page = take(press.editor("anna"), NEW, address=address)
    assert page.status_code == 422
    assert told in words(page)
    assert form_of(page)["address"] == address


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.exe", b"MZ", "Only web pages, PDF, DOCX and Markdown can be read."),
        ("a.md", b"x" * 10_000_001, "It is too large: at most 10 MB can be read."),
        ("a.pdf", pdf([]), "There is no text in it. If it is a scan"),
        ("a.pdf", b"%PDF-", "It is damaged and cannot be read."),
        (
            "a.docx",
            docx(more={f"word/{number}.bin": b"" for number in range(3000)}),
            "It unpacks to more than can be read",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(press: Newsroom, name: str, data: bytes, told: str) -> None:
    page = take(press.editor("anna"), NEW, file=(name, data))
    assert page.status_code == 422
    assert told in words(page)
