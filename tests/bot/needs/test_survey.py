from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.editing.editors import Editors
from bot.engine import Engine
from bot.messages import Started
from bot.needs import questions
from bot.needs.late import RECENT
from bot.needs.survey import Survey
from bot.needs.work import Answered, Question, UnknownQuestionError
from bot.staff.tables import AuditRow
from bot.tables import ConversationRow, UnansweredRow
from knowledge_base.database import Database
from knowledge_base.editing.duties import Wanted
from knowledge_base.editing.manuscript import UnknownTextError
from retrieval.answers import Answers
from tests import builders
from tests.bot.conftest import small_content
from tests.bot.test_engine import GIBBERISH, begin, say
from tests.conftest import NOW
from tests.knowledge_base.stored import stored, take_in


@pytest.fixture
async def survey(database: Database, answers: Answers) -> Survey:
    await take_in(database, small_content())
    return Survey(database, answers, lambda: NOW)


async def record(database: Database) -> Sequence[tuple[str, str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(AuditRow).order_by(AuditRow.id))
        return [(row.login, row.action, row.subject) for row in rows]


async def ask(engine: Engine, *texts: str) -> None:
    for text in texts:
        await say(engine, await begin(engine), text)


async def the_question(survey: Survey) -> Question:
    ((gap, _),) = await survey.gaps("en", 20)
    return gap.named_by


async def test_questions_without_an_answer_become_gaps_with_the_nearest_article(survey: Survey, engine: Engine) -> None:
    assert await survey.gaps("en", 20) == []
    await ask(engine, GIBBERISH, GIBBERISH)
    ((gap, near),) = await survey.gaps("hu", 20)
    assert (gap.people, gap.named_by.text) == (2, GIBBERISH)
    assert near is not None
    found, nearest = await survey.gap(gap.questions[1].key, "hu")
    assert found == gap
    assert nearest[0] == near
    with pytest.raises(UnknownQuestionError):
        await survey.gap("nothing", "hu")


async def test_numbers_and_addresses_are_not_even_stored(engine: Engine, database: Database) -> None:
    await ask(engine, f"{GIBBERISH} +36 30 123 4567 anna@example.org", "+36 30 765 4321")
    async with database.reading() as session:
        texts = list(await session.scalars(select(UnansweredRow.text)))
    assert texts == [f"{GIBBERISH} [number] [email]"]


async def test_what_an_older_version_stored_is_redacted_when_it_is_read(engine: Engine, database: Database) -> None:
    await ask(engine, GIBBERISH)
    async with database.transaction() as session:
        (row,) = await session.scalars(select(UnansweredRow))
        row.text = "Call +36 30 123 4567"
    async with database.reading() as session:
        assert [one.text for one in await questions.unanswered(session)] == ["Call [number]"]


async def test_an_article_is_found_by_the_questions_that_it_answers(
    survey: Survey, engine: Engine, database: Database
) -> None:
    await ask(engine, GIBBERISH)
    asked = await the_question(survey)
    before = (await stored(database))[1]
    settled = await survey.answered("tax-card", {asked.key: "Where is the tax card?"}, by="anna")
    assert settled == Answered(questions=1, told=0)
    content, version = await stored(database)
    assert version == before + 1
    assert next(a for a in content.articles if a.id == "tax-card").asked == {"en": ["Where is the tax card?"]}
    assert await survey.gaps("en", 20) == []
    assert await record(database) == [("anna", "asked", "tax-card/en")]


async def test_what_was_there_already_is_settled_without_a_new_version(
    survey: Survey, engine: Engine, database: Database
) -> None:
    await ask(engine, GIBBERISH, f"{GIBBERISH} again")
    for gap, _ in await survey.gaps("en", 20):
        for asked in gap.questions:
            await survey.answered("tax-card", {asked.key: "The same?"}, by="anna")
    content, _version = await stored(database)
    assert next(a for a in content.articles if a.id == "tax-card").asked == {"en": ["The same?"]}
    assert len(await record(database)) == 1


async def test_what_is_gone_changes_nothing(survey: Survey, engine: Engine, database: Database) -> None:
    await ask(engine, GIBBERISH)
    asked = await the_question(survey)
    before = await stored(database)
    with pytest.raises(UnknownTextError):
        await survey.answered("nothing", {asked.key: "x"}, by="anna")
    with pytest.raises(UnknownQuestionError):
        await survey.answered("tax-card", {asked.key: "x", "gone": "y"}, by="anna")
    assert await stored(database) == before
    assert await record(database) == []


async def messages(engine: Engine, started: Started) -> list[str]:
    return [one.text for one in await engine.messages(started.conversation_id, started.token, after=0)]


async def test_who_still_waits_reads_the_article_in_their_conversation_once(survey: Survey, engine: Engine) -> None:
    started = await begin(engine, language="hu")
    for client_id in ("first-time", "second-time"):
        await say(engine, started, GIBBERISH, client_id)
    before = await messages(engine, started)
    asked = await the_question(survey)
    settled = await survey.answered("health-card", {asked.key: "kártya"}, by="anna", tell=True)
    assert settled == Answered(questions=2, told=1)
    *same, told = await messages(engine, started)
    assert same == before
    assert GIBBERISH in told
    assert "A kártyát a hivatal adja." in told
    assert (await say(engine, started, "How do I get a health card?"))[-1].reply


async def test_nobody_is_written_to_who_talks_with_a_person_or_asked_long_ago(
    survey: Survey, engine: Engine, database: Database
) -> None:
    with_person, long_ago = await begin(engine), await begin(engine)
    for started in (with_person, long_ago):
        await say(engine, started, GIBBERISH)
    asked = await the_question(survey)
    async with database.transaction() as session:
        (await session.get_one(ConversationRow, with_person.conversation_id)).owner = "staff-1"
        (row,) = await session.scalars(
            select(UnansweredRow).where(UnansweredRow.conversation_id == long_ago.conversation_id)
        )
        row.asked_at -= RECENT + timedelta(hours=1)
    before = [await messages(engine, started) for started in (with_person, long_ago)]
    settled = await survey.answered("health-card", {asked.key: "card"}, by="anna", tell=True)
    assert settled == Answered(questions=2, told=0)
    assert [await messages(engine, started) for started in (with_person, long_ago)] == before


async def test_what_is_not_published_is_sent_to_nobody(survey: Survey, engine: Engine, database: Database) -> None:
    # It is in the database, and not served yet.
    await take_in(database, builders.content(builders.article("draft-only")))
    await ask(engine, GIBBERISH)
    asked = await the_question(survey)
    settled = await survey.answered("draft-only", {asked.key: "card"}, by="anna", tell=True)
    assert settled == Answered(questions=1, told=0)


async def test_who_asked_in_the_same_words_is_settled_with_it(survey: Survey, engine: Engine) -> None:
    await ask(engine, GIBBERISH, GIBBERISH, f"{GIBBERISH} {GIBBERISH}")
    for gap, _ in await survey.gaps("en", 20):
        for asked, times in gap.said:
            if times > 1:
                assert await survey.settle([asked.key], "aside", by="anna") == 2
    ((_, times),) = await survey.aside()
    assert times == 2
    assert (await the_question(survey)).text == f"{GIBBERISH} {GIBBERISH}"


async def test_what_is_set_aside_can_be_taken_up_again(
    survey: Survey, engine: Engine, database: Database, answers: Answers
) -> None:
    await ask(engine, GIBBERISH)
    asked = await the_question(survey)
    assert await survey.settle([asked.key], "aside", by="anna") == 1
    assert await survey.settle([asked.key], "aside", by="bela") == 0
    assert await survey.gaps("en", 20) == []
    assert (await Editors(database, answers, lambda: NOW).overview(Wanted(), NOW)).unanswered == 0
    assert [(one.key, times) for one, times in await survey.aside()] == [(asked.key, 1)]
    assert await survey.settle([asked.key], None, by="anna") == 1
    assert await survey.aside() == []
    assert (await the_question(survey)).key == asked.key
    assert await record(database) == [("anna", "set aside", "1"), ("anna", "take up again", "1")]
