"""Topics over HTTP, without a script."""

import pytest

from bot.handoff.profile import Profile
from knowledge_base.documents import Topic
from tests.channels.console.conftest import Newsroom, Office, form_of, words, write


def topics(newsroom: Newsroom) -> list[tuple[str, str | None]]:
    return [(topic.id, topic.parent) for topic in newsroom.content().topics]


def test_what_nobody_changes_stays_as_it_was(newsroom: Newsroom) -> None:
    before = newsroom.content(), newsroom.version()
    assert write(newsroom.editor("anna"), "/topics/health").status_code == 303
    assert (newsroom.content(), newsroom.version()) == before


def test_a_topic_is_named_in_each_language_and_put_below_another(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    assert "Missing in: magyar" in words(anna.get("/topics"))
    write(anna, "/topics/health", name__hu="Egészség", parent="work", person="on")
    found = next(topic for topic in newsroom.content().topics if topic.id == "health")
    assert found == Topic(id="health", parent="work", name={"en": "Health", "hu": "Egészség"}, person=True)
    assert topics(newsroom) == [("work", None), ("health", "work")]
    assert newsroom.version() == before + 1
    assert "a person is offered" in words(anna.get("/topics"))


def test_a_new_topic_is_moved_and_removed(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert write(anna, "/add-topic", name__en="Daily life").headers["location"] == "/console/topics"
    anna.send("/topics/daily-life/move", act="up")
    assert topics(newsroom) == [("health", None), ("daily-life", None), ("work", None)]
    anna.send("/topics/daily-life/move", act="down")
    assert topics(newsroom)[-1] == ("daily-life", None)
    anna.send("/topics/daily-life/remove")
    assert "The topic was removed." in words(anna.get("/topics"))
    assert topics(newsroom) == [("health", None), ("work", None)]


def test_a_topic_in_use_stays_and_says_who_uses_it(newsroom: Newsroom, office: Office) -> None:
    anna = newsroom.editor("anna")
    write(anna, "/add-topic", name__en="Doctor", parent="health")
    newsroom.house.add("piri", "counsellor")
    piri = newsroom.house.member("piri")
    assert newsroom.house.service.desk is not None
    profile = Profile(languages=["hu"], topics=["health"])
    newsroom.house.call(newsroom.house.service.desk.introduce, piri, profile)
    anna.send("/topics/health/remove")
    page = words(anna.get("/topics/health"))
    assert "It is in use, so it stays: 1 article, 1 notice, 1 contact, 1 topic below it, 1 counsellor." in page
    assert ("health", None) in topics(newsroom)


@pytest.mark.parametrize(
    ("path", "changes", "told"),
    [
        ("/topics/health", {"name__en": ""}, "Please write something here."),
        ("/topics/health", {"parent": "health"}, "A topic cannot stand below itself"),
        ("/topics/health", {"parent": "gone"}, "These were removed meanwhile: gone."),
        ("/add-topic", {"name__en": "Wellbeing", "id": "health"}, "There is one with this id already."),
        ("/add-topic", {"name__en": "Health", "id": "Health!"}, "Please write small letters"),
        ("/add-topic", {"name__en": ""}, "Please write something here."),
    ],
)
def test_a_wrong_topic_comes_back_with_what_was_typed(
    newsroom: Newsroom, path: str, changes: dict[str, str], told: str
) -> None:
    anna, before = newsroom.editor("anna"), newsroom.content()
    page = write(anna, path, **changes)
    assert page.status_code == 422
    assert told in words(page)
    assert newsroom.content() == before


def test_a_topic_is_not_offered_below_itself(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, "/topics/work", parent="health")
    page = anna.get("/topics/health").text
    assert '<option value="work"' not in page
    assert '<option value="health"' in anna.get("/topics/work").text


def test_two_editors_name_it_in_two_languages(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    opened = bela.get("/topics/health")
    write(anna, "/topics/health", name__hu="Egészség", parent="work")
    page = write(bela, "/topics/health", "save", opened, name__de="Gesundheit")
    assert page.status_code == 409
    assert (form_of(page)["name-hu"], form_of(page)["parent"]) == ("Egészség", "work")
    assert write(bela, "/topics/health", "save", page).status_code == 303
    found = next(topic for topic in newsroom.content().topics if topic.id == "health")
    assert found.name == {"en": "Health", "hu": "Egészség", "de": "Gesundheit"}


def test_what_was_written_into_a_topic_that_a_colleague_removed_is_not_lost(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    write(anna, "/add-topic", name__en="Pets")
    opened = bela.get("/topics/pets")
    anna.send("/topics/pets/remove")
    page = write(bela, "/topics/pets", "save", opened, name__hu="Kisállatok")
    assert page.status_code == 409
    assert "A colleague has deleted this meanwhile." in words(page)
    assert write(bela, "/add-topic", "save", page).status_code == 303
    assert ("pets", None) in topics(newsroom)


def test_what_there_is_not_is_missing(newsroom: Newsroom) -> None:
    assert newsroom.editor("anna").get("/topics/nothing").status_code == 404
