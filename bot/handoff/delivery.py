"""How far what was written has come on its way to the migrant, as far as a channel can say.

A channel that keeps a cursor of its own is a source. What a browser says that it has is noted in memory, so that
nothing is written for it; after a restart it is not known until the browser is heard of again.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# `unknown`: it was sent, and nothing says whether it arrived.
Delivery = Literal["unknown", "sent", "arrived", "refused"]
# Conversations that are remembered; those that were noted longest ago are forgotten first.
KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a conversation has come to its migrant.

    Everything up to the event `number` that was stored by then (`at`; None: whenever) is there, but for the events in
    `refused`, which the channel would not take. `unreachable`: it takes nothing any more.
    """

    number: int
    at: datetime | None = None
    refused: frozenset[int] = frozenset()
    unreachable: bool = False


Source = Callable[[Collection[str]], Awaitable[Mapping[str, Reached]]]


def delivery_of(reached: Reached | None, number: int, stored_at: float) -> Delivery:
    """How it stands with the message of that number, stored at seconds since 1970."""
    if reached is None:
        return "unknown"
    if number in reached.refused:
        return "refused"
    is_there = number <= reached.number and (reached.at is None or stored_at <= reached.at.timestamp())
    return "arrived" if is_there else "sent"


class Deliveries:
    """`sources` give what channels know by themselves, by the ids of their conversations."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources
        self._noted: OrderedDict[str, Reached] = OrderedDict()

    def note(self, conversation_id: str, number: int, at: datetime) -> bool:
        """A browser says that it has everything up to `number`; whether that is new.

        The first time counts: a number that is ahead of what is stored says nothing of what comes later.
        """
        known = self._noted.get(conversation_id)
        if known is not None and number <= known.number:
            return False
        self._noted[conversation_id] = Reached(number, at)
        self._noted.move_to_end(conversation_id)
        if len(self._noted) > KEPT:
            self._noted.popitem(last=False)
        return True

    def forget(self, conversation_id: str) -> None:
        self._noted.pop(conversation_id, None)

    async def of(self, conversation_ids: Collection[str]) -> dict[str, Reached]:
        """What is known, by the conversations' ids."""
        found = {id: self._noted[id] for id in conversation_ids if id in self._noted}
        for source in self._sources:
            found |= await source(conversation_ids)
        return found
