"""How complete the content is, and which translations are outdated."""

import asyncio

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge_base.database import Database
from knowledge_base.documents import Article, Translation
from knowledge_base.status import content_status, translation_state
from tests import builders
from tests.databases import new_database
from tests.knowledge_base.stored import stored, take_in


def article(source_number: int | None, last_major: int | None, renders: int) -> Article:
    source = builders.revision(number=source_number, last_major=last_major)
    return builders.article(en=source, hu=builders.revision(renders=renders))


@settings(max_examples=50)
@given(edits=st.lists(st.sampled_from(["major", "minor", "translate"]), max_size=8))
@example(edits=["minor"])
@example(edits=["major"])
@example(edits=["major", "translate", "minor"])
@example(edits=["minor", "major", "translate", "minor", "major"])
def test_a_translation_is_outdated_if_and_only_if_a_major_source_revision_is_newer(
    edits: list[str],
) -> None:
    async def state_after_edits() -> str:
        number = last_major = renders = 1
        async with new_database("sqlite") as database:
            for edit in ["translate", *edits]:
                if edit == "translate":
                    renders = number
                else:
                    number += 1
                    last_major = number if edit == "major" else last_major
                source = builders.revision(builders.text(body=f"{number}"), number=number, last_major=last_major)
                translation = builders.revision(builders.text(body=f"hu {renders}"), renders=renders)
                await take_in(database, builders.content(builders.article(en=source, hu=translation)))
            content, _ = await stored(database)
        return translation_state(content.articles[0], "hu")

    major_since_translated = False
    for edit in edits:
        major_since_translated = edit == "major" or (major_since_translated and edit != "translate")
    assert asyncio.run(state_after_edits()) == ("outdated" if major_since_translated else "current")


async def test_an_unnumbered_edit_of_the_source_is_major(database: Database) -> None:
    translation = builders.revision(renders=1)
    for body in ("Before.", "After."):
        source = builders.revision(builders.text(body=body))
        await take_in(database, builders.content(builders.article(en=source, hu=translation)))
    content, _ = await stored(database)
    assert translation_state(content.articles[0], "hu") == "outdated"


@pytest.mark.parametrize(
    ("number", "last_major", "renders", "state"),
    [
        (None, None, 1, "current"),
        (2, None, 1, "outdated"),
        (2, 2, 2, "current"),
        (3, 2, 2, "current"),
        (3, 2, 1, "outdated"),
        (9, 1, 1, "current"),
    ],
)
def test_the_state_of_a_translation(number: int | None, last_major: int | None, renders: int, state: str) -> None:
    assert translation_state(article(number, last_major, renders), "hu") == state


def test_the_source_is_never_outdated() -> None:
    assert translation_state(article(3, 3, 1), "en") == "current"


def test_a_draft_of_the_source_outdates_nothing() -> None:
    shown = article(1, 1, 1)
    draft = Translation(published=shown.translations["en"].published, draft=builders.revision(number=2, last_major=2))
    changed = shown.model_copy(update={"translations": {**shown.translations, "en": draft}})
    assert translation_state(changed, "hu") == "current"


def test_a_language_without_a_text_is_missing() -> None:
    assert translation_state(builders.article(), "de") == "missing"


def test_a_text_that_is_not_published_is_a_draft() -> None:
    shown = builders.article()
    translations = {**shown.translations, "hu": Translation(draft=builders.revision(renders=1))}
    assert translation_state(shown.model_copy(update={"translations": translations}), "hu") == "draft"


def test_the_status_counts_every_article_in_every_language() -> None:
    past = builders.article("past", facts=builders.facts(history=True, confidence="low", verify="Ask the office"))
    content = builders.content(article(2, 2, 1), past, contacts=[builders.contact(verify="Call them")])
    status = content_status(content)
    assert (status.articles, status.history, status.contacts) == (2, 1, 1)
    assert [(row.language, row.current, row.outdated, row.missing) for row in status.languages] == [
        ("en", 2, 0, 0),
        ("hu", 0, 1, 1),
    ]
    assert status.confidence == {"high": 1, "low": 1}
    assert status.to_verify == [("past", "Ask the office"), ("help-line", "Call them")]
