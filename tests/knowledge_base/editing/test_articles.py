"""Whole articles over a real database: their facts, their beginning, their withdrawal."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, ArticleFacts
from knowledge_base.editing import articles, drafts
from knowledge_base.editing.manuscript import (
    DanglingError,
    Manuscript,
    OvertakenError,
    TakenError,
    UnknownTextError,
    UnpublishableError,
)
from knowledge_base.status import translation_state
from tests import builders
from tests.knowledge_base.stored import stored, take_in

TODAY = date(2026, 11, 29)
KNOWN = builders.facts()


class Editor:
    """Each act is a transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def change(self, over: ArticleFacts | None = KNOWN, *, id: str = "health-card", **changes: Any) -> bool:
        wanted = (over or KNOWN).model_copy(update=changes)
        async with self.database.transaction() as session:
            return await articles.change_facts(session, id, wanted, over=over)

    async def withdraw(self, language: str | None = None, id: str = "health-card") -> dict[str, int]:
        async with self.database.transaction() as session:
            return await articles.withdraw(session, id, language)

    async def put_back(self, language: str | None = None, id: str = "health-card") -> dict[str, int]:
        async with self.database.transaction() as session:
            return await articles.put_back(session, id, language)

    async def write(self, title: str, over: int, *, publish: bool = False, major: bool = False) -> None:
        async with self.database.transaction() as session:
            manuscript = Manuscript(builders.text(title), over, TODAY)
            draft = await drafts.save(session, "health-card", "en", manuscript, major=major)
            if publish:
                await drafts.publish(session, "health-card", "en", draft.number or 0, major=major)

    async def begin(self, id: str, new: ArticleFacts = KNOWN) -> Article:
        async with self.database.transaction() as session:
            return await articles.begin(session, id, new, "hu", Manuscript(builders.text("Új"), 0, TODAY))

    async def article(self, id: str = "health-card") -> Article:
        async with self.database.reading() as session:
            return await drafts.article(session, id)

    async def published(self) -> dict[str, str]:
        found = (await self.article()).translations.items()
        return {tag: one.published.text.title for tag, one in found if one.published}

    async def version(self) -> int:
        return (await stored(self.database))[1]


@pytest.fixture
async def editor(database: Database) -> Editor:
    hungarian = builders.revision(builders.text("Kártya"), renders=1)
    await take_in(
        database, builders.content(builders.article(en=builders.revision(), hu=hungarian), builders.procedure())
    )
    return Editor(database)


async def test_changed_facts_are_told_by_the_content_version(editor: Editor) -> None:
    before = await editor.version()
    assert await editor.change(verify="Is the fee right?", topics=["work", "health"])
    known = (await editor.article()).facts
    assert (known.verify, known.topics) == ("Is the fee right?", ["work", "health"])
    assert await editor.version() == before + 1


async def test_facts_that_say_the_same_change_nothing(editor: Editor) -> None:
    before = await stored(editor.database)
    assert not await editor.change()
    assert await stored(editor.database) == before


async def test_facts_that_somebody_changed_meanwhile_are_not_overwritten(editor: Editor) -> None:
    await editor.change(as_of="2025")
    before = await stored(editor.database)
    for over in (KNOWN, None):
        with pytest.raises(OvertakenError) as caught:
            await editor.change(over, verify="Really?")
        assert caught.value.theirs == KNOWN.model_copy(update={"as_of": "2025"})
    assert await stored(editor.database) == before


async def test_what_two_wrote_alike_is_no_conflict(editor: Editor) -> None:
    await editor.change(as_of="2025")
    assert not await editor.change(as_of="2025")


@pytest.mark.parametrize("changes", [{"topics": ["gone"]}, {"contacts": ["gone"]}])
async def test_facts_name_only_what_there_is(editor: Editor, changes: dict[str, Any]) -> None:
    with pytest.raises(DanglingError) as caught:
        await editor.change(**changes)
    assert caught.value.missing == ["gone"]


@pytest.mark.parametrize(
    ("id", "kind", "fault"), [("health-card", "procedure", "no_steps"), ("tax-card", "faq", "steps")]
)
async def test_a_kind_that_the_published_texts_do_not_fit_is_refused(
    editor: Editor, id: str, kind: str, fault: str
) -> None:
    known = (await editor.article(id)).facts
    with pytest.raises(UnpublishableError) as caught:
        await editor.change(known, id=id, kind=kind)
    assert caught.value.fault == fault


async def test_a_new_article_is_a_draft_that_no_migrant_reads(editor: Editor) -> None:
    before = await editor.version()
    article = await editor.begin("tax-office")
    assert await editor.article("tax-office") == article
    assert translation_state(article, "hu") == "draft"
    assert await editor.version() == before
    async with editor.database.transaction() as session:
        await drafts.publish(session, "tax-office", "hu", 1, major=True)
    assert await editor.version() == before + 1


async def test_a_new_article_takes_nobodys_place(editor: Editor) -> None:
    with pytest.raises(TakenError):
        await editor.begin("tax-card")
    with pytest.raises(DanglingError):
        await editor.begin("new", builders.facts(topics=["gone"]))


async def test_a_withdrawn_text_is_put_back_as_it_was(editor: Editor) -> None:
    everything = await editor.article()
    before = await editor.version()
    assert await editor.withdraw("hu") == {"hu": 1}
    assert await editor.published() == {"en": "Health card"}
    assert await editor.version() == before + 1
    assert await editor.put_back("hu") == {"hu": 1}
    assert await editor.article() == everything
    assert await editor.version() == before + 2


async def test_a_whole_article_is_withdrawn_and_put_back(editor: Editor) -> None:
    assert await editor.withdraw() == {"en": 1, "hu": 1}
    assert await editor.published() == {}
    assert await editor.withdraw() == {}
    assert await editor.put_back() == {"en": 1, "hu": 1}
    assert await editor.put_back() == {}


async def test_what_is_put_back_is_what_was_published_not_a_newer_draft(editor: Editor) -> None:
    await editor.write("Half a sentence", 1)
    await editor.withdraw()
    await editor.put_back()
    article = await editor.article()
    assert (await editor.published())["en"] == "Health card"
    assert article.translations["en"].draft is not None


async def test_a_small_change_after_a_withdrawal_leaves_the_translations_as_they_are(editor: Editor) -> None:
    await editor.withdraw("en")
    await editor.write("Card", 1, publish=True)
    assert translation_state(await editor.article(), "hu") == "current"
    async with editor.database.reading() as session:
        assert await repository.withdrawn(session, "health-card") == {}


async def test_what_does_not_fit_the_kind_any_more_is_not_put_back(editor: Editor) -> None:
    await editor.withdraw()
    await editor.change(kind="procedure")
    with pytest.raises(UnpublishableError):
        await editor.put_back()
    assert await editor.published() == {}


async def test_what_files_withdrew_can_be_put_back_too(editor: Editor) -> None:
    content, _ = await stored(editor.database)
    card = content.articles[0]
    hungarian = card.translations["hu"].model_copy(
        update={"published": None, "draft": card.translations["hu"].published}
    )
    changed = card.model_copy(update={"translations": {**card.translations, "hu": hungarian}})
    await take_in(editor.database, content.model_copy(update={"articles": [changed]}))
    assert await editor.put_back() == {"hu": 1}


@pytest.mark.parametrize(
    "act",
    [
        lambda editor: editor.change(id="nothing"),
        lambda editor: editor.withdraw(id="nothing"),
        lambda editor: editor.put_back(id="nothing"),
    ],
)
async def test_what_there_is_not_is_refused(editor: Editor, act: Callable[[Editor], Awaitable[object]]) -> None:
    with pytest.raises(UnknownTextError):
        await act(editor)


async def test_a_text_that_was_never_published_is_not_withdrawn(editor: Editor) -> None:
    assert await editor.withdraw("de") == {}


async def test_what_is_not_published_leaves_the_kind_free(editor: Editor) -> None:
    known = (await editor.article("tax-card")).facts
    await editor.withdraw(id="tax-card")
    assert await editor.change(known, id="tax-card", kind="faq")
