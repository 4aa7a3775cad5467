"""What people need, over HTTP, without a script."""

import re

from bot.engine import Engine
from bot.messages import Incoming
from tests.bot.conftest import VAULT
from tests.channels.console.conftest import Newsroom, form_of, words

ASKED = "Zzz qqq xxx vvv?"


def asked(newsroom: Newsroom, text: str = ASKED) -> None:
    """Somebody asks what nothing answers."""
    answers = newsroom.answers
    engine = Engine(newsroom.house.database, answers, newsroom.house.now, VAULT)

    async def work() -> None:
        started = await engine.start(channel="web", language="en")
        await engine.receive(started.conversation_id, started.token, Incoming(text, "message-1"))

    newsroom.house.call(work)


def gap_of(page: str) -> str:
    found = re.search(r"/console(/needs/[0-9a-f]{18})", page)
    assert found is not None
    return found[1]


def test_an_empty_list_says_what_will_come_there(newsroom: Newsroom) -> None:
    page = words(newsroom.editor("anna").get("/needs"))
    assert "No question waits for an answer." in page
    assert "the question comes here" in page


def test_what_people_asked_stands_together_and_without_their_numbers(newsroom: Newsroom) -> None:
    for text in (ASKED, ASKED, f"{ASKED} +36 30 123 4567 <b>"):
        asked(newsroom, text)
    anna = newsroom.editor("anna")
    page = anna.get("/needs")
    assert f"{ASKED} 3 people · 1 language · November 22, 2026 Nearest article: " in words(page)
    gap = anna.get(gap_of(page.text))
    # Those in the same words stand in one line.
    assert [said for name, said in form_of(gap).items() if name.startswith("text-")].count(ASKED) == 1
    assert "English · 2 × · November 22, 2026" in words(gap)
    assert "4567" not in gap.text
    assert "<b>" not in gap.text


def test_an_article_is_found_by_what_was_ticked(newsroom: Newsroom) -> None:
    for text in (ASKED, ASKED, f"{ASKED} Zzz"):
        asked(newsroom, text)
    anna = newsroom.editor("anna")
    path = gap_of(anna.get("/needs").text)
    key = next(name[5:] for name, said in form_of(anna.get(path)).items() if name.startswith("text-") and said == ASKED)
    sent = {f"take-{key}": "on", f"text-{key}": "Where is my tax card?", "article": "tax-card"}
    version = newsroom.version()
    response = anna.send(path, **sent, act="answer")
    assert response.headers["location"] == "/console/needs"
    page = words(anna.get("/needs"))
    assert "2 questions lead to the article from now on." in page
    assert "1 person" in page
    assert newsroom.article("tax-card").asked == {"en": ["Where is my tax card?"]}
    assert newsroom.version() == version + 1


def test_whoever_asked_is_sent_the_article_where_that_is_ticked(newsroom: Newsroom) -> None:
    asked(newsroom)
    anna = newsroom.editor("anna")
    path = gap_of(anna.get("/needs").text)
    form = form_of(anna.get(path))
    assert form["tell"] == "on"
    anna.send(path, **form | {"article": "tax-card", "act": "answer"})
    told = words(anna.get("/needs"))
    assert "1 question leads to the article from now on. 1 conversation has got the answer." in told


def test_what_is_set_aside_leaves_the_list_and_comes_back(newsroom: Newsroom) -> None:
    asked(newsroom)
    anna = newsroom.editor("anna")
    path = gap_of(anna.get("/needs").text)
    ticked = {name: "on" for name in form_of(anna.get(path)) if name.startswith("take-")}
    anna.send(path, **ticked, act="aside")
    page = words(anna.get("/needs"))
    assert "1 question was set aside." in page
    assert "Set aside (1)" in page
    aside = anna.get("/needs/aside")
    assert ASKED in words(aside)
    anna.send("/needs/aside", key=path.removeprefix("/needs/"))
    assert "1 person" in words(anna.get("/needs"))


def test_a_form_that_cannot_be_taken_comes_back_as_it_was(newsroom: Newsroom) -> None:
    asked(newsroom)
    anna = newsroom.editor("anna")
    path = gap_of(anna.get("/needs").text)
    key = path.removeprefix("/needs/")
    nothing = anna.send(path, article="tax-card", act="answer", **{f"text-{key}": "My own words"})
    assert nothing.status_code == 422
    assert "Please tick a question first." in words(nothing)
    assert form_of(nothing)[f"text-{key}"] == "My own words"
    for article, text, told in (
        ("nothing", "Fine?", "Please choose one of these."),
        ("tax-card", "", "Please write one line"),
        ("tax-card", "x" * 1001, "Please write one line"),
    ):
        sent = {f"take-{key}": "on", f"text-{key}": text, "article": article}
        page = anna.send(path, act="answer", **sent)
        assert page.status_code == 422
        assert told in words(page)
    gone = {f"take-{key}": "on", f"text-{key}": "x", "take-gone": "on", "text-gone": "y", "article": "tax-card"}
    anna.send(path, act="answer", **gone)
    assert "has settled one of these questions meanwhile" in words(anna.get("/needs"))


def test_what_is_settled_has_no_page_any_more(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert anna.get("/needs/0123456789abcdef01").status_code == 404
    assert anna.get("/needs/nothing").status_code == 404


def test_a_counsellor_does_not_see_what_is_missing(newsroom: Newsroom) -> None:
    newsroom.house.add("piri", "counsellor")
    assert newsroom.house.visitor("piri").get("/needs").status_code == 403
