"""What is true of an article, its beginning and its withdrawal, over HTTP without a script."""

import pytest

from knowledge_base.status import translation_state
from tests.channels.console.conftest import Newsroom, form_of, words, write

FACTS = "/content/health-card/facts"


def test_what_nobody_changes_stays_as_it_was(newsroom: Newsroom) -> None:
    before = newsroom.content(), newsroom.version()
    assert write(newsroom.editor("anna"), FACTS).status_code == 303
    assert (newsroom.content(), newsroom.version()) == before


def test_changed_facts_are_on_the_articles_page_and_in_the_content_at_once(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    changes = {
        "kind": "directory",
        "topics__1": "work",
        "audience__asylum": "on",
        "purpose__study": "on",
        "phase": "return",
        "contacts__0": "help-line",
        "sources__1__title": "The new law",
        "as_of": "2026",
        "confidence": "low",
        "volatile": "on",
        "verify": "Does it\r\nstill cost nothing?",
    }
    assert write(anna, FACTS, **changes).headers["location"] == "/console/content/health-card"
    facts = newsroom.article().facts
    assert (facts.kind, facts.topics, facts.contacts) == ("directory", ["health", "work"], ["help-line"])
    assert (facts.audience, facts.purpose, facts.phase) == (["all", "asylum"], ["study"], "return")
    assert [source.title for source in facts.sources] == ["Office leaflet", "The new law"]
    assert (facts.as_of, facts.confidence, facts.volatile) == ("2026", "low", True)
    assert facts.verify == "Does it still cost nothing?"
    assert newsroom.version() == before + 1
    page = words(anna.get("/content/health-card"))
    assert "The facts were saved" in page
    assert "people who asked for asylum or have it" in page
    assert "Help line" in page


def test_what_is_emptied_is_taken_out(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, FACTS, topics__1="work", sources__1__title="Another")
    write(anna, FACTS, topics__0="", sources__0__title="", sources__0__url="", as_of="")
    facts = newsroom.article().facts
    assert (facts.topics, [one.title for one in facts.sources], facts.as_of) == (["work"], ["Another"], None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sources__0__title": "", "sources__0__url": ""}, "Please write something here."),
        ({"sources__0__title": ""}, "Please write something here."),
        ({"sources__0__url": "example.org"}, "This is no web address"),
        ({"topics__0": ""}, "Please choose at least one."),
        ({"audience__all": ""}, "Please choose at least one."),
        ({"kind": "novel"}, "Please choose one of these."),
        ({"verify": "x" * 1001}, "Please write 1 to 1000 characters."),
        ({"as_of": "a\x07b"}, "There is a character here that cannot be shown."),
        ({"kind": "procedure"}, "Its published texts have no steps"),
        ({"topics__0": "gone"}, "These were removed meanwhile: gone."),
        ({"contacts__0": "gone"}, "These were removed meanwhile: gone."),
    ],
)
def test_wrong_facts_come_back_with_what_was_typed(newsroom: Newsroom, changes: dict[str, str], told: str) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    page = write(anna, FACTS, **{"as_of": "the day before", **changes})
    assert page.status_code == 422
    assert told in words(page)
    assert form_of(page)["as_of"] in ("the day before", changes.get("as_of"))
    assert newsroom.version() == before


def test_room_for_more_sources_is_made_without_saving(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, FACTS, "more-sources", sources__1__title="Another")
    assert {"sources-2-title", "sources-2-url"} <= form_of(page).keys()
    page = write(anna, FACTS, "more-sources", page)
    assert "sources-3-title" in form_of(page)
    page = write(anna, FACTS, "more-topics", page)
    assert {"topics-1", "topics-2"} <= form_of(page).keys()
    assert form_of(page)["sources-1-title"] == "Another"
    assert len(newsroom.article().facts.sources) == 1


def test_two_editors_changes_are_put_together(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    opened = bela.get(FACTS)
    write(anna, FACTS, as_of="2025", verify="Anna's question", sources__1__title="Anna's source")
    page = write(bela, FACTS, "save", opened, verify="Béla's question", confidence="low", topics__1="work")
    assert page.status_code == 409
    assert "A colleague has changed this while you wrote." in words(page)
    both = form_of(page)
    assert (both["as_of"], both["confidence"], both["topics-1"]) == ("2025", "low", "work")
    assert both["sources-1-title"] == "Anna's source"
    assert both["verify"] == "Béla's question"
    assert "Your colleague wrote: Anna's question" in words(page)
    assert newsroom.article().facts.verify == "Anna's question"
    assert write(bela, FACTS, "save", page).status_code == 303
    facts = newsroom.article().facts
    assert (facts.as_of, facts.confidence, facts.verify) == ("2025", "low", "Béla's question")


@pytest.mark.parametrize("over", ["", "x", "{}", "null", '{"kind": "faq"}'])
def test_a_form_that_does_not_say_what_it_changes_overwrites_nothing(newsroom: Newsroom, over: str) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, FACTS, over=over, as_of="1999")
    assert page.status_code == 409
    assert form_of(page)["as_of"] == "1999"
    assert "Your colleague wrote: 2024" in words(page)


NEW = {"title": "Fishing licence", "body": "The **club** sells it.", "topics__0": "work", "sources__0__title": "Club"}


def test_an_article_is_begun_and_its_text_is_a_draft(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    response = write(anna, "/add-article", **NEW)
    assert response.headers["location"] == "/console/content/fishing-licence/en"
    article = newsroom.article("fishing-licence")
    draft = article.translations["en"].draft
    assert draft is not None
    assert (draft.text.title, draft.text.body) == ("Fishing licence", "The **club** sells it.")
    assert (article.facts.kind, article.facts.country, article.facts.topics) == ("faq", "HU", ["work"])
    assert translation_state(article, "en") == "draft"
    assert newsroom.version() == before
    assert "Nobody reads it before you publish" in words(anna.get("/content/fishing-licence/en"))
    assert write(anna, "/content/fishing-licence/en", "major").status_code == 303
    assert newsroom.version() == before + 1


def test_the_first_text_keeps_its_paragraphs_and_may_be_written_later(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    for id, body in (("paragraphs", "One.\r\n\r\n- two"), ("later", "")):
        write(anna, "/add-article", **{**NEW, "id": id, "body": body})
        draft = newsroom.article(id).translations["en"].draft
        assert draft is not None
        assert draft.text.body == body.replace("\r\n", "\n")


def test_two_articles_with_one_title_get_two_ids(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    for id in ("fishing-licence", "fishing-licence-2"):
        assert write(anna, "/add-article", **NEW).headers["location"] == f"/console/content/{id}/en"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "Health Card"}, "Please write small letters"),
        ({"id": "health-card"}, "There is one with this id already."),
        ({"title": ""}, "Please write something here."),
        ({"title": "<b>", "body": "The **club** sells it.\r\n\r\n<b>now</b>"}, "Line 3 cannot be shown."),
        ({"title": "?!"}, "Please write something here."),
        ({"title": "x" * 121, "id": "x"}, "Please write 1 to 120 characters."),
        ({"topics__0": ""}, "Please choose at least one."),
    ],
)
def test_a_beginning_that_cannot_be_keeps_what_was_typed(
    newsroom: Newsroom, changes: dict[str, str], told: str
) -> None:
    page = write(newsroom.editor("anna"), "/add-article", **{**NEW, **changes})
    assert page.status_code == 422
    assert told in words(page)
    assert form_of(page)["body"].startswith("The **club** sells it.")
    assert len(newsroom.content().articles) == 2


def test_a_text_is_withdrawn_and_published_again(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.content()
    anna.get("/content/health-card")
    anna.send("/content/health-card/withdraw", language="hu")
    page = words(anna.get("/content/health-card"))
    assert "Withdrawn: magyar." in page
    assert "Egészségügyi kártya withdrawn" in page
    assert newsroom.article().translations["hu"].published is None
    anna.send("/content/health-card/put-back", language="hu")
    assert "Published again: magyar." in words(anna.get("/content/health-card"))
    assert newsroom.content() == before


def test_a_whole_article_is_withdrawn_and_published_again(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.content()
    anna.get("/content/health-card")
    anna.send("/content/health-card/withdraw", language="")
    assert all(one.published is None for one in newsroom.article().translations.values())
    anna.send("/content/health-card/withdraw", language="")
    assert "There was nothing to withdraw." in words(anna.get("/content/health-card"))
    anna.send("/content/health-card/put-back", language="")
    anna.send("/content/health-card/put-back", language="")
    assert "There was nothing to put back." in words(anna.get("/content/health-card"))
    assert newsroom.content() == before


def test_what_does_not_fit_its_kind_any_more_is_not_published_again(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    anna.get("/content/health-card")
    anna.send("/content/health-card/withdraw", language="")
    write(anna, FACTS, kind="procedure")
    anna.send("/content/health-card/put-back", language="")
    assert "It does not fit the article's kind any more" in words(anna.get("/content/health-card"))


def test_what_follows_a_withdrawal_can_be_a_minor_change(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    anna.get("/content/health-card")
    anna.send("/content/health-card/withdraw", language="en")
    assert "Publish as a minor change" in words(anna.get("/content/health-card/en"))
    assert "Publish as a minor change" not in words(anna.get("/content/health-card/de"))
