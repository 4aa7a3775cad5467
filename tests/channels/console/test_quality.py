"""What the quality page says, over HTTP without a script."""

from dataclasses import replace
from datetime import timedelta

from bot import records
from knowledge_base.database import Database
from retrieval.measured import Measured
from tests.channels.console.conftest import Newsroom, words, write
from tests.conftest import NOW


def test_an_empty_page_says_what_will_stand_there(newsroom: Newsroom) -> None:
    said = words(newsroom.editor("anna").get("/quality"))
    assert "You keep no tests yet. Ask something under Try it" in said
    assert "Nobody has voted yet on what is read now." in said


def test_what_was_measured_is_told_in_all_and_by_language(newsroom: Newsroom) -> None:
    answers = newsroom.answers
    fitted = answers.calibration
    anna = newsroom.editor("anna")
    try:
        by_language = {"hu": Measured(20, 0, 0.75, 0.05, 0.0)}
        answers.replace(answers.library, replace(fitted, answered_wrong=0.02, languages=by_language))
        said = words(anna.get("/quality"))
        assert "100 questions with known answers were asked" in said
        assert "50% were answered rightly and 2% wrongly" in said
        assert "magyar 20 75% 5% 0 –" in said
        answers.replace(answers.library, replace(fitted, coefficients={}))
        assert "There are not enough questions with known answers yet" in words(anna.get("/quality"))
    finally:
        answers.replace(answers.library, fitted)


def test_a_text_that_helps_less_than_before_is_marked(newsroom: Newsroom) -> None:
    async def vote(database: Database, days: int, kind: str, number: int) -> None:
        async with database.transaction() as session:
            for _ in range(number):
                at = NOW - timedelta(days=days)
                await records.count(session, at, "hungary", "en", kind, "health-card/hu/1")

    anna, house = newsroom.editor("anna"), newsroom.house
    house.call(vote, house.database, 40, "helped", 20)
    assert "helps less than before" not in words(anna.get("/quality"))
    house.call(vote, house.database, 2, "not_helped", 10)
    said = words(anna.get("/quality"))
    assert "Health card helps less than before magyar 0% (0 / 10) 100% (20 / 20)" in said
    write(anna, "/content/health-card/hu", "major", title="Az új kártya")
    assert "Nobody has voted yet on what is read now." in words(anna.get("/quality"))
