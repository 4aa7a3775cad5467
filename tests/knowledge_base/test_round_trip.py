"""Content survives every way in and out, whatever people write in it."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.documents import Content, Revision
from knowledge_base.files import read, write
from knowledge_base.yaml_text import YamlText, dump
from tests import builders
from tests.databases import Backend, new_database
from tests.knowledge_base.stored import stored, take_in
from tests.knowledge_base.strategies import TRICKY, bodies, contents, lines


def through_files(content: Content) -> Content:
    with tempfile.TemporaryDirectory() as folder:
        write(content, Path(folder))
        return read(Path(folder))


def numbered(content: Content) -> Content:
    """The content with the numbers written out that a file leaves out."""

    def written_out(revision: Revision | None) -> Revision | None:
        if revision is None:
            return None
        number = revision.number or 1
        return revision.model_copy(update={"number": number, "last_major": revision.last_major or number})

    articles = []
    for article in content.articles:
        translations = {
            language: saved.model_copy(
                update={"published": written_out(saved.published), "draft": written_out(saved.draft)}
            )
            for language, saved in article.translations.items()
        }
        articles.append(article.model_copy(update={"translations": translations}))
    return content.model_copy(update={"articles": articles})


@given(contents())
def test_any_content_survives_its_files(content: Content) -> None:
    assert numbered(through_files(content)) == content


@settings(max_examples=40)
@given(content=contents())
def test_any_content_survives_files_and_sqlite(content: Content) -> None:
    survives(content, "sqlite")


@settings(max_examples=10)
@given(content=contents())
def test_any_content_survives_files_and_postgresql(content: Content) -> None:
    survives(content, "postgresql")


def survives(content: Content, backend: Backend) -> None:
    async def through_database() -> Content:
        async with new_database(backend) as database:
            await take_in(database, through_files(content))
            return (await stored(database))[0]

    loaded = asyncio.run(through_database())
    assert loaded == content
    assert numbered(through_files(loaded)) == content


@settings(max_examples=40)
@given(content=contents())
def test_any_content_or_its_export_imported_again_changes_nothing(content: Content) -> None:
    async def import_thrice() -> None:
        from_files = through_files(content)
        async with new_database("sqlite") as database:
            await take_in(database, from_files)
            before = await stored(database)
            for again in (from_files, through_files(before[0])):
                assert not (await take_in(database, again)).changed
                assert await stored(database) == before

    asyncio.run(import_thrice())


@pytest.mark.parametrize("said", TRICKY)
def test_a_text_that_yaml_takes_for_something_else_stays_that_text(said: str) -> None:
    assert YamlText(dump({"fee": said, "papers": [said]})).value == {"fee": said, "papers": [said]}


@given(st.dictionaries(lines, lines | st.lists(lines) | st.booleans() | st.none() | st.integers(0, 10**18 - 1)))
def test_any_yaml_that_is_written_is_read_as_the_same(value: dict[str, object]) -> None:
    assert YamlText(dump(value)).value == value


@given(bodies)
def test_any_body_survives_its_file(body: str) -> None:
    content = builders.content(builders.article(en=builders.revision(builders.text(body=body))))
    read_back = through_files(content).articles[0].translations["en"].published
    assert read_back is not None
    assert read_back.text.body == body.strip()


@pytest.mark.parametrize("body", ["a --- b", "--x--", "title: no\n\n--- and on", "- ---x"])
def test_a_body_with_hyphens_is_not_cut(body: str) -> None:
    content = builders.content(builders.article(en=builders.revision(builders.text(body=body))))
    assert through_files(content) == content
