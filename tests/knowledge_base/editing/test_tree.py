"""The tree of topics: pure, and over a real database."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.database import Database
from knowledge_base.documents import Topic
from knowledge_base.editing import topics as use
from knowledge_base.editing import tree
from knowledge_base.editing.manuscript import DanglingError, EditingError, OvertakenError, TakenError, UnknownTextError
from tests import builders
from tests.databases import new_database
from tests.knowledge_base.stored import stored, take_in
from tests.knowledge_base.strategies import topic_trees


def topic(id: str, parent: str | None = None, name: str = "Name") -> Topic:
    return Topic(id=id, parent=parent, name={"en": name})


@given(topic_trees())
def test_a_tree_is_already_in_its_order(topics: list[Topic]) -> None:
    assert tree.arranged(topics) == topics


@given(topic_trees(), st.randoms())
def test_topics_in_any_order_become_a_tree(topics: list[Topic], random: Random) -> None:
    mixed = list(topics)
    random.shuffle(mixed)
    found = tree.arranged(mixed)
    assert sorted(one.id for one in found) == sorted(one.id for one in topics)
    depths = tree.depths(found)
    for above, one in zip([None, *found], found, strict=False):
        assert one.parent is None or depths[one.id] <= depths[above.id] + 1  # type: ignore[union-attr]


@given(topic_trees(), st.data())
def test_a_topic_moves_with_all_below_it_and_back(topics: list[Topic], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(topics))
    down = tree.moved(topics, one.id, 1)
    assert tree.arranged(down) == down
    assert sorted(t.id for t in down) == sorted(t.id for t in topics)
    if down != topics:
        assert tree.moved(down, one.id, -1) == topics


@pytest.fixture
async def full(database: Database) -> Database:
    topics = [topic("health"), topic("doctor", "health"), topic("dentist", "health"), topic("work"), topic("law")]
    await take_in(database, builders.content(topics=topics))
    return database


async def keep(database: Database, new: Topic, over: Topic | None = None) -> bool:
    async with database.transaction() as session:
        return await use.keep(session, new, over=over)


async def ids(database: Database) -> list[str]:
    return [one.id for one in (await stored(database))[0].topics]


async def test_a_new_topic_comes_last_below_the_one_above_it(full: Database) -> None:
    before = (await stored(full))[1]
    await keep(full, topic("nurse", "health"))
    assert await ids(full) == ["health", "doctor", "dentist", "nurse", "work", "law"]
    assert (await stored(full))[1] == before + 1


async def test_a_topic_is_renamed_and_put_elsewhere_with_all_below_it(full: Database) -> None:
    await keep(full, topic("health", "law", "Health care"), topic("health"))
    assert await ids(full) == ["work", "law", "health", "doctor", "dentist"]
    assert not await keep(full, topic("health", "law", "Health care"), topic("health"))


async def test_a_topic_moves_among_those_beside_it(full: Database) -> None:
    async with full.transaction() as session:
        assert await use.move(session, "work", -1)
        assert not await use.move(session, "work", -1)
        assert await use.move(session, "doctor", 1)
    assert await ids(full) == ["work", "health", "dentist", "doctor", "law"]


@pytest.mark.parametrize(
    ("new", "over", "error"),
    [
        (topic("work"), None, None),
        (topic("work", name="Jobs"), None, TakenError),
        (topic("work", name="Jobs"), topic("work", name="Labour"), OvertakenError),
        (topic("gone"), topic("gone", name="Labour"), OvertakenError),
        (topic("health", "dentist"), topic("health"), tree.LoopError),
        (topic("health", "health"), topic("health"), tree.LoopError),
        (topic("new", "gone"), None, DanglingError),
    ],
)
async def test_what_would_harm_the_tree_is_refused(
    full: Database, new: Topic, over: Topic | None, error: type[EditingError] | None
) -> None:
    before = await stored(full)
    if error is None:
        assert not await keep(full, new, over)
    else:
        with pytest.raises(error):
            await keep(full, new, over)
    assert await stored(full) == before


@pytest.mark.parametrize(
    ("id", "counsellors", "uses"),
    [
        ("health", 0, {"articles": 2, "contacts": 1, "topics": 2}),
        ("work", 0, {"articles": 1}),
        ("law", 2, {"counsellors": 2}),
    ],
)
async def test_a_topic_in_use_stays(full: Database, id: str, counsellors: int, uses: dict[str, int]) -> None:
    async with full.transaction() as session:
        with pytest.raises(tree.InUseError) as caught:
            await use.remove(session, id, counsellors=counsellors)
    assert caught.value.uses == uses


async def test_a_topic_that_nothing_is_on_can_be_removed(full: Database) -> None:
    async with full.transaction() as session:
        await use.remove(session, "dentist")
        for act in (use.remove(session, "dentist"), use.move(session, "dentist", 1)):
            with pytest.raises(UnknownTextError):
                await act
    assert await ids(full) == ["health", "doctor", "work", "law"]


names = st.sampled_from("abcd")
acts = st.lists(st.tuples(st.sampled_from(["keep", "up", "down", "remove"]), names, st.none() | names), max_size=12)


@settings(max_examples=40)
@given(acts)
async def test_whatever_editors_do_it_stays_a_tree(steps: list[tuple[str, str, str | None]]) -> None:
    async with new_database("sqlite") as database:
        for act, id, parent in steps:
            known = {one.id: one for one in (await stored(database))[0].topics}
            try:
                async with database.transaction() as session:
                    if act == "keep":
                        await use.keep(session, topic(id, parent), over=known.get(id))
                    elif act == "remove":
                        await use.remove(session, id)
                    else:
                        await use.move(session, id, -1 if act == "up" else 1)
            except EditingError:
                pass
            topics = (await stored(database))[0].topics
            assert tree.arranged(topics) == topics
            assert {one.parent for one in topics} <= {None, *(one.id for one in topics)}
