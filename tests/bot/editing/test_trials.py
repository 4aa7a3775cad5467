"""Questions that are tried out, and those that are kept as tests."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.editing.editors import Editors
from bot.editing.trials import Trials
from bot.replies import Buttons, Quotation
from bot.staff.tables import AuditRow
from bot.tables import ConversationRow, EventRow, TallyRow, UnansweredRow
from knowledge_base.database import Database
from knowledge_base.editing.manuscript import UnknownTextError
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from retrieval.question import QuestionError
from tests import builders
from tests.bot.conftest import small_content
from tests.conftest import NOW
from tests.knowledge_base.stored import take_in

CARD = "How do I get: Health card?"


@pytest.fixture
async def trials(database: Database, answers: Answers) -> Trials:
    await take_in(database, small_content())
    return Editors(database, answers, lambda: NOW).trying


async def verdicts(trials: Trials) -> list[tuple[str, str, str | None]]:
    return [(one.expectation.question, one.verdict, one.answered) for one in (await trials.quality("en")).tested]


async def test_a_trial_says_what_a_conversation_would_and_why(trials: Trials) -> None:
    found = await trials.try_out(CARD, "en")
    assert (found.intent, found.language) == ("answer", "en")
    assert any(isinstance(block, Quotation) for reply in found.replies for block in reply.blocks)
    nearest = found.near[0]
    assert (nearest.article, nearest.band) == ("health-card", "answer")
    assert nearest.score == pytest.approx(sum(v * nearest.weights[name] for name, v in nearest.evidence.items()))
    assert found.answer is not None
    assert nearest.confidence == pytest.approx(found.answer.confidence)


async def test_nothing_of_a_trial_is_stored_or_counted(trials: Trials, database: Database) -> None:
    for question in (CARD, "zzz qqq", "/human", "/callback", "👍", "https://example.org"):
        await trials.try_out(question)
    async with database.reading() as session:
        for table in (ConversationRow, EventRow, TallyRow, UnansweredRow, AuditRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_a_chosen_language_is_not_doubted(trials: Trials) -> None:
    found = await trials.try_out("Health card", "hu")
    assert found.language == "hu"
    assert found.near[0].title == "Egészségügyi kártya"


async def test_what_would_be_asked_back_is_told(trials: Trials) -> None:
    found = await trials.try_out("zzz qqq")
    assert (found.intent, found.answer and found.answer.outcome) == ("no_answer", "no_answer")
    assert any(isinstance(block, Buttons) for reply in found.replies for block in reply.blocks)


@pytest.mark.parametrize("question", ["", "x" * 2001, "a\x07"])
async def test_what_is_no_question_is_refused(trials: Trials, question: str) -> None:
    with pytest.raises(QuestionError):
        await trials.try_out(question)
    with pytest.raises(QuestionError):
        await trials.keep(question, "en", "health-card", by="anna")


async def test_a_test_passes_where_its_article_answers(trials: Trials) -> None:
    await trials.keep(CARD, "en", "health-card", by="anna")
    await trials.keep("How do I get: Tax card?", "en", "health-card", by="anna")
    assert await verdicts(trials) == [
        ("How do I get: Tax card?", "missed", "tax-card"),
        (CARD, "answered", "health-card"),
    ]


async def test_a_question_is_kept_once_and_expects_what_was_said_last(trials: Trials) -> None:
    await trials.keep(CARD, "en", "tax-card", by="anna")
    await trials.keep(f" {CARD} ", "en", "health-card", by="bela")
    assert await verdicts(trials) == [(CARD, "answered", "health-card")]


async def test_a_test_follows_what_is_answered_from(trials: Trials, answers: Answers) -> None:
    await trials.keep(CARD, "en", "health-card", by="anna")
    assert (await verdicts(trials))[0][1] == "answered"
    library, calibration = answers.library, answers.calibration
    try:
        answers.replace(library, replace(calibration, answer_from=1.01))
        assert (await verdicts(trials))[0][1] == "offered"
    finally:
        answers.replace(library, calibration)
    assert (await verdicts(trials))[0][1] == "answered"


async def test_where_the_bot_first_asks_whose_case_it_is_the_article_is_only_offered(
    database: Database, encoder: Encoder
) -> None:
    said = builders.revision(builders.text("Residence card"))
    content = builders.content(
        builders.article("for-eea", facts=builders.facts(audience=["eea"]), en=said),
        builders.article("for-others", facts=builders.facts(audience=["third-country"]), en=said),
    )
    site = content.sites[0]
    over = Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)
    await take_in(database, content)
    trials = Trials(database, over, lambda: NOW)
    await trials.keep("How do I get: Residence card?", "en", "for-eea", by="anna")
    assert (await trials.try_out("How do I get: Residence card?", "en")).intent == "which_case"
    assert [verdict for _, verdict, _ in await verdicts(trials)] == ["offered"]


async def test_who_keeps_and_drops_a_test_is_recorded(trials: Trials, database: Database) -> None:
    await trials.keep(CARD, "en", "health-card", by="anna")
    await trials.keep(CARD, "en", "health-card", by="bela")
    kept = (await trials.quality("en")).tested[0].expectation.id
    assert await trials.drop(kept, by="bela")
    assert not await trials.drop(kept, by="bela")
    assert await verdicts(trials) == []
    async with database.reading() as session:
        rows = await session.scalars(select(AuditRow).order_by(AuditRow.id))
        assert [(row.login, row.action, row.subject) for row in rows] == [
            ("anna", "keep test", "health-card/en"),
            ("bela", "drop test", "health-card/en"),
        ]


async def test_a_test_names_an_article_that_there_is(trials: Trials) -> None:
    with pytest.raises(UnknownTextError):
        await trials.keep(CARD, "en", "nothing", by="anna")
