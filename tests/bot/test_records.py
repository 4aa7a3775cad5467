import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.needs.questions import unanswered
from bot.needs.statistics import QUESTION
from bot.needs.work import Question
from bot.replies import Buttons
from bot.tables import TallyRow
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.bot.conftest import engine_over
from tests.bot.test_engine import GIBBERISH, HEALTH, begin, say
from tests.conftest import NOW

UNSURE = "card football tonight stadium"
YES = '/helped{"about": "health-card/en/1", "yes": true}'
NO = '/helped{"about": "health-card/en/1", "yes": false}'


async def questions(database: Database) -> list[Question]:
    async with database.reading() as session:
        return await unanswered(session)


async def counts(database: Database) -> Counter[tuple[str, str]]:
    """How often each kind of thing happened, whatever the day and the language; without what questions were about."""
    found = Counter[tuple[str, str]]()
    for row in await tallies(database):
        if row.kind != QUESTION:
            found[row.kind, row.subject] += row.count
    return found


async def tallies(database: Database) -> list[TallyRow]:
    async with database.reading() as session:
        return list((await session.execute(select(TallyRow))).scalars())


async def test_a_question_without_an_answer_is_kept_and_counted(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    told = await say(engine, started, GIBBERISH)
    (kept,) = await questions(database)
    assert (kept.conversation_id, kept.number) == (started.conversation_id, told[0].number)
    assert (kept.text, kept.reason, kept.language, kept.article) == (GIBBERISH, "no_answer", "en", None)
    assert NOW < kept.asked_at.replace(tzinfo=UTC) < NOW + timedelta(minutes=1)
    assert await counts(database) == {("no_answer", ""): 1}


async def test_an_answered_question_is_not_kept_but_counted_by_its_article(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    await say(engine, started, HEALTH)
    await say(engine, started, '/article{"id": "tax-card"}')
    await say(engine, started, HEALTH, "again-1")
    assert await questions(database) == []
    assert await counts(database) == {("answer", "health-card"): 2, ("answer", "tax-card"): 1}


async def test_who_takes_none_of_the_choices_leaves_the_question_not_the_button(
    engine: Engine, database: Database
) -> None:
    started = await begin(engine)
    await say(engine, started, UNSURE)
    assert await questions(database) == []
    await say(engine, started, "/none")
    (kept,) = await questions(database)
    assert (kept.text, kept.reason) == (UNSURE, "none_of_these")
    assert await counts(database) == {("choices", ""): 1, ("no_answer", ""): 1}


async def test_none_of_these_without_a_question_is_counted_but_leaves_none(engine: Engine, database: Database) -> None:
    await say(engine, await begin(engine), "/none")
    assert await questions(database) == []
    assert await counts(database) == {("no_answer", ""): 1}


async def test_a_no_keeps_the_question_and_what_did_not_help(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    answered = (await say(engine, started, HEALTH))[-1].reply
    assert answered is not None
    buttons = {b.title: b.payload for block in answered.blocks if isinstance(block, Buttons) for b in block.buttons}
    assert (buttons["Yes"], buttons["No"]) == (YES, NO)
    await say(engine, started, NO)
    (kept,) = await questions(database)
    assert (kept.text, kept.reason, kept.article) == (HEALTH, "did_not_help", "health-card")
    assert await counts(database) == {("answer", "health-card"): 1, ("not_helped", "health-card/en/1"): 1}


async def test_a_yes_is_counted_and_keeps_no_question(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    await say(engine, started, HEALTH)
    await say(engine, started, YES)
    assert await questions(database) == []
    assert await counts(database) == {("answer", "health-card"): 1, ("helped", "health-card/en/1"): 1}


@pytest.mark.parametrize(("first", "kind", "kept"), [(YES, "helped", 0), (NO, "not_helped", 1)])
async def test_a_vote_counts_once_for_each_person(
    engine: Engine, database: Database, first: str, kind: str, kept: int
) -> None:
    one, other = await begin(engine), await begin(engine)
    await say(engine, one, HEALTH)
    for n, vote in enumerate((first, first, YES, NO)):
        await say(engine, one, vote, f"vote-{n}")
    assert await counts(database) == {("answer", "health-card"): 1, (kind, "health-card/en/1"): 1}
    assert len(await questions(database)) == kept
    await say(engine, other, first)
    assert (await counts(database))[kind, "health-card/en/1"] == 2


async def test_a_vote_pressed_many_times_at_once_counts_once(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    await say(engine, started, HEALTH)
    await asyncio.gather(*(say(engine, started, NO, f"vote-{n}") for n in range(6)))
    assert (await counts(database))["not_helped", "health-card/en/1"] == 1
    assert len(await questions(database)) == 1


async def test_a_repeated_message_counts_once(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    await asyncio.gather(*(say(engine, started, GIBBERISH, "message-1") for _ in range(5)))
    await say(engine, started, GIBBERISH, "message-1")
    assert await counts(database) == {("no_answer", ""): 1}
    assert len(await questions(database)) == 1


async def test_many_people_at_once_are_all_counted(engine: Engine, database: Database) -> None:
    people = [await begin(engine) for _ in range(6)]
    await asyncio.gather(*(say(engine, person, text) for person in people for text in (HEALTH, GIBBERISH)))
    assert await counts(database) == {("answer", "health-card"): 6, ("no_answer", ""): 6}
    assert {row.conversation_id for row in await questions(database)} == {p.conversation_id for p in people}


@pytest.mark.parametrize("text", ["/help", "/topics", "/privacy", "/language", "/delete", '/article{"id": "gone"}'])
async def test_what_answers_no_question_is_neither_kept_nor_counted(
    engine: Engine, database: Database, text: str
) -> None:
    await say(engine, await begin(engine), text)
    assert await questions(database) == []
    assert await tallies(database) == []


async def test_what_is_written_into_a_form_is_neither_kept_nor_counted(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    for text in ("/callback", GIBBERISH, "no number", "+36 30 123 4567", "any", "Klingon", "English"):
        await say(engine, started, text)
    assert await questions(database) == []
    # That somebody is to be called back is counted, and nothing of who.
    assert await counts(database) == {("handoff", "callback"): 1}


async def test_a_wish_for_a_person_is_counted_and_leaves_no_question(engine: Engine, database: Database) -> None:
    await say(engine, await begin(engine), "/human")
    assert await questions(database) == []
    assert await counts(database) == {("human", ""): 1}


async def test_counts_are_by_day_site_and_language(database: Database, answers: Answers) -> None:
    day = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    today = engine_over(database, answers, lambda: day)
    tomorrow = engine_over(database, answers, lambda: day + timedelta(minutes=2))
    english, hungarian = await begin(today, "en"), await begin(today, "hu")
    await say(today, english, "/none", "first-1")
    await say(today, english, "/none", "second-1")
    await say(today, hungarian, "/none", "first-1")
    await say(tomorrow, english, "/none", "third-1")
    found = [row for row in await tallies(database) if row.kind != QUESTION]
    rows = {(str(row.day), row.site, row.language, row.kind): row.count for row in found}
    assert rows == {
        ("2026-11-22", "hungary", "en", "no_answer"): 2,
        ("2026-11-22", "hungary", "hu", "no_answer"): 1,
        ("2026-11-23", "hungary", "en", "no_answer"): 1,
    }


async def test_a_question_is_kept_in_the_language_in_which_it_was_asked(engine: Engine, database: Database) -> None:
    started = await begin(engine, "en")
    await say(engine, started, "Hogyan kapok egészségügyi kártyát?")
    await say(engine, started, "/none")
    assert [row.language for row in await questions(database)] == ["hu"]


async def test_the_newest_question_comes_first(engine: Engine, database: Database) -> None:
    one, other = await begin(engine), await begin(engine)
    texts = [f"{GIBBERISH} {word}" for word in ("zzx", "qqx", "vvx")]
    for person, text in zip((one, other, one), texts, strict=True):
        await say(engine, person, text)
    assert [row.text for row in await questions(database)] == texts[::-1]


@pytest.mark.parametrize("by_command", [False, True])
async def test_erasing_a_conversation_deletes_its_questions_but_not_the_counts(
    engine: Engine, database: Database, by_command: bool
) -> None:
    one, other = await begin(engine), await begin(engine)
    for person in (one, other):
        for text in (GIBBERISH, UNSURE, "/none", HEALTH, NO):
            await say(engine, person, text)
    before = await counts(database)
    if by_command:
        await say(engine, one, '/delete{"sure": true}')
    else:
        await engine.erase(one.conversation_id, one.token)
    assert len(await questions(database)) == 3
    assert {row.conversation_id for row in await questions(database)} == {other.conversation_id}
    assert await counts(database) == before
    assert before["no_answer", ""] == 4


async def test_a_question_is_counted_by_topic_country_and_outcome(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    for text in (HEALTH, '/article{"id": "tax-card"}', UNSURE, "/none", "/human"):
        await say(engine, started, text)
    counted = {row.subject: row.count for row in await tallies(database) if row.kind == QUESTION}
    assert counted.pop("health/HU/answer") == 1
    assert counted.pop("work/HU/answer") == 1
    assert counted.pop("/HU/human") == counted.pop("/HU/no_answer") == 1
    ((subject, count),) = counted.items()
    assert (subject.split("/")[1:], count) == (["HU", "choices"], 1)
