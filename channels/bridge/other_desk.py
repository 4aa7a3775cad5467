"""What every other desk can do, and what comes back from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.handoff.moves import Outcome
from channels.bridge.letters import Case, Letter, Line, Moved, Opened


class NotALetterError(ValueError):
    """What came in is not what this desk sends."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that the other desk did with a case, which it knows as `remote`.

    `id` is its own id of a message with a `text`; `outcome` says that it closed the case, after that message.
    """

    remote: str
    id: str = ""
    text: str = ""
    outcome: Outcome | None = None


class OtherDesk(Protocol):
    """`again` says that the same may have arrived before: then it must not be there twice.

    All that sends raises LaterError or RefusedError.
    """

    async def send(self, case: Case, number: int, letter: Letter, *, again: bool) -> str:
        """Tell of an event; returns the id that the other desk has for the case."""
        ...

    async def erase(self, case: Case) -> None:
        """Have everything of the conversation deleted; it may never have been there."""
        ...

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Heard]:
        """Read a webhook's call; headers in any case. Raises NotSignedError or NotALetterError."""
        ...

    async def missed(self, case: Case) -> Sequence[Heard]:
        """What was written there lately, whether a webhook told of it or not; the oldest first."""
        ...

    async def close(self) -> None: ...


# Sentences for the colleagues at the other desk, who have one language in common: that of their program.
STATES = {
    "waiting": "The case waits for a person again.",
    "accepted": "A colleague at Kalauz's own desk has taken the case.",
    "agreed": "The person asked to be called back; Kalauz's own desk has the number.",
    "returned": "The person is with the assistant again.",
    "closed": "The case was closed at Kalauz's own desk.",
    "expired": "Nobody came in time; the person was told so.",
}
URGENT = "Danger: this is urgent."


def summary(opened: Opened) -> str:
    """A new case as plain text: what it is about, then all that was said."""
    about = {
        "Language": opened.language,
        "Topic": opened.topic,
        "Country": opened.country,
        "Reason": opened.reason,
        "Writes on": opened.channel,
    }
    head = [URGENT] if opened.urgent else []
    head += [f"{label}: {value}" for label, value in about.items() if value]
    return "\n\n".join(["\n".join(head), *(spoken(line) for line in opened.lines)])


def spoken(line: Line) -> str:
    return f"[{line.at:%Y-%m-%d %H:%M} UTC] {line.name or line.sender}:\n{line.text}"


def told(moved: Moved) -> str | None:
    """A move as a sentence; None for what the other desk did itself."""
    if moved.own:
        return URGENT if moved.urgent else None
    sentence = STATES.get(moved.state, moved.state)
    return f"{URGENT} {sentence}" if moved.urgent and not moved.over else sentence


def entry(of: object, *path: str) -> Any:
    """What lies at a path of nested objects; None where there is nothing."""
    for name in path:
        of = of.get(name) if isinstance(of, dict) else None
    return of
