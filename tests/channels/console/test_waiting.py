"""An article that is begun for whoever asked, over HTTP without a script."""

from datetime import timedelta

import pytest
from httpx2 import Response

from bot.engine import Engine
from bot.messages import Incoming, Started
from retrieval.answers import Answers
from tests.bot.conftest import VAULT
from tests.channels.console.conftest import House, Newsroom, Visitor, form_of, words, write
from tests.channels.console.test_needs import ASKED, gap_of
from tests.knowledge_base.stored import stored

NEW = {"title": "Dogs", "body": "Go to the vet.", "topics__0": "work", "sources__0__title": "Vets"}


class Town(Newsroom):
    """People who ask, and a service that follows what is published."""

    def __init__(self, house: House, answers: Answers) -> None:
        # Its own: what is published here is not served in other tests.
        answers = Answers(answers.library, answers.calibration, answers.detector, answers.site)
        super().__init__(house, answers)
        self.engine = Engine(house.database, answers, house.now, VAULT)

    def ask(self, text: str = ASKED, language: str = "en") -> Started:
        async def work() -> Started:
            started = await self.engine.start(channel="web", language=language)
            await self.engine.receive(started.conversation_id, started.token, Incoming(text, "message-1"))
            return started

        return self.house.call(work)

    def told(self, started: Started) -> int:
        """How often somebody was sent the article."""

        async def work() -> int:
            found = await self.engine.messages(started.conversation_id, started.token, after=0)
            return sum("Go to the vet." in message.text for message in found)

        return self.house.call(work)

    def tick(self) -> None:
        async def work() -> None:
            await self.editors.tick()
            content, _version = await stored(self.house.database)
            self.answers.replace(self.answers.library.reworded(content), self.answers.calibration)
            await self.survey.waiting.tick()

        self.house.call(work)


@pytest.fixture
def town(house: House, answers: Answers) -> Town:
    return Town(house, answers)


def opened(editor: Visitor, **changes: str) -> Response:
    """The form for a new article, as the button at the first gap opens it."""
    path = gap_of(editor.get("/needs").text)
    form = form_of(editor.get(path)) | {key.replace("__", "-"): said for key, said in changes.items()}
    return editor.send(path, **{**form, "act": "begin", "csrf": editor.token})


def begun(editor: Visitor, **changes: str) -> Response:
    """The page of the draft that was begun at the first gap."""
    response = write(editor, "/add-article", page=opened(editor), **NEW, **changes)
    assert response.status_code == 303
    return editor.get(response.headers["location"].removeprefix("/console"))


def test_an_article_begins_with_the_question_which_stands_in_no_address(town: Town) -> None:
    town.ask()
    anna = town.editor("anna", "hu")
    page = opened(anna)
    assert page.status_code == 200
    form = form_of(page)
    assert (form["title"], form["language"]) == (ASKED, "en")
    assert "Zzz" not in str(page.url)
    gap = anna.get(gap_of(anna.get("/needs").text)).text
    assert 'href="/console/add-article?' not in gap
    # And none is read from there.
    assert form_of(anna.get("/add-article?title=Zzz&language=hu"))["title"] == ""


def test_the_question_is_in_the_words_of_the_editor(town: Town) -> None:
    town.ask()
    anna = town.editor("anna")
    key = gap_of(anna.get("/needs").text).removeprefix("/needs/")
    assert form_of(opened(anna, **{f"text__{key}": "Where do dogs go?"}))["title"] == "Where do dogs go?"
    page = opened(anna, **{f"text__{key}": "x" * 1001})
    assert page.status_code == 422
    assert "Please write one line" in words(page)


def test_who_asked_gets_the_article_when_it_is_published(town: Town) -> None:
    started = town.ask()
    anna = town.editor("anna")
    page = begun(anna)
    assert "Nobody reads it before you publish its text. 1 question waits for it now." in words(page)
    assert "1 person asked for this and gets it in their conversation when it is published." in words(page)
    assert town.article("dogs").asked == {"en": [ASKED]}
    town.tick()
    assert town.told(started) == 0
    write(anna, "/content/dogs/en", "major")
    town.tick()
    assert town.told(started) == 1
    assert "No question waits for an answer." in words(anna.get("/needs"))
    assert "asked for this" not in words(anna.get("/content/dogs/en"))
    town.tick()
    assert town.told(started) == 1


def test_what_is_published_at_a_time_answers_them_then(town: Town) -> None:
    started = town.ask()
    anna = town.editor("anna")
    begun(anna)
    write(anna, "/content/dogs/en", "plan-major", plan__day="2026-11-30", plan__time="8:30")
    town.tick()
    assert town.told(started) == 0
    town.house.goes_on(timedelta(days=8))
    town.tick()
    assert town.told(started) == 1


def test_a_form_that_comes_back_still_knows_the_questions(town: Town) -> None:
    town.ask()
    anna = town.editor("anna")
    page = opened(anna)
    for act, changes in (("more-topics", {}), ("preview", {}), ("save", {"title": ""})):
        page = write(anna, "/add-article", act, page=page, **changes)
        assert page.status_code == (422 if changes else 200)
    assert write(anna, "/add-article", page=page, **NEW).status_code == 303
    assert "1 question waits for it now." in words(anna.get("/content/dogs/en"))


@pytest.mark.parametrize("box", ["", "x", "[]", '{"x": "y"}', '{"0123456789abcdef01": "gone"}'])
def test_questions_that_there_are_not_keep_no_article_from_being_begun(town: Town, box: str) -> None:
    anna = town.editor("anna")
    assert write(anna, "/add-article", **NEW, questions=box).status_code == 303
    assert town.article("dogs").asked == {}


def test_a_second_editor_sees_that_an_article_was_begun(town: Town) -> None:
    town.ask()
    anna, bela = town.editor("anna"), town.editor("bela")
    seen = opened(bela)
    begun(anna)
    page = bela.get("/needs")
    assert "Begun Dogs · it is answered when that is published" in words(page)
    assert 'href="/console/content/dogs"' in page.text
    gap = bela.get(gap_of(page.text))
    assert "Begun Dogs · it is answered when that is published" in words(gap)
    assert "Begin an article from it" not in words(gap)
    # Who had the form open already is told.
    assert write(bela, "/add-article", page=seen, **NEW, id="dogs-too").status_code == 303
    assert "A colleague has begun an article for these questions" in words(bela.get("/content/dogs-too/en"))
    assert town.article("dogs-too").asked == {}


def test_a_draft_that_is_there_already_is_chosen(town: Town) -> None:
    started = town.ask()
    anna = town.editor("anna")
    path = gap_of(anna.get("/needs").text)
    assert "This will answer it" not in words(anna.get(path))
    write(anna, "/add-article", **NEW)
    form = form_of(anna.get(path))
    assert form["draft"] == "dogs"
    page = anna.send(path, **{**form, "act": "wait", "draft": "nothing"})
    assert page.status_code == 422
    assert "Please choose one of these." in words(page)
    assert anna.send(path, **{**form, "act": "wait"}).status_code == 303
    assert "1 question waits for it now." in words(anna.get("/needs"))
    write(anna, "/content/dogs/en", "major")
    town.tick()
    assert town.told(started) == 1


def test_who_begins_an_article_for_what_a_colleague_has_settled_is_told(town: Town) -> None:
    town.ask()
    anna, bela = town.editor("anna"), town.editor("bela")
    path = gap_of(anna.get("/needs").text)
    form = form_of(anna.get(path))
    bela.get(path)
    bela.send(path, **{key: said for key, said in form.items() if key != "csrf"} | {"act": "aside"})
    assert anna.send(path, **{**form, "act": "begin"}).headers["location"] == "/console/needs"
    assert "A colleague has settled one of these questions meanwhile" in words(anna.get("/needs"))


def test_whoever_deleted_their_conversation_waits_for_nothing(town: Town) -> None:
    started = town.ask()
    anna = town.editor("anna")
    begun(anna)
    town.house.call(town.engine.erase, started.conversation_id, started.token)
    assert "asked for this" not in words(anna.get("/content/dogs/en"))
    assert "No question waits for an answer." in words(anna.get("/needs"))
