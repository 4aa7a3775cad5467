"""What a button under a message carries: the event that showed it and its place there, not what it does.

What it does is read from the stored event. So an old button does what it said then, and the 64 bytes that Telegram
allows are always enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.replies import Button, Checklist, Item, Reply
from bot.replies import Buttons as ButtonsBlock

# What Telegram takes under one message.
MOST = 100


@dataclass(frozen=True, slots=True)
class Press:
    """`on` is what a box becomes, None for a button."""

    conversation_id: str
    event: int
    index: int
    on: bool | None = None

    def __str__(self) -> str:
        state = "" if self.on is None else f":{self.on:d}"
        return f"{self.conversation_id}:{self.event}:{self.index}{state}"

    @classmethod
    def read(cls, data: str | None) -> "Press | None":
        """None for what is not ours."""
        conversation_id, *numbers = (data or "").split(":")
        if len(numbers) not in (2, 3) or not all(n.isascii() and n.isdecimal() and len(n) < 10 for n in numbers):
            return None
        event, index, *state = map(int, numbers)
        return cls(conversation_id, event, index, bool(state[0]) if state else None)

    def payload(self, reply: Reply) -> str | None:
        """What pressing it sends; None where the reply has no such button."""
        pressed = dict(enumerate(pressable(reply))).get(self.index)
        match pressed:
            case Button():
                return pressed.payload
            case Item():
                return pressed.tick if self.on else pressed.untick
        return None


def pressable(reply: Reply) -> Iterator[Button | Item]:
    """Everything that can be pressed, in the order in which it is numbered."""
    for block in reply.blocks:
        match block:
            case Checklist():
                yield from block.items
            case ButtonsBlock():
                yield from block.buttons
