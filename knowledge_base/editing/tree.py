"""The tree of topics: its order, and the use cases that keep it one, in the caller's transaction."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.documents import Topic
from knowledge_base.editing.duties import subtopics
from knowledge_base.editing.manuscript import (
    DanglingError,
    EditingError,
    OvertakenError,
    TakenError,
    UnknownTextError,
)


class InUseError(EditingError):
    """The topic cannot be removed: `uses` counts the articles, notices, contacts, topics or counsellors on it."""

    def __init__(self, uses: dict[str, int]) -> None:
        super().__init__(f"the topic is in use: {uses}")
        self.uses = uses


class LoopError(EditingError):
    """A topic cannot stand below itself."""


def arranged(topics: Sequence[Topic]) -> list[Topic]:
    """In the order of the tree: each topic, then all below it; those next to each other keep their order."""
    known = {topic.id for topic in topics}

    def below(parent: str | None) -> list[Topic]:
        found = [one for one in topics if (one.parent if one.parent in known else None) == parent]
        return [topic for one in found for topic in (one, *below(one.id))]

    return below(None)


def depths(topics: Sequence[Topic]) -> dict[str, int]:
    """How many topics stand above each."""
    parents = {topic.id: topic.parent for topic in topics}

    def depth(id: str) -> int:
        above = parents[id]
        return depth(above) + 1 if above in parents else 0

    return {id: depth(id) for id in parents}


def moved(topics: Sequence[Topic], topic_id: str, by: int) -> list[Topic]:
    """One place up (`by` -1) or down (1) among those with the same topic above; unchanged at either end."""
    one = next(topic for topic in topics if topic.id == topic_id)
    beside = [topic for topic in topics if topic.parent == one.parent]
    place = beside.index(one) + by
    if not 0 <= place < len(beside):
        return list(topics)
    other = beside[place]
    swapped = {one.id: other, other.id: one}
    return arranged([swapped.get(topic.id, topic) for topic in topics])


async def keep(session: AsyncSession, topic: Topic, *, over: Topic | None) -> bool:
    """Save the topic that an editor made of `over`, None for a new one; whether anything changed.

    A new one, and one with another topic above it, comes last there. Raises TakenError, OvertakenError, DanglingError
    where the topic above is gone, and LoopError.
    """
    await repository.lock_content(session)
    topics = await repository.load_topics(session)
    known = next((one for one in topics if one.id == topic.id), None)
    if known == topic:
        return False
    if over is None and known is not None:
        raise TakenError(f"there is a topic {topic.id!r} already")
    if over != known:
        raise OvertakenError(known)
    if topic.parent is not None:
        if topic.parent in subtopics(topics, topic.id):
            raise LoopError(f"{topic.parent!r} stands below {topic.id!r}")
        if all(one.id != topic.parent for one in topics):
            raise DanglingError([topic.parent])
    if known is not None and known.parent == topic.parent:
        new = [topic if one.id == topic.id else one for one in topics]
    else:
        new = [*(one for one in topics if one.id != topic.id), topic]
    await repository.save_topics(session, arranged(new))
    await repository.bump_content_version(session)
    return True


async def move(session: AsyncSession, topic_id: str, by: int) -> bool:
    """Whether it moved; see `moved`. Raises UnknownTextError."""
    await repository.lock_content(session)
    topics = await repository.load_topics(session)
    _known(topics, topic_id)
    changed = await repository.save_topics(session, moved(topics, topic_id, by))
    if changed:
        await repository.bump_content_version(session)
    return changed


async def remove(session: AsyncSession, topic_id: str, *, counsellors: int = 0) -> None:
    """Only what nothing is on; `counsellors` is how many are there for it. Raises UnknownTextError, InUseError."""
    await repository.lock_content(session)
    topics = await repository.load_topics(session)
    _known(topics, topic_id)
    below = sum(topic.parent == topic_id for topic in topics)
    uses = {**await repository.count_of(session, topic_id), "topics": below, "counsellors": counsellors}
    if any(uses.values()):
        raise InUseError({kind: count for kind, count in uses.items() if count})
    await repository.remove_topic(session, topic_id)
    await repository.bump_content_version(session)


def _known(topics: Collection[Topic], topic_id: str) -> None:
    if all(topic.id != topic_id for topic in topics):
        raise UnknownTextError(f"there is no topic {topic_id!r}")
