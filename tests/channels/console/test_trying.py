"""Try it, and what is kept from there, over HTTP without a script."""

import re

import pytest
from httpx2 import Response

from tests.channels.console.conftest import Newsroom, Visitor, words

CARD = "How do I get: Health card?"


def ask(visitor: Visitor, question: str = CARD, language: str = "", path: str = "/try", **more: str) -> Response:
    visitor.get("/try")
    return visitor.send(path, question=question, language=language, **more)


def test_an_editor_sees_what_the_bot_says_and_why(newsroom: Newsroom) -> None:
    page = ask(newsroom.editor("anna"))
    said = words(page)
    assert page.status_code == 200
    assert "The office gives you a health card." in said
    assert "It answers with an article." in said
    assert "enough for an answer" in said
    assert "Same words: the nearest passage" in said
    assert re.search(r"<textarea[^>]*>How do I get: Health card\?</textarea>", page.text)


def test_buttons_of_the_reply_are_named_and_cannot_be_pressed(newsroom: Newsroom) -> None:
    page = ask(newsroom.editor("anna"), "zzz qqq", "en")
    assert "It says that it has no answer." in words(page)
    assert "Talk to a person" in words(page)
    assert 'name="payload"' not in page.text


def test_what_somebody_types_is_shown_as_text(newsroom: Newsroom) -> None:
    page = ask(newsroom.editor("anna"), "<img src=x onerror=alert(1)> card")
    assert "<img" not in page.text
    assert "&lt;img" in page.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("  ", "Please write something here."),
        ("x" * 2001, "Please write 1 to 2,000 characters."),
        ("a\x07b", "It has a character that cannot be shown."),
    ],
)
def test_what_cannot_be_asked_is_told_and_not_lost(newsroom: Newsroom, question: str, told: str) -> None:
    page = ask(newsroom.editor("anna"), question)
    assert page.status_code == 422
    assert told in words(page)


def test_a_question_becomes_a_way_to_ask_for_an_article(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    page = ask(anna, "card\r\nwhere??", path="/try/asked", article="health-card", said="en")
    assert page.status_code == 200
    assert "one of the ways to ask for the article in English" in words(page)
    assert newsroom.article().asked == {"en": ["card where??"]}
    ask(anna, "card\r\nwhere??", path="/try/asked", article="health-card", said="en")
    assert newsroom.article().asked == {"en": ["card where??"]}
    assert newsroom.version() == before + 1


def test_a_question_too_long_for_that_is_told(newsroom: Newsroom) -> None:
    page = ask(newsroom.editor("anna"), "x" * 1001, path="/try/asked", article="health-card", said="en")
    assert page.status_code == 422
    assert "It is too long to be kept" in words(page)
    assert newsroom.article().asked == {}


def test_a_question_in_a_language_that_is_not_served_counts_for_the_sites_first(newsroom: Newsroom) -> None:
    ask(newsroom.editor("anna"), "karta", path="/try/asked", article="health-card", said="xx")
    assert newsroom.article().asked == {"hu": ["karta"]}


def test_a_question_is_kept_as_a_test_and_dropped_again(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert "You keep no tests yet." in words(anna.get("/quality"))
    assert "It is kept as a test" in words(ask(anna, path="/try/kept", article="health-card", said="en"))
    page = anna.get("/quality")
    assert "1 of 1 questions that you keep are answered now as you expect." in words(page)
    found = re.search(r'action="/console(/quality/\d+/drop)"', page.text)
    assert found is not None
    assert anna.send(found[1]).status_code == 303
    assert "The test is kept no longer." in words(anna.get("/quality"))


@pytest.mark.parametrize("path", ["/try/asked", "/try/kept"])
@pytest.mark.parametrize("article", ["nothing", "", "a\0", "../en"])
def test_nothing_is_kept_for_an_article_that_there_is_not(newsroom: Newsroom, path: str, article: str) -> None:
    assert ask(newsroom.editor("anna"), path=path, article=article, said="en").status_code == 404


def test_only_editors_keep_tests(newsroom: Newsroom) -> None:
    newsroom.house.add("piri", "counsellor")
    piri = newsroom.house.visitor("piri")
    piri.get("/account")
    assert piri.send("/try/kept", question=CARD, article="health-card", said="en").status_code == 403
