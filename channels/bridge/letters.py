"""What the other desk is told of a case: read from the conversation's events, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.conversations import StoredEvent
from bot.handoff.cases import SLOT
from bot.messages import Message
from bot.transcript import messages_of

# While one of these holds, what the migrant writes is for a person.
WITH_A_PERSON = frozenset({"waiting", "accepted"})


@dataclass(frozen=True, slots=True)
class Case:
    """A bridged handoff; see `channels.bridge.tables.BridgedRow`."""

    handoff_id: int
    conversation_id: str
    opening: int
    delivered: int
    sending: int
    remote: str | None
    open: bool
    tries: int
    parked: bool

    def key(self, number: int) -> str:
        """The same for the same letter, however often it is sent."""
        return f"{self.conversation_id}-{number}"


@dataclass(frozen=True, slots=True)
class Line:
    """`sender` is migrant, bot or person; `name` is the person's."""

    sender: str
    name: str | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """The case is new; `lines` is everything said so far. `topic` is an id."""

    language: str
    topic: str | None
    country: str | None
    reason: str
    urgent: bool
    channel: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Written:
    line: Line


@dataclass(frozen=True, slots=True)
class Moved:
    """The case came into a state; see `bot.handoff.moves.State`.

    `own`: the other desk has it. `reopened`: it was over before.
    """

    state: str
    urgent: bool
    outcome: str | None
    own: bool
    reopened: bool

    @property
    def over(self) -> bool:
        return self.state not in WITH_A_PERSON


Letter = Opened | Written | Moved


@dataclass(frozen=True, slots=True)
class Following:
    """The next letter and the event that it tells of; None where nothing up to there is for the other desk."""

    number: int
    letter: Letter | None
    open: bool


def lines_of(events: Sequence[StoredEvent]) -> list[Line]:
    return [_line(message) for message in messages_of(events) if not message.in_place]


def following(case: Case, events: Sequence[StoredEvent], own: int) -> Following | None:
    """What comes after the case's cursor; `events` are those beyond it.

    `own` is the id of the account that stands for the other desk. None where there is nothing new.
    """
    for event in events:
        letter = _letter(case, event, own)
        if letter is not None:
            return Following(event.number, letter, not letter.over if isinstance(letter, Moved) else case.open)
    return Following(events[-1].number, None, case.open) if events else None


def _letter(case: Case, event: StoredEvent, own: int) -> Written | Moved | None:
    data = event.data
    if data["event"] == "slot" and data["name"] == SLOT:
        told: dict[str, Any] = data["value"]
        if not case.open and told["state"] not in WITH_A_PERSON:
            return None
        theirs = told["state"] == "accepted" and told["by"] == own
        return Moved(told["state"], told["urgent"], told["outcome"], own=theirs, reopened=not case.open)
    # What the other desk wrote itself it knows.
    if not case.open or (event.client_id or "").startswith(f"desk-{own}-"):
        return None
    lines = [line for line in lines_of([event]) if line.sender != "bot"]
    return Written(lines[0]) if lines else None


def _line(message: Message) -> Line:
    name = message.reply.person if message.reply else None
    return Line(message.sender, name, message.text, datetime.fromtimestamp(message.at, UTC))
