"""What a conversation remembers: the slots of its events, read with care."""

from dataclasses import dataclass
from typing import Any

from knowledge_base.languages import TAG
from retrieval.case import Case

Event = dict[str, Any]

# The slot that names the field which a form asks for, as Rasa has it.
REQUESTED_SLOT = "requested_slot"
# The value of `audience` and `purpose` for "I would rather not say".
UNSAID = "unsaid"


def slots_of(events: list[Event]) -> dict[str, Any]:
    """The last value of every slot."""
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def active_loop_of(events: list[Event]) -> str | None:
    """The form that is being filled in, if one is."""
    loops = [event["name"] for event in events if event["event"] == "active_loop"]
    return loops[-1] if loops else None


@dataclass(frozen=True, slots=True)
class Walk:
    """Where somebody is in a procedure: the step, from 0, and the papers that they have, as (step, paper)."""

    article: str
    at: int
    ticked: frozenset[tuple[int, int]] = frozenset()

    def as_slot(self) -> dict[str, Any]:
        return {"article": self.article, "at": self.at, "ticked": sorted(map(list, self.ticked))}

    @classmethod
    def of_slot(cls, value: Any) -> "Walk | None":
        try:
            return cls(str(value["article"]), int(value["at"]), frozenset((int(s), int(p)) for s, p in value["ticked"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class State:
    """The slots as values.

    `article` is what the talk is about, `question` how it was last asked for, `asked` the question that waits for
    the case, `misses` how often in a row nothing was found, `aspect` what an article is wanted for that is still to
    be chosen, `urgency` the danger that was heard of, `deleting` that "delete?" was asked, `last_action` what the
    bot did last.
    """

    language: str | None = None
    language_chosen: bool = False
    article: str | None = None
    question: str | None = None
    asked: str | None = None
    audience: str | None = None
    purpose: str | None = None
    walk: Walk | None = None
    misses: int = 0
    voted: tuple[str, ...] = ()
    aspect: str | None = None
    urgency: str | None = None
    deleting: bool = False
    last_action: str | None = None

    @property
    def case(self) -> Case:
        """What is known of the asker; who would rather not say is not asked again, and chooses."""
        return Case(
            audience=None if self.audience == UNSAID else self.audience,
            purpose=None if self.purpose == UNSAID else self.purpose,
        )

    @classmethod
    def of(cls, slots: dict[str, Any], last_action: str | None = None) -> "State":
        """From slots that this program or a Rasa assistant has set."""

        def word(name: str) -> str | None:
            value = slots.get(name)
            return value if isinstance(value, str) else None

        language, misses, voted = word("language"), slots.get("misses"), slots.get("voted")
        return cls(
            language=language if language and TAG.fullmatch(language) else None,
            language_chosen=bool(slots.get("language_chosen")),
            article=word("article"),
            question=word("question"),
            asked=word("asked"),
            audience=word("audience"),
            purpose=word("purpose"),
            walk=Walk.of_slot(slots.get("walk")),
            misses=misses if isinstance(misses, int) else 0,
            voted=tuple(key for key in voted if isinstance(key, str)) if isinstance(voted, list | tuple) else (),
            aspect=word("aspect"),
            urgency=word("urgency"),
            deleting=slots.get("deleting") is True,
            last_action=last_action,
        )
