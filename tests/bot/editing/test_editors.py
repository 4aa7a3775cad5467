from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select

from bot.editing.editors import Editors
from bot.engine import Engine
from bot.messages import Incoming
from bot.replies import Quotation, Said
from bot.staff.tables import AuditRow
from knowledge_base.database import Database
from knowledge_base.editing.duties import Wanted
from knowledge_base.editing.manuscript import ConflictError, Manuscript, UnpublishableError
from retrieval.answers import Answers
from tests import builders
from tests.bot.conftest import small_content
from tests.conftest import NOW
from tests.knowledge_base.stored import take_in

TODAY = date(2026, 11, 22)


def manuscript(title: str, over: int = 1, renders: int | None = None, body: str = "New.") -> Manuscript:
    return Manuscript(builders.text(title, body), over, TODAY, renders)


@pytest.fixture
async def editors(database: Database, answers: Answers) -> Editors:
    await take_in(database, small_content())
    return Editors(database, answers, lambda: NOW)


async def record(database: Database) -> Sequence[tuple[str, str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(AuditRow).order_by(AuditRow.id))
        return [(row.login, row.action, row.subject) for row in rows]


async def test_every_change_is_recorded(editors: Editors, database: Database) -> None:
    await editors.save("health-card", "en", manuscript("Card"), by="anna")
    await editors.publish("health-card", "en", manuscript("Card", 2), major=False, by="bela")
    await editors.publish("health-card", "en", manuscript("The card", 2), major=True, by="bela")
    await editors.revert("health-card", "en", 1, over=3, by="anna")
    assert await record(database) == [
        ("anna", "draft", "health-card/en/2"),
        ("bela", "publish minor", "health-card/en/2"),
        ("bela", "draft", "health-card/en/3"),
        ("bela", "publish major", "health-card/en/3"),
        ("anna", "revert", "health-card/en/4"),
    ]


async def test_what_changes_nothing_is_not_recorded(editors: Editors, database: Database) -> None:
    await editors.save("health-card", "en", manuscript("Card"), by="anna")
    await editors.save("health-card", "en", manuscript("Card"), by="anna")
    await editors.publish("health-card", "en", manuscript("Card", 2), major=False, by="anna")
    await editors.publish("health-card", "en", manuscript("Card", 2), major=False, by="anna")
    assert len(await record(database)) == 2


async def test_what_is_refused_is_neither_saved_nor_recorded(editors: Editors, database: Database) -> None:
    await editors.save("health-card", "en", manuscript("Card"), by="anna")
    before = await record(database)
    with pytest.raises(ConflictError):
        await editors.publish("health-card", "en", manuscript("The card"), major=True, by="bela")
    without_steps = manuscript("Tax card")
    with pytest.raises(UnpublishableError):
        await editors.publish("tax-card", "en", without_steps, major=True, by="bela")
    assert await record(database) == before
    assert (await editors.article("tax-card")).translations["en"].draft is None


async def test_the_history_names_who_wrote(editors: Editors) -> None:
    await editors.save("health-card", "en", manuscript("Card"), by="anna")
    await editors.publish("health-card", "en", manuscript("Card", 2), major=False, by="bela")
    history = await editors.history("health-card", "en")
    assert [(one.revision.number, one.by, one.published) for one in history] == [(2, "anna", True), (1, None, False)]


async def test_a_preview_is_what_the_migrant_will_read(editors: Editors) -> None:
    article = await editors.article("health-card")
    blocks = editors.preview(article, "hu", manuscript("Kártya", renders=1, body="A hivatal adja."))
    assert [block.type for block in blocks] == ["quotation", "sources"]
    quotation = blocks[0]
    assert isinstance(quotation, Quotation)
    assert (quotation.title, quotation.markdown, quotation.language) == ("Kártya", "A hivatal adja.", "hu")


async def test_the_preview_of_an_outdated_translation_says_so(editors: Editors) -> None:
    await editors.publish("health-card", "en", manuscript("Card"), major=True, by="anna")
    article = await editors.article("health-card")
    blocks = editors.preview(article, "hu", manuscript("Kártya", renders=1))
    assert isinstance(blocks[0], Said)
    source = article.translations["en"].published
    assert source is not None
    later = editors.preview(article, "hu", manuscript("Kártya", renders=source.number))
    assert not isinstance(later[0], Said)


async def test_the_overview_counts_the_questions_without_an_answer(
    editors: Editors, engine: Engine, database: Database
) -> None:
    assert (await editors.overview(Wanted(), NOW)).unanswered == 0
    started = await engine.start(channel="web", language="en")
    incoming = Incoming("Zzz qqq xxx vvv?", "message-1")
    await engine.receive(started.conversation_id, started.token, incoming)
    overview = await editors.overview(Wanted(), NOW)
    assert overview.unanswered == 1
    assert [title.article for title in overview.articles.entries] == ["health-card", "tax-card"]
    assert [topic.id for topic in overview.topics] == ["health", "work"]
