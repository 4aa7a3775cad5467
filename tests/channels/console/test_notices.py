"""Notices over HTTP, without a script."""

from datetime import timedelta

import pytest

from knowledge_base.documents import Notice, NoticeText
from tests import builders
from tests.channels.console.conftest import Newsroom, form_of, words, write
from tests.knowledge_base.stored import take_in

CLOSED = "/notices/office-closed"
NEW = {
    "valid_from__day": "2026-11-20",
    "topics__0": "health",
    "texts__en__title": "Flu season",
    "texts__en__text": "Wear a mask since {valid_from}.",
}


def notice(newsroom: Newsroom, id: str = "office-closed") -> Notice:
    return next(one for one in newsroom.content().notices if one.id == id)


def add(newsroom: Newsroom, *notices: Notice) -> None:
    content = newsroom.content()
    newsroom.house.call(take_in, newsroom.house.database, content.model_copy(update={"notices": list(notices)}))


def test_the_list_says_what_runs_what_will_and_what_did(newsroom: Newsroom) -> None:
    add(
        newsroom,
        builders.notice("later", valid_from="2026-12-24T00:00", valid_until=None),
        builders.notice("over", valid_until="2026-11-21T24:00"),
    )
    page = words(newsroom.editor("anna").get("/notices"))
    running, scheduled, ended = (page.index(heading) for heading in ("Shown now (1)", "Not shown yet (1)", "Over (1)"))
    assert running < scheduled < ended
    assert "from December 24, 2026 · without an end" in page[scheduled:ended]
    assert "from June 6, 2026 · until November 21, 2026" in page[ended:]
    assert "Missing in: magyar , Deutsch" in page


def test_what_nobody_changes_stays_as_it_was(newsroom: Newsroom) -> None:
    before = newsroom.content(), newsroom.version()
    assert write(newsroom.editor("anna"), CLOSED).status_code == 303
    assert (newsroom.content(), newsroom.version()) == before


def test_a_new_notice_is_named_after_its_title_in_the_sites_time(newsroom: Newsroom) -> None:
    anna, before = newsroom.editor("anna"), newsroom.version()
    assert write(anna, "/add-notice", **NEW).headers["location"] == "/console/notices"
    found = notice(newsroom, "flu-season")
    assert (found.valid_from, found.valid_until, found.time_zone) == ("2026-11-20T00:00", None, "Europe/Budapest")
    assert (found.countries, found.topics) == (["HU"], ["health"])
    assert newsroom.version() == before + 1
    assert "The notice was saved" in words(anna.get("/notices"))


def test_a_day_without_a_time_is_meant_whole(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    changes = {"valid_from__time": "9.30", "valid_until__day": "2026-11-27", "valid_until__time": ""}
    write(anna, CLOSED, **changes)
    found = notice(newsroom)
    assert (found.valid_from, found.valid_until) == ("2026-06-06T09:30", "2026-11-27T24:00")
    assert form_of(anna.get(CLOSED))["valid_until-time"] == ""


def test_a_translation_is_added_beside_the_others(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert "Missing in: magyar , Deutsch" in words(anna.get(CLOSED))
    write(anna, CLOSED, texts__hu__title="Zárva", texts__hu__text="{valid_from} óta zárva.")
    assert notice(newsroom).texts["hu"] == NoticeText(title="Zárva", text="{valid_from} óta zárva.")
    page = words(anna.get(CLOSED))
    assert "Missing in: Deutsch" in page
    assert "2026. június 6. óta zárva." in page


def test_the_preview_shows_each_language_with_its_days(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    form = form_of(anna.get(CLOSED)) | {"texts-ar-title": "مغلق", "texts-ar-text": "مغلق منذ {valid_from}."}
    page = anna.send(f"{CLOSED}/preview", **{key: said for key, said in form.items() if key != "csrf"})
    assert "The office is closed since June 6, 2026." in words(page)
    assert "مغلق منذ 6 يونيو 2026." in words(page)
    assert "<html" not in page.text
    broken = anna.send("/add-notice/preview", title="")
    assert "What you write is not a whole notice yet." in words(broken)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"valid_from__day": ""}, "Please write something here."),
        ({"valid_from__day": "2026-02-30"}, "This is no day such as 2026-12-24."),
        ({"valid_from__day": "0026-02-03"}, "This is no day such as 2026-12-24."),
        ({"valid_from__time": "25:00"}, "This is no time such as 8:00 or 24:00."),
        ({"valid_from__time": "noon"}, "This is no time such as 8:00 or 24:00."),
        ({"valid_until__day": "", "valid_until__time": "8:00"}, "This is no day such as 2026-12-24."),
        ({"valid_until__day": "2026-06-05"}, "It has to end after it begins."),
        ({"valid_until__day": "2026-06-06", "valid_until__time": "0:00"}, "It has to end after it begins."),
        ({"texts__en__text": "Until {when}."}, "{when} is no date. There are {valid_from} and {valid_until}."),
        ({"texts__en__text": "Until {valid_until}.", "valid_until__day": ""}, "please say when it ends"),
        ({"texts__en__title": "Until {valid_until}"}, "A title cannot say a date"),
        ({"texts__en__text": ""}, "Please write something here."),
        ({"texts__hu__title": "Zárva"}, "Please write something here."),
        ({"countries__HU": ""}, "Please choose at least one."),
        ({"sources__0__url": "x"}, "Please write something here."),
    ],
)
def test_a_wrong_notice_comes_back_with_what_was_typed(newsroom: Newsroom, changes: dict[str, str], told: str) -> None:
    anna, before = newsroom.editor("anna"), newsroom.content()
    page = write(anna, CLOSED, **{"texts__ar__title": "مغلق", "texts__ar__text": "مغلق", **changes})
    assert page.status_code == 422
    assert told in words(page)
    form = form_of(page)
    assert form["texts-ar-title"] == "مغلق"
    assert {key: form.get(key.replace("__", "-"), "") for key in changes} == changes
    assert newsroom.content() == before


def test_a_notice_without_any_text_or_on_a_topic_that_is_gone_is_refused(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    empty = write(anna, CLOSED, texts__en__title="", texts__en__text="")
    assert (empty.status_code, "Please write something here." in words(empty)) == (422, True)
    gone = write(anna, CLOSED, topics__0="gone")
    assert (gone.status_code, "These were removed meanwhile: gone." in words(gone)) == (422, True)


def test_two_editors_write_two_languages_at_once(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    opened = bela.get(CLOSED)
    write(anna, CLOSED, texts__hu__title="Zárva", texts__hu__text="Zárva.", texts__en__title="Closed")
    page = write(bela, CLOSED, "save", opened, texts__de__title="Zu", texts__de__text="Zu.", texts__en__title="Shut")
    assert page.status_code == 409
    form = form_of(page)
    assert [form[f"texts-{tag}-title"] for tag in ("en", "hu", "de")] == ["Shut", "Zárva", "Zu"]
    assert "Your colleague wrote: Closed" in words(page)
    write(bela, CLOSED, "save", page)
    assert {tag: said.title for tag, said in notice(newsroom).texts.items()} == {
        "en": "Shut",
        "hu": "Zárva",
        "de": "Zu",
    }


def test_a_running_notice_is_ended_now(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert "End this notice now" in words(anna.get(CLOSED))
    anna.send(f"{CLOSED}/end")
    assert not notice(newsroom).is_live(newsroom.house.now())
    page = words(anna.get("/notices"))
    assert "The notice is over: nobody sees it any more." in page
    assert "Over (1)" in page
    assert "End this notice now" not in words(anna.get(CLOSED))
    anna.send(f"{CLOSED}/end")
    assert "It was not shown any more." in words(anna.get("/notices"))


def test_a_notice_that_has_not_begun_is_deleted_and_no_other(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    add(newsroom, builders.notice("later", valid_from="2026-11-23T00:00"))
    assert "Delete this notice" in words(anna.get("/notices/later"))
    newsroom.house.goes_on(timedelta(hours=2))
    anna.send(f"{CLOSED}/delete")
    assert "It is shown already: please end it instead." in words(anna.get(CLOSED))
    anna.get("/notices/later")
    anna.send("/notices/later/delete")
    assert "The notice was deleted." in words(anna.get("/notices"))
    assert anna.get("/notices/later").status_code == 404


def test_what_was_written_into_a_notice_that_a_colleague_deleted_is_not_lost(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    add(newsroom, builders.notice("later", valid_from="2026-12-24T00:00"))
    opened = bela.get("/notices/later")
    anna.get("/notices/later")
    anna.send("/notices/later/delete")
    page = write(bela, "/notices/later", "save", opened, texts__hu__title="Zárva", texts__hu__text="Zárva.")
    assert page.status_code == 409
    assert "A colleague has deleted this meanwhile." in words(page)
    assert (form_of(page)["texts-hu-title"], form_of(page)["id"]) == ("Zárva", "later")
    assert write(bela, "/add-notice", "save", page).status_code == 303
    assert notice(newsroom, "later").texts["hu"].title == "Zárva"


@pytest.mark.parametrize("path", ["/notices/nothing", "/notices/Nothing"])
def test_what_there_is_not_is_missing(newsroom: Newsroom, path: str) -> None:
    assert newsroom.editor("anna").get(path).status_code == 404


def test_a_notice_in_a_language_that_the_site_does_not_serve_keeps_it(newsroom: Newsroom) -> None:
    add(newsroom, builders.notice("sign", texts={"so": NoticeText(title="Xiran", text="Xiran.")}))
    anna = newsroom.editor("anna")
    write(anna, "/notices/sign", texts__en__title="Closed", texts__en__text="Closed.")
    assert set(notice(newsroom, "sign").texts) == {"so", "en"}
