"""An article's languages and paper are chosen for a sheet, and what cannot be printed is told on the same page."""

import sys
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest

from channels import printing
from channels.console.areas import content
from tests import builders
from tests.channels.console.conftest import Newsroom, Visitor, words, write
from tests.knowledge_base.stored import take_in

CARD = "/content/health-card"
# Nine of them, with the English source.
WRITTEN = ["hu", "ar", "de", "uk", "sr", "fr", "tr", "vi"]


def many(newsroom: Newsroom, language: str = "en") -> Visitor:
    """An editor of an article in nine languages."""
    card = builders.article(en=builders.revision(), **{tag: builders.revision(renders=1) for tag in WRITTEN})
    newsroom.house.call(take_in, newsroom.house.database, builders.content(card))
    return newsroom.editor("anna", language)


def address(languages: Sequence[str], **more: str) -> str:
    return f"{CARD}/sheet?{urlencode([('languages', tag) for tag in languages] + list(more.items()))}"


def test_eight_languages_lead_to_the_sheet(newsroom: Newsroom) -> None:
    response = many(newsroom).get(address(WRITTEN, size="a3"))
    assert response.status_code == 303
    assert response.headers["location"] == "/panel/health-card?" + urlencode(
        {"languages": ",".join(WRITTEN), "size": "a3"}
    )


@pytest.mark.parametrize(
    ("languages", "told"),
    [
        ([], "Please choose at least one."),
        ([*WRITTEN, "en"], "A sheet holds up to 8 languages. Please untick some."),
        (["en", "so"], "Not every language that you chose is published now. Please look at the list again."),
    ],
)
def test_what_cannot_be_printed_is_told_beside_what_was_chosen(
    newsroom: Newsroom, languages: list[str], told: str
) -> None:
    anna = many(newsroom)
    page = anna.get(address(languages, size="a3"))
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")
    assert told in words(page)
    for tag in [*WRITTEN, "en"]:
        assert (f'name="languages" value="{tag}" checked' in page.text) == (tag in languages)
    assert 'name="size" value="a3" checked' in page.text
    assert 'role="alert"' not in anna.get(CARD).text


def test_a_text_that_was_withdrawn_meanwhile_is_not_printed(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    anna.get(CARD)
    anna.send(f"{CARD}/withdraw", language="hu")
    page = anna.get(address(["en", "hu"]))
    assert page.status_code == 422
    assert "Not every language that you chose is published now." in words(page)


def test_a_draft_is_not_printed(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, f"{CARD}/de", title="Karte", section__0__text="Das Amt gibt sie aus.")
    assert anna.get(address(["en", "de"])).status_code == 422


def test_a_pdf_comes_down_under_the_articles_name(newsroom: Newsroom) -> None:
    pdf = newsroom.editor("anna").get(address(["en", "hu"], act="pdf"))
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == 'attachment; filename="health-card.pdf"'


def test_the_button_for_it_is_there_with_the_extra_only(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = newsroom.editor("anna")
    assert "Download it as a PDF" in words(anna.get(CARD))
    monkeypatch.setattr(content, "is_installed", lambda: False)
    assert "Download it as a PDF" not in words(anna.get(CARD))


def test_where_no_pdf_comes_of_it_the_page_says_what_to_do(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(printing, "MODULE", "nowhere")
    page = newsroom.editor("anna").get(address(["en"], act="pdf"))
    assert page.status_code == 422
    assert "The PDF could not be made. Please show the sheet and print it in the browser." in words(page)
    assert f"no PDF could be made ({sys.executable}: No module named nowhere)" in caplog.text
