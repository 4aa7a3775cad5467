"""What editors try out: what the bot says to a question and why, and the questions that are kept as tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.editing.votes import TextVotes
from bot.replies import Reply
from retrieval.measured import Measured
from retrieval.shown import Answer, ShownNear

Verdict = Literal["answered", "offered", "missed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the bot says to a question that begins a conversation, and why.

    `intent` is what it does, as `bot.policy.ACTIONS` names it. `kinds` are the likeliest kinds of message, with their
    probabilities, likeliest first; none where nothing was recognised. `answer` is None for a command, and for what has
    no words.
    """

    question: str
    language: str
    intent: str
    kinds: Sequence[tuple[str, float]]
    replies: Sequence[Reply]
    answer: Answer | None
    near: Sequence[ShownNear]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A question in a language, and the article that is to answer it."""

    id: int
    language: str
    question: str
    article: str


@dataclass(frozen=True, slots=True)
class Tested:
    """An expectation and what is so now; `answered` is the article that answers, if one does."""

    expectation: Expectation
    verdict: Verdict
    answered: str | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the bot answers, as far as it is known.

    It was measured on `fitted_on` questions with known answers, 0 where there were too few: what was found in all and
    `by_language`, and `most_wrong`, the share in [0, 1] that may be answered wrongly. `titles` holds the title of every
    article named, and its language; an article that nobody can read has none.
    """

    fitted_on: int
    most_wrong: float
    by_language: Mapping[str, Measured]
    answered_right: float
    answered_wrong: float
    out_answered: float
    votes: Sequence[TextVotes]
    tested: Sequence[Tested]
    titles: Mapping[str, tuple[str, str]]


class Trying(Protocol):
    """See `bot.editing.trials.Trials`. `by` is the login of who does it, for the record of changes."""

    async def try_out(self, question: str, language: str | None = None) -> Trial: ...

    async def keep(self, question: str, language: str, article_id: str, *, by: str) -> None: ...

    async def drop(self, id: int, *, by: str) -> bool: ...

    async def quality(self, reader: str) -> Quality: ...
