"""The editors' pages over HTTP, without a script."""

import re
from datetime import timedelta

import pytest

from bot import records
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, NoticeText
from tests import builders
from tests.channels.console.conftest import Newsroom, Visitor, form_of, words, write
from tests.conftest import NOW
from tests.knowledge_base.stored import take_in

CARD = "/content/health-card"


def outdated(newsroom: Newsroom) -> Visitor:
    """An editor, after the English card was changed; the Hungarian one was not yet."""
    anna = newsroom.editor("anna")
    assert (
        write(anna, f"{CARD}/en", "major", section__0__text="The office gives you a plastic card.").status_code == 303
    )
    return anna


def test_the_list_says_what_needs_an_editor(newsroom: Newsroom) -> None:
    anna = outdated(newsroom)
    page = words(anna.get("/content?language=hu"))
    assert "Outdated translations (1) Egészségügyi kártya" in page
    assert "Missing translations (1) Tax card" in page
    assert "Articles (2)" in page
    assert "Outdated translations" not in words(anna.get("/content?language=hu&topic=work"))
    assert "Nothing needs you today." in words(anna.get("/content?words=nothing"))
    assert "In other languages" not in words(anna.get("/content?words=nothing"))


def test_who_has_nothing_to_do_in_one_language_is_shown_what_there_is_in_others(newsroom: Newsroom) -> None:
    page = outdated(newsroom).get("/content")
    assert "Nothing needs you today in this language: English." in words(page)
    assert "Nothing needs you today. " not in words(page)
    assert "In other languages Outdated translations (1) Missing translations (17) Show all languages" in words(page)
    assert 'href="/console/content?topic=&amp;country=&amp;language=&amp;words=&amp;only=outdated"' in page.text
    assert "Outdated translations (1) Egészségügyi kártya magyar" in words(
        newsroom.house.visitor("anna").get("/content?language=&only=outdated")
    )


def test_a_list_says_how_much_more_there_is_in_other_languages(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    for language in ("en", "hu", "de", "uk"):
        write(anna, f"{CARD}/{language}", title="New words", section__0__text="A draft.")
    for path in ("/content", "/content?language=hu", "/content?only=draft"):
        page = anna.get(path)
        assert "Drafts to finish (1) New words" in words(page)
        assert "3 more in other languages : Drafts to finish" in words(page)
    assert "language=&amp;words=&amp;only=draft" in page.text
    assert "more in other languages" not in words(anna.get("/content?language="))


def test_what_is_missing_is_counted_by_language_where_all_are_chosen(newsroom: Newsroom) -> None:
    page = newsroom.editor("anna").get("/content?language=")
    assert "Missing translations (17) magyar (1) Deutsch (2) українська (2) العربية (2)" in words(page)
    assert "Show all : Missing" not in words(page)
    assert "language=de&amp;words=&amp;only=missing" in page.text
    alone = words(newsroom.house.visitor("anna").get("/content?language=&only=missing"))
    assert "Missing translations (17) magyar (1)" in alone
    assert "Page 1" not in alone


@pytest.mark.parametrize("query", ["", "?language=en", "?language=hu", "?language="])
def test_what_colleagues_wait_for_stands_in_everybodys_list_whatever_its_language(
    newsroom: Newsroom, query: str
) -> None:
    olena, anna = newsroom.editor("olena", "uk"), newsroom.editor("anna")
    write(olena, f"{CARD}/uk", "review", title="Картка", section__0__text="Картка.")
    write(olena, f"{CARD}/de", "review", title="Karte", section__0__text="Karte.")
    anna.get(f"{CARD}/de")
    anna.send(f"{CARD}/de/give-back", remark="Which card?")
    write(olena, f"{CARD}/ar", "plan-major", title="بطاقة", section__0__text="بطاقة.", plan__day="2026-11-30")
    write(olena, f"{CARD}/ar", title="البطاقة")
    page = words(anna.get(f"/content{query}"))
    assert "Not published as planned (1) Health card العربية" in page
    assert "Given back (1) Health card Deutsch · Asked by olena" in page
    assert "To review (1) Health card українська · Asked by olena" in page
    assert "Nothing needs you" not in page
    assert "To review" not in words(anna.get(f"/content{query or '?'}&topic=work"))


def test_what_is_planned_in_other_languages_is_counted(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, f"{CARD}/de", "plan-major", title="Karte", section__0__text="Karte.", plan__day="2026-11-30")
    page = words(anna.get("/content"))
    assert "Planned by anna" not in page
    assert "Planned to be published (1)" in page.partition("In other languages")[2]
    assert "Health card Deutsch" in words(anna.get("/content?language="))


def test_facts_of_contacts_are_to_be_confirmed_as_those_of_articles_are(newsroom: Newsroom) -> None:
    async def prepare(database: Database) -> None:
        async with database.transaction() as session:
            line = builders.contact("night-line", name="Night line", topics=["work"], verify="Who <b>picks</b> up?")
            await repository.save_document(session, line)
            unsure = builders.article().model_copy(update={"facts": builders.facts(confidence="low")})
            await repository.save_facts(session, unsure)

    anna, house = newsroom.editor("anna"), newsroom.house
    assert "Facts to confirm" not in words(anna.get("/content"))
    house.call(prepare, house.database)
    page = anna.get("/content")
    told = "Facts to confirm (2) Health card How sure we are: low Night line Contacts Who <b>picks</b> up?"
    assert told in words(page)
    assert '<a href="/console/contacts/night-line">' in page.text
    assert anna.get("/contacts/night-line").status_code == 200
    for query in ("topic=work", "words=night", "country=HU&words=LINE", "only=verify&words=night"):
        assert "Facts to confirm (1) Night line" in words(anna.get(f"/content?{query}"))
    for query in ("topic=health", "words=card"):
        assert "Facts to confirm (1) Health card" in words(anna.get(f"/content?{query}"))
    assert "Facts to confirm" not in words(anna.get("/content?country=SK"))


def test_the_list_begins_with_the_editors_own_language(newsroom: Newsroom) -> None:
    judit = newsroom.editor("judit", "hu")
    assert '<option value="hu" lang="hu" selected>' in judit.get("/content").text
    assert '<option value="hu" lang="hu" selected>' not in judit.get("/content?language=").text


def test_a_draft_is_listed_and_found_again(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    response = write(anna, f"{CARD}/en", title="Card <b>of</b> health")
    assert response.headers["location"] == f"/console{CARD}/en"
    page = anna.get(f"{CARD}/en")
    assert "The draft was saved." in words(page)
    assert form_of(page)["title"] == "Card <b>of</b> health"
    assert "<b>of</b>" not in page.text
    assert "Drafts to finish (1)" in words(anna.get("/content"))
    assert "with a newer draft" in words(anna.get(CARD))


def test_an_article_shows_its_facts_and_the_state_of_its_texts(newsroom: Newsroom) -> None:
    page = words(outdated(newsroom).get(CARD))
    assert "magyar: Egészségügyi kártya outdated" in page
    assert "Office leaflet" in page
    assert "Health" in page
    assert "Deutsch" in page


def test_what_is_published_is_what_was_written(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    before = newsroom.version()
    response = write(anna, f"{CARD}/en", "minor", title="Card of health")
    assert response.headers["location"] == f"/console{CARD}"
    assert newsroom.version() == before + 1
    published = newsroom.article().translations["en"].published
    assert published is not None
    assert (published.text.title, published.text.body) == ("Card of health", "The office gives you a health card.")
    assert "Published, a minor change" in words(admin(newsroom).get("/audit"))


def admin(newsroom: Newsroom) -> Visitor:
    newsroom.house.add("vera", "admin")
    return newsroom.house.visitor("vera")


def test_a_translator_sees_what_has_changed_in_the_source(newsroom: Newsroom) -> None:
    page = outdated(newsroom).get(f"{CARD}/hu")
    assert "The source text has changed since this translation" in words(page)
    assert "gives you a <del>health</del><ins>plastic</ins> card." in page.text


def test_a_translation_is_up_to_date_only_when_its_translator_says_so(newsroom: Newsroom) -> None:
    anna = outdated(newsroom)
    write(anna, f"{CARD}/hu", "minor", title="Kártya")
    assert "magyar: Kártya outdated" in words(anna.get(CARD))
    page = anna.get(f"{CARD}/hu")
    found = re.search(r'name="rendered" value="(\d+)"', page.text)
    assert found is not None
    write(anna, f"{CARD}/hu", "minor", rendered=found[1])
    assert "outdated" not in words(anna.get(CARD))
    assert "The source text has changed" not in words(anna.get(f"{CARD}/hu"))


def test_a_new_translation_has_room_for_all_of_its_source(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    path = "/content/tax-card/de"
    form = form_of(anna.get(path))
    assert {"section-1-heading", "section-1-text", "step-1-title", "step-1-deadline"} <= form.keys()
    steps = {"step__0__title": "Ausfüllen", "step__0__papers": "Pass\r\nFoto", "step__1__title": "Abgeben"}
    assert write(anna, path, "major", title="Steuerkarte", section__0__text="Nötig.", **steps).status_code == 303
    published = newsroom.article("tax-card").translations["de"].published
    assert published is not None
    assert [step.papers for step in published.text.steps] == [["Pass", "Foto"], []]
    assert published.renders == 1


def test_two_editors_at_once_lose_nothing(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    own = form_of(bela.get(f"{CARD}/en")) | {"act": "save", "title": "Card", "section-0-text": "Béla's words."}
    write(anna, f"{CARD}/en", section__0__text="Anna's words.", questions="Where do I get it?")
    page = bela.send(f"{CARD}/en", **{key: said for key, said in own.items() if key != "csrf"})
    assert page.status_code == 409
    assert "A colleague has saved this text while you wrote." in words(page)
    together = form_of(page)
    assert (together["title"], together["questions"]) == ("Card", "Where do I get it?")
    assert together["section-0-text"] == "Béla's words."
    assert "Your colleague wrote: Béla Anna 's words." in words(page)
    again = bela.send(f"{CARD}/en", **{key: said for key, said in together.items() if key != "csrf"}, act="save")
    assert again.status_code == 303
    history = words(bela.get(f"{CARD}/en/revisions"))
    assert history.index("No. 3: Card") < history.index("No. 2: Health card") < history.index("No. 1: Health card")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "", "Please write something here."),
        ("title", "x" * 121, "Please write 1 to 120 characters."),
        ("section__0__text", "fine\n\n<b>x</b>", "Line 3 cannot be shown."),
        ("questions", "a\x07b", "There is a character here that cannot be shown."),
        ("section__1__heading", "Where", "Please write something here."),
    ],
)
def test_a_wrong_text_comes_back_with_what_was_typed(newsroom: Newsroom, field: str, value: str, told: str) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, f"{CARD}/en", "major", **{field: value})
    assert page.status_code == 422
    assert told in words(page)
    assert newsroom.article().translations["en"].draft is None


def test_what_cannot_be_published_says_why_and_stays_in_the_form(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    emptied = {f"step__{n}__{part}": "" for n in (0, 1) for part in ("title", "papers", "place", "fee", "deadline")}
    page = write(anna, "/content/tax-card/en", "major", title="No steps", **emptied)
    assert page.status_code == 422
    assert "A procedure needs a step before it can be published." in words(page)
    assert form_of(page)["title"] == "No steps"


def test_sections_are_added_and_moved_without_being_saved(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    page = write(anna, f"{CARD}/en", "section")
    assert "section-1-heading" in form_of(page)
    sent = form_of(page) | {"section-1-heading": "Where", "section-1-text": "There.", "act": "section"}
    page = anna.send(f"{CARD}/en", **{key: said for key, said in sent.items() if key != "csrf"})
    sent = form_of(page) | {"section-2-heading": "When", "section-2-text": "Now.", "act": "up-section-2"}
    page = anna.send(f"{CARD}/en", **{key: said for key, said in sent.items() if key != "csrf"})
    form = form_of(page)
    assert (form["section-1-heading"], form["section-2-heading"]) == ("When", "Where")
    assert newsroom.article().translations["en"].draft is None


def test_the_preview_shows_what_is_being_written(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    form = form_of(anna.get(f"{CARD}/en")) | {"section-0-text": "It is **free** & easy."}
    page = anna.send(f"{CARD}/en/preview", **{key: said for key, said in form.items() if key != "csrf"})
    assert "<strong>free</strong> &amp; easy" in page.text
    assert "It is <b>free</b> &amp; easy." in page.text.partition("On Telegram")[2]
    assert "<html" not in page.text
    broken = anna.send(f"{CARD}/en/preview", title="")
    assert "What you write is not a whole text yet." in words(broken)


def test_a_revision_shows_what_is_new_in_it_and_can_be_made_a_draft(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, f"{CARD}/en", "major", section__0__text="The office gives you a plastic card.")
    newest = newsroom.article().translations["en"].published
    assert newest is not None
    page = anna.get(f"{CARD}/en/revisions/{newest.number}?since=1")
    assert "<del>health</del><ins>plastic</ins>" in page.text
    assert "Make a draft of this text" not in words(page)
    old = anna.get(f"{CARD}/en/revisions/1")
    assert "Make a draft of this text" in words(old)
    anna.send(f"{CARD}/en/revisions/1", over=str(newest.number))
    assert "The old text is a draft now." in words(anna.get(f"{CARD}/en"))
    draft = newsroom.article().translations["en"].draft
    assert draft is not None
    assert draft.text.body == "The office gives you a health card."


def test_an_old_text_is_not_put_over_one_that_was_not_seen(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    write(anna, f"{CARD}/en", title="Card")
    write(anna, f"{CARD}/en", title="The card")
    bela.get(f"{CARD}/en/revisions/1")
    write(anna, f"{CARD}/en", title="Our card")
    bela.send(f"{CARD}/en/revisions/1", over="3")
    assert "A colleague has saved a newer text meanwhile." in words(bela.get(f"{CARD}/en/revisions"))


@pytest.mark.parametrize(
    "path",
    [
        "/content/nothing",
        "/content/Nothing",
        f"{CARD}/xx",
        f"{CARD}/en/revisions/7",
        f"{CARD}/de/revisions/1",
        f"{CARD}/1",
    ],
)
def test_what_there_is_not_is_said_to_be_missing(newsroom: Newsroom, path: str) -> None:
    assert newsroom.editor("anna").get(path).status_code == 404


@pytest.mark.parametrize("sent", [{"over": "x" * 99}, {"over": "9" * 99}, {"renders": "7"}, {"reviewed": "never"}])
def test_a_form_that_no_browser_sends_breaks_nothing(newsroom: Newsroom, sent: dict[str, str]) -> None:
    anna = newsroom.editor("anna")
    for path in (f"{CARD}/en", f"{CARD}/hu"):
        assert write(anna, path, title="Card", **sent).status_code in (303, 404, 409)


def test_a_text_that_runs_from_right_to_left_is_written_so(newsroom: Newsroom) -> None:
    page = newsroom.editor("anna").get(f"{CARD}/ar")
    assert 'lang="ar" dir="rtl"' in page.text
    assert '<html lang="en" dir="ltr">' in page.text


def test_a_list_that_is_long_is_shown_whole_page_by_page(newsroom: Newsroom) -> None:
    def numbered(number: int) -> Article:
        return builders.article(f"card-{number:02}", en=builders.revision(builders.text(f"Card {number:02}")))

    content = builders.content(*(numbered(number) for number in range(60)))
    newsroom.house.call(take_in, newsroom.house.database, content)
    anna = newsroom.editor("anna")
    page = anna.get("/content?words=card&language=hu")
    assert "Missing translations (61) Card 00" in words(page)
    assert "Card 10" not in words(page)
    assert "words=card&amp;only=missing" in page.text
    first = anna.get("/content?words=card&language=hu&only=missing")
    assert "Card 49" in words(first)
    assert "Card 50" not in words(first)
    assert "Page 1 of 2 Next page" in words(first)
    assert "words=card&amp;only=missing&amp;number=2" in first.text
    second = words(anna.get("/content?words=card&language=hu&only=missing&number=2"))
    assert "Card 59" in second
    assert "Previous page Page 2 of 2" in second
    assert "Next page" not in second
    assert "Articles (62)" in words(anna.get("/content?words=card&only=articles&number=9"))


@pytest.mark.parametrize("query", ["only=nothing", "number=0", "number=x"])
def test_a_page_of_a_list_that_there_is_not_is_refused(newsroom: Newsroom, query: str) -> None:
    assert newsroom.editor("anna").get(f"/content?{query}").status_code in (400, 404, 422)


def test_a_counsellor_does_not_see_the_content(newsroom: Newsroom) -> None:
    newsroom.house.add("piri", "counsellor")
    assert newsroom.house.visitor("piri").get("/content").status_code == 403


def test_what_is_voted_down_and_what_ends_soon_stand_in_the_list(newsroom: Newsroom) -> None:
    async def prepare(database: Database) -> None:
        async with database.transaction() as session:
            for number, language in ((9, "en"), (10, "hu")):
                for _ in range(number):
                    await records.count(session, NOW, "hungary", "en", "not_helped", f"health-card/{language}/1")
            for id, days in (("ends-soon", 13), ("goes-on", 15), ("ended", -1)):
                until = f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M}"
                text = {"en": NoticeText(title=f"Notice: {id}", text="The office is closed.")}
                notice = builders.notice(id, valid_from="2026-01-01T00:00", valid_until=until, texts=text)
                await repository.save_document(session, notice)

    anna, house = newsroom.editor("anna"), newsroom.house
    nothing = words(anna.get("/content?language="))
    assert "Notices that end soon" not in nothing
    assert "Texts that helped fewer than half" not in nothing
    house.call(prepare, house.database)
    said = words(anna.get("/content?language="))
    assert "Notices that end soon (1) Notice: ends-soon until December 5, 2026" in said
    assert "fewer than before Health card magyar · 0% (0 / 10) Quality" in said
    other = words(anna.get("/content?language=en"))
    assert "Health card magyar" not in other
    assert "Texts that helped fewer than half, or fewer than before (1)" in other.partition("In other languages")[2]
    for other in ("country=SK", "topic=work", "words=plane"):
        assert "Notices that end soon" not in words(anna.get(f"/content?language=&{other}"))
    assert "Notices that end soon" in words(anna.get("/content?country=HU&topic=health&words=OFFICE"))
    write(anna, f"{CARD}/hu", "minor", title="A kártya")
    assert "0% (0 / 10)" in words(anna.get("/content?language="))
    write(anna, f"{CARD}/hu", "major", title="Az új kártya")
    assert "0% (0 / 10)" not in words(anna.get("/content?language="))
