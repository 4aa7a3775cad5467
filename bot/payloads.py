"""What buttons send and commands say: `/name`, `/name{"key": "value"}` as Rasa writes intents, or `/name word`."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

PAYLOAD = re.compile(r"/([a-z]+)(?:@\w+)?\s*(\{.*\}|[^\s{][^{}]*)?", re.DOTALL | re.ASCII)

# What a person may type; the others come from buttons.
COMMANDS: Final = ("start", "help", "language", "topics", "human", "continue", "privacy", "delete")
BUTTONS: Final = (
    "article",
    "none",
    "topic",
    "phase",
    "case",
    "step",
    "tick",
    "papers",
    "stop",
    "helped",
    "callback",
    "field",
    "withdraw",
)


@dataclass(frozen=True, slots=True)
class Payload:
    """`word` is what followed a typed command; `values` is what a button carries."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    word: str | None = None


def payload(name: str, **values: Any) -> str:
    """What a button sends."""
    return f"/{name}" + (json.dumps(values, ensure_ascii=False) if values else "")


def read_payload(text: str) -> Payload | None:
    """The payload in a message, known or not; None for a message in words."""
    found = PAYLOAD.fullmatch(text.strip())
    if found is None:
        return None
    name, rest = found[1], found[2]
    if rest and rest.startswith("{"):
        return Payload(name, _values(rest))
    return Payload(name, word=rest.strip() if rest else None)


def _values(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
