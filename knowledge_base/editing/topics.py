"""The use cases of topics, which keep them a tree, in the caller's transaction."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.documents import Topic
from knowledge_base.editing.duties import subtopics
from knowledge_base.editing.manuscript import DanglingError, OvertakenError, TakenError, UnknownTextError
from knowledge_base.editing.tree import InUseError, LoopError, arranged, moved


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
