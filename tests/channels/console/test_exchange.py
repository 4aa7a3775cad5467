"""Texts to translators and back, over HTTP, without a script."""

import io
import re
import zipfile
from functools import partial
from html import unescape
from string import Formatter

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from channels.app import MAX_BODIES, MAX_BODY
from channels.console.refused_files import SENTENCES
from knowledge_base.editing.manuscript import Manuscript
from knowledge_base.exchange.faults import REASONS
from tests import builders
from tests.channels.console.conftest import Newsroom, Visitor, words
from tests.channels.test_editing import token
from tests.knowledge_base.stored import take_in

OLD, NEW = "A kártyát a hivatal adja.", "A kártyát a kormányhivatal adja."


@pytest.fixture
def anna(newsroom: Newsroom) -> Visitor:
    visitor = newsroom.editor("anna")
    visitor.get("/exchange")
    return visitor


def taken_out(visitor: Visitor, format: str = "xliff", language: str = "hu") -> bytes:
    response = visitor.get(f"/exchange/file?format={format}&language={language}")
    assert response.status_code == 200
    return response.content


def send_back(visitor: Visitor, data: bytes | str, name: str = "en-hu.xlf") -> Response:
    content = data.encode("utf-8") if isinstance(data, str) else data
    return visitor.request("POST", "/exchange", data={"csrf": visitor.token}, files={"file": (name, content)})


def take(visitor: Visitor, looked: Response, **ticked: str) -> Response:
    found = re.search(r'name="texts" value="([^"]*)"', looked.text)
    assert found is not None
    # As a browser sends line breaks.
    texts = unescape(found[1]).replace("\r\n", "\n").replace("\n", "\r\n")
    return visitor.request(
        "POST", "/exchange/drafts", data={"csrf": visitor.token, "texts": texts, **ticked}, files={"none": ("", b"")}
    )


@pytest.mark.parametrize(
    ("query", "name", "start"),
    [
        ("?format=xliff&language=hu", "en-hu.xlf", b"<?xml"),
        ("?format=xlsx&language=hu", "texts.xlsx", b"PK"),
        ("?format=csv", "texts.csv", b"\xef\xbb\xbfarticle,"),
    ],
)
def test_texts_are_downloaded_as_files(anna: Visitor, query: str, name: str, start: bytes) -> None:
    response = anna.get(f"/exchange/file{query}")
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["x-frame-options"] == "DENY"
    assert response.content.startswith(start)


def test_several_files_come_packed(newsroom: Newsroom, anna: Visitor) -> None:
    card = builders.article("other-card", source_language="hu", hu=builders.revision(), de=builders.revision(renders=1))
    newsroom.house.call(take_in, newsroom.house.database, builders.content(card))
    response = anna.get("/exchange/file")
    assert zipfile.ZipFile(io.BytesIO(response.content)).namelist() == ["en-hu.xlf", "hu-de.xlf"]


def test_what_came_back_is_shown_before_it_is_taken_in(newsroom: Newsroom, anna: Visitor) -> None:
    version = newsroom.version()
    looked = send_back(anna, taken_out(anna).decode("utf-8").replace(OLD, NEW))
    assert "Changed: 1 As they were: 0" in words(looked)
    assert "A kártyát a <del>hivatal</del><ins>kormányhivatal</ins> adja." in looked.text
    assert newsroom.article().translations["hu"].draft is None
    assert take(anna, looked).headers["location"] == "/console/content"
    assert "1 text is a draft now." in words(anna.get("/content"))
    translation = newsroom.article().translations["hu"]
    assert translation.draft is not None
    assert translation.draft.text.body == NEW
    assert translation.published is not None
    assert translation.published.text.body == OLD
    assert newsroom.version() == version
    history = newsroom.house.call(newsroom.editors.history, "health-card", "hu")
    assert history[0].by == "anna"


def test_a_new_language_becomes_drafts(newsroom: Newsroom, anna: Visitor) -> None:
    data = taken_out(anna, "csv", "uk").decode("utf-8-sig")
    rows = data.replace("\r\n", "\n").replace(
        "health-card,uk,missing,0,1,,,,", "health-card,uk,missing,0,1,Картка,,,Текст"
    )
    assert rows != data
    looked = send_back(anna, rows, "texts.csv")
    assert "New: 1" in words(looked)
    take(anna, looked)
    draft = newsroom.article().translations["uk"].draft
    assert draft is not None
    assert (draft.text.title, draft.text.body, draft.renders) == ("Картка", "Текст", 1)


def change_source(newsroom: Newsroom) -> None:
    said = Manuscript(builders.text(body="The office gives you a plastic card."), 1, builders.REVIEWED)
    newsroom.house.call(partial(newsroom.editors.publish, "health-card", "en", said, major=True, by="piri"))


@pytest.mark.parametrize(("ticked", "renders"), [({}, 1), ({"finished-health-card/hu": "on"}, 2)])
def test_an_outdated_text_is_up_to_date_only_if_somebody_says_so(
    newsroom: Newsroom, anna: Visitor, ticked: dict[str, str], renders: int
) -> None:
    change_source(newsroom)
    data = taken_out(anna, "csv").decode("utf-8-sig")
    looked = send_back(anna, data.replace("Egészségügyi kártya", "A kártya", 1), "texts.csv")
    assert "the translation has not: Short answer. Published like this, the text is outdated." in words(looked)
    assert 'name="finished-health-card/hu" value="on" form="take-in"' in looked.text
    take(anna, looked, **ticked)
    draft = newsroom.article().translations["hu"].draft
    assert draft is not None
    assert (draft.text.title, draft.renders) == ("A kártya", renders)


def test_an_office_may_find_the_words_right_as_they_are(newsroom: Newsroom, anna: Visitor) -> None:
    change_source(newsroom)
    data = taken_out(anna).decode("utf-8")
    assert 'state="initial"' in data
    looked = send_back(anna, data.replace('state="initial"', 'state="reviewed"'))
    assert "The words stay as they are" in words(looked)
    assert 'name="finished-' not in looked.text
    take(anna, looked)
    draft = newsroom.article().translations["hu"].draft
    assert draft is not None
    assert (draft.text.body, draft.renders) == (OLD, 2)


def test_what_a_program_did_not_send_back_is_not_deleted(newsroom: Newsroom, anna: Visitor) -> None:
    data = taken_out(anna).decode("utf-8").replace(OLD, NEW)
    without_title = re.sub(r'<unit id="title".*?</unit>', "", data, flags=re.S)
    assert without_title != data
    take(anna, send_back(anna, without_title))
    draft = newsroom.article().translations["hu"].draft
    assert draft is not None
    assert (draft.text.title, draft.text.body) == ("Egészségügyi kártya", NEW)


def test_a_colleagues_newer_text_is_not_overwritten(newsroom: Newsroom, anna: Visitor) -> None:
    old = taken_out(anna).decode("utf-8")
    take(anna, send_back(anna, old.replace(OLD, NEW)))
    anna.get("/exchange")
    late = send_back(anna, old.replace(OLD, "Valami más."))
    assert "A colleague has saved another text since: left out: 1" in words(late)
    assert 'name="texts"' not in late.text
    draft = newsroom.article().translations["hu"].draft
    assert draft is not None
    assert draft.text.body == NEW


def test_who_saves_between_looking_and_taking_in_wins(newsroom: Newsroom, anna: Visitor) -> None:
    old = taken_out(anna).decode("utf-8")
    looked = send_back(anna, old.replace(OLD, NEW))
    berta = newsroom.editor("berta")
    berta.get("/exchange")
    take(berta, send_back(berta, old.replace(OLD, "Valami más.")))
    take(anna, looked)
    page = words(anna.get("/content"))
    assert "0 texts are drafts now." in page
    assert "Colleagues have saved others meanwhile: those were left out." in page
    draft = newsroom.article().translations["hu"].draft
    assert draft is not None
    assert draft.text.body == "Valami más."


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (
            "texts.csv",
            "article,language,revision,source_revision,title\nhealth-card,hu,1,1,=cmd",
            "Row 2 · Title: This begins like a formula.",
        ),
        ("texts.xlsx", "no zip", "This is no file of the kind XLSX, or it is damaged."),
        ("en-hu.xlf", "<x>", "This is no file of the kind XML, or it is damaged."),
        ("en-hu.docx", "x", "The name of the file has to end in one of these: .csv, .xlsx, .xlf, .xliff."),
        ("", "", "Please choose a file."),
        (
            "<script>.csv",
            "<script>alert(1)</script>",
            "Row 1: These are not the columns of an export. Missing: article, language",
        ),
    ],
)
def test_a_bad_file_is_told_and_nothing_is_taken_in(
    newsroom: Newsroom, anna: Visitor, name: str, data: str, told: str
) -> None:
    before = newsroom.article()
    response = send_back(anna, data, name)
    assert response.status_code == 422
    assert told in words(response)
    assert "<script>alert" not in response.text
    assert newsroom.article() == before


def test_what_is_taken_in_is_checked_like_any_file(newsroom: Newsroom, anna: Visitor) -> None:
    before = newsroom.article()
    sent = {"csrf": anna.token, "texts": "article,language,revision,source_revision,title\nnothing,hu,1,1,A"}
    response = anna.request("POST", "/exchange/drafts", data=sent)
    assert response.status_code == 422
    assert "Row 2: There is no such article: nothing." in words(response)
    assert newsroom.article() == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'id="title"',
            'id="step-0-wrong"',
            "health-card · step-0-wrong: There is no such field.",
        ),
        ('id="section-0-text"', 'id="title"', "health-card · Title: This is there twice."),
        (">A kártyát", "># A kártyát", "health-card · Short answer: Line 1 cannot be shown."),
        ("<target>Egészségügyi kártya<", f"<target>{'a' * 121}<", "· Title: Please write 1 to 120 characters."),
    ],
)
def test_each_fault_is_named_with_its_place(anna: Visitor, old: str, new: str, told: str) -> None:
    data = taken_out(anna).decode("utf-8")
    assert old in data
    response = send_back(anna, data.replace(old, new, 1))
    assert response.status_code == 422
    assert told in words(response)


def test_every_reason_has_its_sentence() -> None:
    for reason, english in REASONS.items():
        if reason == "words":
            # Those of a form, see `told_wrong`.
            continue
        named = {name for _, name, _, _ in Formatter().parse(SENTENCES[reason]) if name}
        assert named <= {name for _, name, _, _ in Formatter().parse(english) if name}


def test_a_text_that_no_spreadsheet_holds_is_told(newsroom: Newsroom, anna: Visitor) -> None:
    long = builders.article("long-card", en=builders.revision(builders.text(body="word " * 7000)))
    newsroom.house.call(take_in, newsroom.house.database, builders.content(long))
    response = anna.get("/exchange/file?format=xlsx&language=hu")
    assert response.status_code == 422
    assert "This file cannot be made. long-card/en · Short answer: This is longer than the 32,767 characters" in words(
        response
    )


def test_a_counsellor_has_no_business_here(newsroom: Newsroom) -> None:
    newsroom.house.add("piri", "counsellor")
    assert newsroom.house.visitor("piri").get("/exchange/file").status_code == 403


def test_a_file_may_be_larger_than_any_other_body(client: TestClient) -> None:
    large = b"x" * (MAX_BODY + 1)
    session = token(client, "/console/sign-in")
    for path, status in (("/console/exchange", 303), ("/console/content/health-card/en", 413)):
        files = {"file": ("texts.csv", large)}
        sent = client.post(path, data={"csrf": session}, files=files, follow_redirects=False)
        assert sent.status_code == status
    assert MAX_BODIES["/console/exchange"] < 50_000_000
