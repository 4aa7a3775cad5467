import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.database import Database
from knowledge_base.editing.articles import change_asked
from knowledge_base.editing.asked import changed
from knowledge_base.editing.manuscript import UnknownTextError
from tests import builders
from tests.knowledge_base.stored import stored, take_in

questions = st.lists(st.sampled_from("abcdef"), unique=True)


@given(questions, questions, questions)
def test_what_is_added_is_there_and_what_is_removed_is_not(
    known: list[str], added: list[str], removed: list[str]
) -> None:
    found = changed(known, added, removed)
    assert set(found) == (set(known) - set(removed)) | set(added)
    assert len(found) == len(set(found))
    assert [one for one in found if one in known] == [one for one in known if one in found]


@given(questions, questions, questions)
def test_two_editors_changes_count_both_whoever_is_first(known: list[str], one: list[str], other: list[str]) -> None:
    def of(mine: list[str], over: list[str]) -> list[str]:
        """`over` after somebody made `mine` of `known`."""
        return changed(over, [q for q in mine if q not in known], [q for q in known if q not in mine])

    assert set(of(one, of(other, known))) == set(of(other, of(one, known)))


async def asked(database: Database) -> dict[str, list[str]]:
    content, _ = await stored(database)
    return next(article.asked for article in content.articles if article.id == "health-card")


async def test_questions_are_added_and_taken_out(database: Database) -> None:
    await take_in(database, builders.content())
    before = (await stored(database))[1]
    async with database.transaction() as session:
        assert await change_asked(session, "health-card", "hu", added=["Hol a kártya?", "Mi az?"], removed=[])
    assert await asked(database) == {"hu": ["Hol a kártya?", "Mi az?"]}
    async with database.transaction() as session:
        assert await change_asked(session, "health-card", "hu", added=[], removed=["Hol a kártya?", "Mi az?"])
        assert not await change_asked(session, "health-card", "hu", added=[], removed=["Mi az?"])
    assert await asked(database) == {}
    assert (await stored(database))[1] == before + 2


async def test_there_are_no_questions_for_what_there_is_not(database: Database) -> None:
    async with database.transaction() as session:
        with pytest.raises(UnknownTextError):
            await change_asked(session, "nothing", "hu", added=["Mi az?"], removed=[])
