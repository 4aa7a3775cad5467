"""Content goes into the database: all of it or nothing, each changed text as a new revision."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from channels.cli import kb
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Content, Revision, Translation
from knowledge_base.files import write
from knowledge_base.importer import import_content
from knowledge_base.tables import ArticleRow, ContactRow, RevisionChangedError, RevisionRow
from tests import builders
from tests.knowledge_base.stored import stored, take_in


def card(body: str, **changes: object) -> Revision:
    return builders.revision(builders.text(body=body), **changes)


def card_content(published: Revision | None = None, *, draft: Revision | None = None, **others: Revision) -> Content:
    """One article, whose English text is published, drafted or both."""
    said = {"en": Translation(published=published, draft=draft)}
    said |= {language: Translation(published=revision) for language, revision in others.items()}
    article = builders.article().model_copy(update={"translations": said})
    return builders.content(article)


async def english(session: AsyncSession, number: int) -> Revision | None:
    return await repository.get_revision(session, "health-card", "en", number)


async def published(database: Database, language: str = "en") -> Revision:
    content, _ = await stored(database)
    found = content.articles[0].translations[language].published
    assert found is not None
    return found


async def test_everything_is_taken_in(database: Database) -> None:
    content = builders.content(notices=[builders.notice()])
    report = await take_in(database, content)
    found, version = await stored(database)
    assert (report.revisions, report.unchanged) == (3, 0)
    assert [article.id for article in found.articles] == sorted(article.id for article in content.articles)
    assert (found.topics, found.contacts) == (content.topics, content.contacts)
    assert (found.notices, found.sites) == (content.notices, content.sites)
    assert version == 1


async def test_importing_twice_changes_nothing(database: Database) -> None:
    content = builders.content(notices=[builders.notice()])
    await take_in(database, content)
    before = await stored(database)
    report = await take_in(database, content)
    assert not report.changed
    assert report.unchanged == 3
    assert await stored(database) == before


async def test_importing_a_text_with_a_newer_draft_twice_changes_nothing(database: Database) -> None:
    content = card_content(card("Published."), draft=card("Draft."))
    await take_in(database, content)
    before = await stored(database)
    assert not (await take_in(database, content)).changed
    assert await stored(database) == before


async def test_importing_an_older_number_with_another_text_twice_saves_it_once(database: Database) -> None:
    await take_in(database, card_content(card("Newest.", number=5)))
    content = card_content(card("Edited from an old export.", number=2))
    assert (await take_in(database, content)).revisions == 1
    assert not (await take_in(database, content)).changed
    assert (await published(database)).number == 6


async def test_two_imports_at_the_same_time_save_each_text_once(database: Database) -> None:
    content = builders.content()
    reports = await asyncio.gather(take_in(database, content), take_in(database, content))
    assert sorted(report.revisions for report in reports) == [0, 3]
    assert (await stored(database))[1] == 1


async def test_a_changed_text_is_a_new_revision_and_the_old_one_stays(database: Database) -> None:
    await take_in(database, card_content(card("Old.")))
    report = await take_in(database, card_content(card("New.")))
    assert report.revisions == 1
    assert (await published(database)).number == 2
    async with database.reading() as session:
        old, new = await english(session, 1), await english(session, 2)
    assert old is not None
    assert new is not None
    assert (old.text.body, new.text.body) == ("Old.", "New.")


async def test_a_text_that_was_checked_again_is_a_new_revision(database: Database) -> None:
    await take_in(database, card_content(card("Same.")))
    later = builders.REVIEWED.replace(day=23)
    assert (await take_in(database, card_content(card("Same.", reviewed=later)))).revisions == 1
    assert (await published(database)).reviewed == later


async def test_a_change_raises_the_content_version_by_one(database: Database) -> None:
    await take_in(database, builders.content())
    await take_in(database, builders.content(contacts=[builders.contact(name="Other line")]))
    assert (await stored(database))[1] == 2


async def test_changed_facts_are_saved_without_a_new_revision(database: Database) -> None:
    await take_in(database, builders.content(builders.article()))
    changed = builders.article(facts=builders.facts(history=True))
    report = await take_in(database, builders.content(changed))
    assert (report.facts, report.revisions) == (1, 0)
    assert (await stored(database))[0].articles[0].facts.history


async def test_a_draft_leaves_what_is_published(database: Database) -> None:
    await take_in(database, card_content(card("Published.")))
    await take_in(database, card_content(card("Published."), draft=card("Draft.")))
    translation = (await stored(database))[0].articles[0].translations["en"]
    assert translation.published is not None
    assert translation.draft is not None
    assert (translation.published.text.body, translation.draft.text.body) == ("Published.", "Draft.")
    assert (translation.published.number, translation.draft.number) == (1, 2)


async def test_a_draft_whose_file_becomes_the_published_one_is_published_as_it_is(database: Database) -> None:
    await take_in(database, card_content(card("Published."), draft=card("Draft.")))
    report = await take_in(database, card_content(card("Draft.")))
    assert report.revisions == 0
    translation = (await stored(database))[0].articles[0].translations["en"]
    assert translation.published is not None
    assert translation.published.number == 2
    assert translation.draft is None


async def test_a_text_without_anything_published_is_a_draft(database: Database) -> None:
    await take_in(database, card_content(draft=card("Draft.")))
    translation = (await stored(database))[0].articles[0].translations["en"]
    assert translation.published is None
    assert translation.draft is not None


async def test_going_back_to_an_old_text_is_a_new_revision(database: Database) -> None:
    for body in ("First.", "Second.", "First."):
        await take_in(database, card_content(card(body)))
    assert (await published(database)).number == 3


async def test_a_files_own_number_is_kept_where_it_is_free(database: Database) -> None:
    await take_in(database, card_content(card("First.", number=4, last_major=2)))
    saved = await published(database)
    assert (saved.number, saved.last_major) == (4, 2)


async def test_a_minor_revision_keeps_the_last_major_one(database: Database) -> None:
    await take_in(database, card_content(card("Text.")))
    await take_in(database, card_content(card("Text, mended.", number=2, last_major=1)))
    saved = await published(database)
    assert (saved.number, saved.last_major) == (2, 1)


async def test_a_minor_revision_never_hides_a_major_one_of_the_database(database: Database) -> None:
    for body in ("One.", "Two.", "Three."):
        await take_in(database, card_content(card(body)))
    await take_in(database, card_content(card("Two, mended.", number=3, last_major=1)))
    saved = await published(database)
    assert (saved.number, saved.last_major) == (4, 3)


def asked_content(**asked: list[str]) -> Content:
    """One article, and how people ask for it by language."""
    return builders.content(builders.article().model_copy(update={"asked": asked}))


async def asked(database: Database) -> dict[str, list[str]]:
    return (await stored(database))[0].articles[0].asked


async def test_how_people_ask_is_taken_in(database: Database) -> None:
    report = await take_in(database, asked_content(hu=["Hol a kártya?"], vi=["thẻ y tế ở đâu"]))
    assert report.changed
    assert await asked(database) == {"hu": ["Hol a kártya?"], "vi": ["thẻ y tế ở đâu"]}


async def test_how_people_ask_in_a_language_is_replaced_by_a_later_import(database: Database) -> None:
    await take_in(database, asked_content(hu=["Hol a kártya?", "kell TAJ?"], vi=["thẻ y tế ở đâu"]))
    report = await take_in(database, asked_content(hu=["Merre a kártya?"]))
    assert (report.facts, report.revisions) == (1, 0)
    assert await asked(database) == {"hu": ["Merre a kártya?"], "vi": ["thẻ y tế ở đâu"]}


async def test_how_people_ask_in_another_order_is_another_content(database: Database) -> None:
    await take_in(database, asked_content(hu=["a?", "b?"]))
    assert (await take_in(database, asked_content(hu=["b?", "a?"]))).changed
    assert await asked(database) == {"hu": ["b?", "a?"]}


async def test_importing_how_people_ask_twice_changes_nothing(database: Database) -> None:
    await take_in(database, asked_content(hu=["Hol a kártya?"]))
    before = await stored(database)
    assert not (await take_in(database, asked_content(hu=["Hol a kártya?"]))).changed
    assert await stored(database) == before


async def test_content_that_does_not_say_how_people_ask_leaves_what_is_known(database: Database) -> None:
    await take_in(database, asked_content(hu=["Hol a kártya?"]))
    assert not (await take_in(database, asked_content())).changed
    assert await asked(database) == {"hu": ["Hol a kártya?"]}


async def test_articles_that_are_not_imported_stay(database: Database) -> None:
    await take_in(database, builders.content(builders.article("first")))
    await take_in(database, builders.content(builders.article("second")))
    assert [article.id for article in (await stored(database))[0].articles] == ["first", "second"]


async def test_a_saved_revision_cannot_be_changed(database: Database) -> None:
    await take_in(database, card_content(card("Said.")))

    async def rewrite() -> None:
        async with database.transaction() as session:
            row = await session.get_one(RevisionRow, ("health-card", "en", 1))
            row.text = {**row.text, "body": "Never said."}

    with pytest.raises(RevisionChangedError, match="health-card/en/1"):
        await rewrite()
    assert (await published(database)).text.body == "Said."


async def test_an_error_after_the_import_takes_it_all_back(database: Database) -> None:
    async def import_and_fail() -> None:
        async with database.transaction() as session:
            await import_content(session, builders.content(notices=[builders.notice()]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await import_and_fail()
    assert await stored(database) == (Content(), 0)


async def test_an_error_in_the_middle_of_an_import_takes_it_all_back(database: Database) -> None:
    await take_in(database, card_content(card("Before.")))
    before = await stored(database)
    too_big = builders.revision().model_copy(update={"number": 2**70})
    content = builders.content(builders.article(), builders.article("last", en=too_big), contacts=[])
    with pytest.raises((OverflowError, DBAPIError)):
        await take_in(database, content)
    assert await stored(database) == before


async def test_a_cancelled_import_takes_it_all_back(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def import_and_wait() -> None:
        async with database.transaction() as session:
            await import_content(session, builders.content())
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(import_and_wait())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await stored(database) == (Content(), 0)


def test_one_bad_file_among_good_folders_leaves_the_database_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kalauz.db'}"
    monkeypatch.setenv("KALAUZ_DATABASE_URL", url)
    good, bad = tmp_path / "good", tmp_path / "bad"
    write(builders.content(), good)
    write(builders.content(builders.article("other")), bad)
    (bad / "articles/other/hu.md").write_text("no front matter")
    result = CliRunner().invoke(kb.app, ["import", str(good), str(bad)])
    assert result.exit_code == 1
    assert f"{bad / 'articles/other/hu.md'}:1: expected front matter" in result.output

    async def rows() -> list[object]:
        database = Database(url)
        await database.migrate()
        async with database.reading() as session:
            found = [*await session.scalars(select(ArticleRow)), *await session.scalars(select(ContactRow))]
        await database.close()
        return found

    assert asyncio.run(rows()) == []


def test_an_import_takes_in_several_folders_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALAUZ_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'kalauz.db'}")
    first, second = tmp_path / "first", tmp_path / "second"
    write(builders.content(builders.article("first")), first)
    write(builders.content(builders.article("second")), second)
    result = CliRunner().invoke(kb.app, ["import", str(first), str(second)])
    assert result.exit_code == 0
    assert result.output.startswith("2 texts new or changed, 0 as they were")


def test_an_import_of_a_folder_without_how_people_ask_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALAUZ_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'kalauz.db'}")
    write(asked_content(hu=["Hol a kártya?"]), tmp_path / "full")
    write(builders.content(builders.article()), tmp_path / "bare")
    for folder in ("full", "bare"):
        assert CliRunner().invoke(kb.app, ["import", str(tmp_path / folder)]).exit_code == 0
    assert CliRunner().invoke(kb.app, ["export", str(tmp_path / "out")]).exit_code == 0
    assert (tmp_path / "out/asked/hu.tsv").read_text("utf-8") == "health-card\tHol a kártya?\n"


async def test_a_text_that_comes_back_as_a_draft_only_is_withdrawn(database: Database) -> None:
    await take_in(database, card_content(card("Wrong."), hu=card("Rossz.", renders=1)))
    before = (await stored(database))[1]
    withdrawn = Translation(draft=card("Rossz.", renders=1))
    content = card_content(card("Wrong."))
    article = content.articles[0].model_copy(
        update={"translations": {**content.articles[0].translations, "hu": withdrawn}}
    )
    await take_in(database, content.model_copy(update={"articles": [article]}))
    found, version = await stored(database)
    assert found.articles[0].translations["hu"].published is None
    assert version == before + 1
