"""The states of a handoff, and the one function that moves it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, get_args

State = Literal["waiting", "accepted", "agreed", "returned", "closed", "expired"]
Reason = Literal["asked", "urgent", "no_answer", "feedback", "topic", "callback"]
Outcome = Literal["solved", "referred", "unreachable", "other"]
Name = Literal[
    "request",
    "raise",
    "accept",
    "assign",
    "release",
    "lapse",
    "agree",
    "withdraw",
    "return",
    "close",
    "reopen",
    "expire",
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
# While one of these holds there is somebody who still has to do something.
OPEN: Final = frozenset({"waiting", "accepted", "agreed"})
OVER: Final = frozenset(get_args(State)) - OPEN
BOT, DESK = "bot", "desk"

# From which states, and to which; None is a conversation that was never handed over, "" stays where it is.
MOVES: Final[dict[Name, tuple[frozenset[str | None], State | Literal[""]]]] = {
    "request": (OVER | {None, "agreed"}, "waiting"),
    "raise": (OPEN, ""),
    "accept": (frozenset({"waiting", "agreed"}), "accepted"),
    "assign": (OPEN, "accepted"),
    "release": (frozenset({"accepted"}), "waiting"),
    "lapse": (frozenset({"accepted"}), "waiting"),
    "agree": (OVER | {None, "waiting", "accepted", "agreed"}, "agreed"),
    "withdraw": (frozenset({"waiting"}), "returned"),
    "return": (frozenset({"accepted"}), "returned"),
    "close": (frozenset({"accepted", "agreed"}), "closed"),
    "reopen": (OVER, "accepted"),
    "expire": (frozenset({"waiting"}), "expired"),
}
# What only the counsellor does who has the conversation.
OWN: Final = frozenset({"release", "return", "close"})


class HandoffError(RuntimeError):
    """A move that cannot be made; nothing was changed."""


class TakenError(HandoffError):
    """Another counsellor has the conversation."""


@dataclass(frozen=True, slots=True)
class Move:
    """`by` is the id of the member of staff who makes it, None for the migrant and the clock; `to` whom it goes to."""

    name: Name
    at: datetime
    by: int | None = None
    to: int | None = None
    reason: Reason = "asked"
    urgent: bool = False
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """`by` has the conversation, or had it last; `since` is when it came into its state."""

    state: State
    reason: Reason
    urgent: bool
    requested_at: datetime
    since: datetime
    by: int | None = None
    outcome: Outcome | None = None

    @property
    def owner(self) -> str:
        """Who owns the conversation: the bot, the desk, or a counsellor."""
        match self.state:
            case "waiting":
                return DESK
            case "accepted":
                return f"staff-{self.by}"
            case _:
                return BOT

    def as_slot(self) -> dict[str, Any]:
        """What the conversation's events keep of it."""
        return {
            "state": self.state,
            "reason": self.reason,
            "urgent": self.urgent,
            "by": self.by,
            "outcome": self.outcome,
        }


def moved(handoff: Handoff | None, move: Move) -> Handoff:
    """The handoff after a move; `handoff` is the newest of the conversation.

    Raises TakenError where another counsellor has it, HandoffError for every other move that cannot be made.
    """
    origins, state = MOVES[move.name]
    before = handoff.state if handoff else None
    if before == "accepted" and handoff is not None and handoff.by != move.by:
        if move.name == "accept" or move.name in OWN:
            raise TakenError("another counsellor has this conversation")
    elif before == "accepted" and move.name == "accept" and handoff is not None:
        return handoff
    if before not in origins:
        raise HandoffError(f"a conversation that is {before or 'with the bot'} cannot {move.name}")
    if handoff is None or (before in OVER and move.name != "reopen"):
        urgent = move.urgent or move.reason == "urgent"
        return Handoff(state or "waiting", move.reason, urgent, move.at, move.at)
    if move.name == "request":
        # Who is to be called back asks for a person now: the wait for one begins anew.
        handoff = replace(handoff, requested_at=move.at)
    holder = {"accept": move.by, "reopen": move.by, "assign": move.to}.get(move.name, handoff.by)
    return replace(
        handoff,
        state=state or handoff.state,
        urgent=handoff.urgent or move.urgent or move.name == "raise",
        since=handoff.since if move.name == "raise" else move.at,
        by=holder,
        outcome=move.outcome if move.name == "close" else None,
    )
