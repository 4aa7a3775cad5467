"""How people ask, over HTTP without a script."""

import pytest

from tests.channels.console.conftest import Newsroom, form_of, words, write

ASKED = "/content/health-card/asked/hu"


def asked(newsroom: Newsroom) -> list[str]:
    return newsroom.article().asked.get("hu", [])


def test_questions_are_added_and_taken_out(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    write(anna, ASKED, questions="Hol a kártya?\r\n\r\n hol kapom  \r\nHol a kártya?")
    assert asked(newsroom) == ["Hol a kártya?", "hol kapom"]
    assert "2 questions are searched now." in words(anna.get("/content/health-card"))
    write(anna, ASKED, questions="hol kapom\r\nmi az")
    assert asked(newsroom) == ["hol kapom", "mi az"]
    assert newsroom.version() == before + 2
    write(anna, ASKED)
    assert newsroom.version() == before + 2
    write(anna, ASKED, questions="")
    assert newsroom.article().asked == {}


def test_what_two_editors_do_at_once_counts_both(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    write(anna, ASKED, questions="a\nb\nc")
    opened = bela.get(ASKED)
    write(anna, ASKED, questions="b\nc\nd")
    assert write(bela, ASKED, "save", opened, questions="a\nb\ne").status_code == 303
    assert asked(newsroom) == ["b", "d", "e"]


@pytest.mark.parametrize("line", ["x" * 1001, "a\x07b"])
def test_a_line_that_cannot_be_searched_is_named_and_nothing_is_lost(newsroom: Newsroom, line: str) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, ASKED, questions=f"hol kapom\n{line}")
    assert page.status_code == 422
    assert "Line 2 is too long or has a character that cannot be shown" in words(page)
    assert form_of(page)["questions"].startswith("hol kapom\n")
    assert asked(newsroom) == []


@pytest.mark.parametrize("path", ["/content/health-card/asked/xx", "/content/nothing/asked/hu"])
def test_there_are_no_questions_for_what_there_is_not(newsroom: Newsroom, path: str) -> None:
    assert newsroom.editor("anna").get(path).status_code == 404


def test_a_page_brought_back_shows_what_was_typed_and_saves_nothing(newsroom: Newsroom) -> None:
    page = write(newsroom.editor("anna"), ASKED, "preview", questions="mi az")
    assert form_of(page)["questions"] == "mi az"
    assert asked(newsroom) == []
