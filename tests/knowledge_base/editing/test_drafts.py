"""Editing over a real database: what is saved, published and told, and what is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, Content, Revision, Step, Text, Translation
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import ConflictError, Manuscript, UnknownTextError, UnpublishableError
from knowledge_base.status import translation_state
from tests import builders
from tests.knowledge_base.stored import stored, take_in

TODAY = date(2026, 11, 29)


class Editor:
    """Somebody who edits one article; each act is a transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def save(
        self,
        title: str,
        over: int,
        *,
        language: str = "en",
        renders: int | None = None,
        id: str = "health-card",
        **said: object,
    ) -> Revision:
        text = builders.text(title, **said)  # type: ignore[arg-type]
        async with self.database.transaction() as session:
            return await drafts.save(session, id, language, Manuscript(text, over, TODAY, renders))

    async def publish(
        self, number: int, *, major: bool = True, language: str = "en", id: str = "health-card"
    ) -> Revision:
        async with self.database.transaction() as session:
            return await drafts.publish(session, id, language, number, major=major)

    async def revert(self, number: int, over: int) -> Revision:
        async with self.database.transaction() as session:
            return await drafts.revert(session, "health-card", "en", number, over=over)

    async def article(self, id: str = "health-card") -> Article:
        async with self.database.reading() as session:
            return await drafts.article(session, id)

    async def published_title(self, language: str = "en") -> str | None:
        published = (await self.article()).translations[language].published
        return published.text.title if published else None

    async def version(self) -> int:
        return (await stored(self.database))[1]


def content() -> Content:
    hungarian = builders.revision(builders.text("Egészségügyi kártya", "A hivatal adja."), renders=1)
    return builders.content(builders.article(en=builders.revision(), hu=hungarian), builders.procedure())


@pytest.fixture
async def editor(database: Database) -> Editor:
    await take_in(database, content())
    return Editor(database)


async def test_an_article_is_loaded_with_its_translations_and_drafts_alone(editor: Editor) -> None:
    await editor.save("Card", 1)
    article = await editor.article()
    everything, _ = await stored(editor.database)
    assert article == next(one for one in everything.articles if one.id == "health-card")
    draft = article.translations["en"].draft
    assert draft is not None
    assert draft.text.title == "Card"


async def test_a_draft_changes_nothing_that_migrants_read(editor: Editor) -> None:
    before = await editor.version()
    await editor.save("Card", 1)
    assert await editor.version() == before
    assert await editor.published_title() == "Health card"


async def test_what_is_published_is_told_by_the_content_version(editor: Editor) -> None:
    before = await editor.version()
    draft = await editor.save("Card", 1)
    await editor.publish(draft.number or 0)
    assert await editor.version() == before + 1
    assert await editor.published_title() == "Card"
    assert (await editor.article()).translations["en"].draft is None


async def test_a_major_change_of_the_source_makes_its_translations_outdated(editor: Editor) -> None:
    draft = await editor.save("Card", 1)
    await editor.publish(draft.number or 0, major=True)
    assert translation_state(await editor.article(), "hu") == "outdated"


async def test_a_minor_change_of_the_source_does_not(editor: Editor) -> None:
    draft = await editor.save("Card", 1)
    published = await editor.publish(draft.number or 0, major=False)
    assert published == draft
    assert translation_state(await editor.article(), "hu") == "current"


async def test_a_translation_that_renders_the_new_source_is_up_to_date_again(editor: Editor) -> None:
    source = await editor.publish((await editor.save("Card", 1)).number or 0)
    draft = await editor.save("Kártya", 1, language="hu", renders=source.number)
    await editor.publish(draft.number or 0, major=False, language="hu")
    assert translation_state(await editor.article(), "hu") == "current"


async def test_a_mended_word_leaves_an_outdated_translation_outdated(editor: Editor) -> None:
    await editor.publish((await editor.save("Card", 1)).number or 0)
    draft = await editor.save("Kártya", 1, language="hu", renders=1)
    await editor.publish(draft.number or 0, major=False, language="hu")
    assert translation_state(await editor.article(), "hu") == "outdated"


async def test_a_minor_change_after_a_major_one_does_not_take_it_back(editor: Editor) -> None:
    major = await editor.publish((await editor.save("Card", 1)).number or 0)
    minor = await editor.publish((await editor.save("The card", major.number or 0)).number or 0, major=False)
    assert minor.last_major == major.number
    assert translation_state(await editor.article(), "hu") == "outdated"


async def test_a_new_translation_is_written_and_published(editor: Editor) -> None:
    draft = await editor.save("Gesundheitskarte", 0, language="de", renders=1)
    assert (draft.number, draft.last_major) == (1, 1)
    assert translation_state(await editor.article(), "de") == "draft"
    await editor.publish(1, major=False, language="de")
    assert translation_state(await editor.article(), "de") == "current"


async def test_of_two_editors_at_once_the_second_is_told_and_loses_nothing(editor: Editor) -> None:
    await editor.save("Anna's card", 1)
    with pytest.raises(ConflictError) as caught:
        await editor.save("Béla's card", 1)
    error = caught.value
    assert error.base is not None
    assert [error.base.text.title, error.theirs.text.title, error.mine.text.title] == [
        "Health card",
        "Anna's card",
        "Béla's card",
    ]
    merged = await editor.save("Béla's card", error.theirs.number or 0)
    assert merged.number == 3
    async with editor.database.reading() as session:
        titles = [one.revision.text.title for one in await drafts.history(session, "health-card", "en")]
    assert titles == ["Béla's card", "Anna's card", "Health card"]


async def test_a_revision_with_the_same_words_is_in_nobodys_way(editor: Editor) -> None:
    draft = await editor.save("Card", 1)
    # Published as a major change: another number, the same words.
    published = await editor.publish(draft.number or 0, major=True)
    assert published.number == (draft.number or 0) + 1
    later = await editor.save("The card", draft.number or 0)
    assert (later.text.title, later.number) == ("The card", (published.number or 0) + 1)
    # Who has not seen those words is still told.
    with pytest.raises(ConflictError):
        await editor.save("My card", draft.number or 0)


async def test_of_many_who_save_in_the_same_moment_one_is_first(editor: Editor) -> None:
    results = await asyncio.gather(*(editor.save(f"Card {n}", 1) for n in range(5)), return_exceptions=True)
    saved = [one for one in results if isinstance(one, Revision)]
    assert len(saved) == 1
    assert all(isinstance(one, ConflictError) and one.theirs == saved[0] for one in results if one not in saved)


async def test_what_is_sent_twice_counts_once(editor: Editor) -> None:
    assert await editor.save("Card", 1) == await editor.save("Card", 1)


async def test_a_text_that_nobody_has_changed_adds_no_revision(editor: Editor) -> None:
    async with editor.database.transaction() as session:
        known = await drafts.revision(session, "health-card", "en", 1)
        own = Manuscript(known.text, 1, known.reviewed)
        assert await drafts.save(session, "health-card", "en", own) == known


async def test_a_draft_that_a_colleague_has_gone_on_with_is_not_published(editor: Editor) -> None:
    seen = await editor.save("Card", 1)
    await editor.save("The card", seen.number or 0)
    with pytest.raises(ConflictError):
        await editor.publish(seen.number or 0)
    assert await editor.published_title() == "Health card"


async def test_what_is_published_is_not_published_again(editor: Editor) -> None:
    before = await editor.version()
    assert (await editor.publish(1)).number == 1
    assert await editor.version() == before


async def test_an_old_text_becomes_a_new_draft(editor: Editor) -> None:
    second = await editor.publish((await editor.save("Card", 1)).number or 0)
    draft = await editor.revert(1, second.number or 0)
    assert (draft.text.title, draft.number) == ("Health card", (second.number or 0) + 1)
    assert await editor.published_title() == "Card"


async def test_an_old_text_does_not_overwrite_what_a_colleague_saved_meanwhile(editor: Editor) -> None:
    await editor.save("Card", 1)
    await editor.save("The card", 2)
    with pytest.raises(ConflictError):
        await editor.revert(1, 2)


async def test_the_history_says_what_is_published(editor: Editor) -> None:
    await editor.save("Card", 1)
    async with editor.database.reading() as session:
        found = await drafts.history(session, "health-card", "en")
        assert await drafts.history(session, "health-card", "xx") == []
    assert [(one.revision.number, one.published) for one in found] == [(2, False), (1, True)]


@pytest.mark.parametrize(
    ("id", "language", "renders", "steps", "fault"),
    [
        ("tax-card", "en", None, [], "no_steps"),
        ("health-card", "en", None, [Step(title="One")], "steps"),
        ("tax-card", "hu", 1, [Step(title="Egy")], "step_count"),
    ],
)
async def test_what_breaks_the_rules_of_published_texts_stays_a_draft(
    editor: Editor, id: str, language: str, renders: int | None, steps: list[Step], fault: str
) -> None:
    over = 1 if language == "en" else 0
    draft = await editor.save("New", over, id=id, language=language, renders=renders, steps=steps)
    with pytest.raises(UnpublishableError) as caught:
        await editor.publish(draft.number or 0, id=id, language=language)
    assert caught.value.fault == fault


async def test_what_is_published_can_be_written_to_files_and_read_back(editor: Editor) -> None:
    """The importer's rules are the editors' rules."""
    await editor.publish((await editor.save("Card", 1)).number or 0)
    await editor.save("Kártya", 1, language="hu", renders=2)
    before = await stored(editor.database)
    report = await take_in(editor.database, before[0])
    assert not report.changed
    assert await stored(editor.database) == before


@pytest.mark.parametrize(
    "act",
    [
        lambda editor: editor.article("nothing"),
        lambda editor: editor.save("Card", 0, id="nothing"),
        lambda editor: editor.save("Kártya", 1, language="hu", renders=7),
        lambda editor: editor.save("Karte", 0, language="de"),
        lambda editor: editor.publish(7),
        lambda editor: editor.publish(1, id="nothing"),
        lambda editor: editor.publish(1, language="de"),
        lambda editor: editor.revert(7, 1),
    ],
)
async def test_what_there_is_not_is_refused(editor: Editor, act: Callable[[Editor], Awaitable[object]]) -> None:
    before = await stored(editor.database)
    with pytest.raises(UnknownTextError):
        await act(editor)
    assert await stored(editor.database) == before


async def test_a_translation_of_a_source_revision_that_the_files_did_not_bring_can_still_be_edited(
    database: Database,
) -> None:
    source = builders.revision(number=5, last_major=5)
    late = builders.revision(builders.text("Kártya"), renders=3)
    await take_in(database, builders.content(builders.article(en=source, hu=late)))
    draft = await Editor(database).save("Az új kártya", 1, language="hu", renders=3)
    assert draft.renders == 3


async def test_the_first_publication_of_a_draft_from_files_is_major(database: Database) -> None:
    draft = Translation(draft=builders.revision(Text(title="New")))
    article = builders.article().model_copy(update={"translations": {"en": draft}})
    await take_in(database, builders.content(article))
    published = await Editor(database).publish(1, major=False)
    assert (published.number, published.last_major) == (1, 1)


async def test_the_repository_finds_no_article_to_lock_where_there_is_none(database: Database) -> None:
    async with database.transaction() as session:
        assert not await repository.lock_article(session, "nothing")
