"""The tree of topics: its order, and what must not be done to it."""

from collections.abc import Sequence

from knowledge_base.documents import Topic
from knowledge_base.editing.manuscript import EditingError


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
