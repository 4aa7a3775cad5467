"""Contacts over HTTP, without a script."""

import pytest

from knowledge_base.documents import Contact, Hours
from tests.channels.console.conftest import Newsroom, Visitor, form_of, words, write

LINE = "/contacts/help-line"
NEW = {"name": "Law clinic", "topics__0": "work", "purpose__en": "Helps", "sources__0__title": "Its website"}


def contact(newsroom: Newsroom, id: str = "help-line") -> Contact:
    return next(one for one in newsroom.content().contacts if one.id == id)


def test_what_nobody_changes_stays_as_it_was(newsroom: Newsroom) -> None:
    before = newsroom.content(), newsroom.version()
    assert write(newsroom.editor("anna"), LINE).status_code == 303
    assert (newsroom.content(), newsroom.version()) == before


def test_a_contact_is_changed_in_all_that_it_says(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    changes = {
        "name": "Helpline",
        "purpose__de": "Beantwortet Fragen",
        "purpose__hu": "",
        "phones__0__note__hu": "ingyenes",
        "phones__1__number": "+36 80 111 111",
        "hours__mon": "8:00-12:00, 13-16.30",
        "hours__tue": "8-12",
        "hours_note__en": "In August by appointment.",
        "languages__uk": "on",
        "crisis": "on",
        "email": "help@example.org",
        "website": "https://example.org",
        "address": "Budapest, Fő utca 1",
    }
    assert write(anna, LINE, **changes).headers["location"] == "/console/contacts"
    found = contact(newsroom)
    assert (found.name, found.languages, found.crisis) == ("Helpline", ["uk"], True)
    assert found.purpose == {"en": "Answers questions", "de": "Beantwortet Fragen"}
    assert [(phone.number, phone.note) for phone in found.phones] == [
        ("+36 1 234 5678", {"en": "free", "hu": "ingyenes"}),
        ("+36 80 111 111", {}),
    ]
    assert found.hours == [
        Hours(days=["mon", "tue"], opens="08:00", closes="12:00"),
        Hours(days=["mon"], opens="13:00", closes="16:30"),
    ]
    assert newsroom.version() == before + 1


def test_a_contact_is_shown_as_a_migrant_sees_it_now(newsroom: Newsroom) -> None:
    # It is Sunday.
    anna = newsroom.editor("anna")
    write(anna, LINE, hours__mon="8-12", crisis="on")
    page = words(anna.get("/contacts"))
    assert "for danger" in page
    assert "Closed now. Opens: Monday 8:00" in page
    preview = words(anna.get(LINE))
    assert "Closed now. Opens: Monday 8:00" in preview
    form = form_of(anna.get(LINE)) | {"hours-sun": "12-14", "reader": "hu"}
    card = anna.send(f"{LINE}/preview", **{key: said for key, said in form.items() if key != "csrf"})
    assert "Válaszol a kérdésekre" in words(card)
    assert "Most nyitva" in words(card)
    assert "What you write is not a whole text yet." in words(anna.send("/add-contact/preview", name="x"))


def test_contacts_are_found_by_words(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert "Help line" in words(anna.get("/contacts?words=KÉRDÉS"))
    assert "Help line" in words(anna.get("/contacts?words=kerdes"))
    assert "There is none with these words." in words(anna.get("/contacts?words=nothing"))


def test_a_new_contact_is_named_after_itself(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    for id in ("law-clinic", "law-clinic-2"):
        assert write(anna, "/add-contact", **NEW).status_code == 303
        assert contact(newsroom, id).country == "HU"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "Please write something here."),
        ({"purpose__en": "", "purpose__hu": ""}, "Please write something here."),
        ({"hours__mon": "8-12, morning"}, "These are no hours: morning."),
        ({"hours__mon": "12-8"}, "These are no hours: 12-8."),
        ({"phones__0__number": ""}, "Please write something here."),
        ({"phones__1__note__hu": "csak este"}, "Please write something here."),
        ({"website": "example.org"}, "This is no web address"),
        ({"topics__0": ""}, "Please choose at least one."),
        ({"country": "Hungary"}, "Please choose one of these."),
        ({"sources__0__title": ""}, "Please write something here."),
        ({"topics__0": "gone"}, "These were removed meanwhile: gone."),
    ],
)
def test_a_wrong_contact_comes_back_with_what_was_typed(newsroom: Newsroom, changes: dict[str, str], told: str) -> None:
    anna, before = newsroom.editor("anna"), newsroom.content()
    page = write(anna, LINE, **{"address": "Fő utca 1", "hours__fri": "8-12", **changes})
    assert page.status_code == 422
    assert told in words(page)
    form = form_of(page)
    assert (form["address"], form["hours-fri"]) == ("Fő utca 1", "8-12")
    assert newsroom.content() == before


def test_two_editors_changes_are_put_together(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    opened = bela.get(LINE)
    write(anna, LINE, hours__mon="8-12", phones__0__number="+36 1 111 1111", languages__uk="on")
    page = write(bela, LINE, "save", opened, hours__tue="9-13", phones__0__number="+36 1 222 2222")
    assert page.status_code == 409
    form = form_of(page)
    assert (form["hours-mon"], form["hours-tue"], form["languages-uk"]) == ("08:00-12:00", "9-13", "on")
    assert form["phones-0-number"] == "+36 1 222 2222"
    assert "Your colleague wrote: +36 1 111 1111" in words(page)
    assert write(bela, LINE, "save", page).status_code == 303
    assert contact(newsroom).phones[0].number == "+36 1 222 2222"


@pytest.mark.parametrize("path", ["/contacts/nothing", "/contacts/Nothing"])
def test_what_there_is_not_is_missing(newsroom: Newsroom, path: str) -> None:
    assert newsroom.editor("anna").get(path).status_code == 404


def add_clinic(newsroom: Newsroom, login: str = "anna") -> Visitor:
    anna = newsroom.editor(login)
    assert write(anna, "/add-contact", **NEW).status_code == 303
    return anna


def test_a_contact_that_nobody_names_is_deleted_and_that_is_recorded(newsroom: Newsroom) -> None:
    anna = add_clinic(newsroom)
    before = newsroom.version()
    anna.get("/contacts/law-clinic")
    response = anna.send("/contacts/law-clinic/remove")
    assert response.headers["location"] == "/console/contacts"
    assert "The contact was deleted." in words(anna.get("/contacts"))
    assert "law-clinic" not in {one.id for one in newsroom.content().contacts}
    assert newsroom.version() == before + 1
    newsroom.house.add("vera", "admin")
    assert "Contact deleted law-clinic" in words(newsroom.house.visitor("vera").get("/audit"))


def test_a_contact_that_the_site_names_stays_and_the_site_is_named(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    anna.get(LINE)
    page = anna.send(f"{LINE}/remove")
    assert page.status_code == 409
    assert "It stays, for these name it. Take it out there first: the site Kalauz Hungary" in words(page)
    assert contact(newsroom)


def test_a_contact_that_an_article_names_stays_with_the_way_to_its_facts(newsroom: Newsroom) -> None:
    anna = add_clinic(newsroom)
    write(anna, "/content/health-card/facts", contacts__0="law-clinic")
    anna.get("/contacts/law-clinic")
    page = anna.send("/contacts/law-clinic/remove")
    assert page.status_code == 409
    assert 'href="/console/content/health-card/facts"><bdi lang="en">Health card</bdi>' in page.text
    assert form_of(page)["name"] == "Law clinic"
    assert contact(newsroom, "law-clinic")


def test_what_was_typed_over_a_deleted_contact_is_not_lost(newsroom: Newsroom) -> None:
    anna, bela = add_clinic(newsroom), newsroom.editor("bela")
    mine = bela.get("/contacts/law-clinic")
    anna.get("/contacts/law-clinic")
    anna.send("/contacts/law-clinic/remove")
    page = write(bela, "/contacts/law-clinic", page=mine, address="Budapest")
    assert page.status_code == 409
    assert "A colleague has deleted this meanwhile." in words(page)
    assert write(bela, "/contacts/law-clinic", page=page).status_code == 303
    assert contact(newsroom, "law-clinic").address == "Budapest"
