"""What editors see of what people need, as channels know it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.needs.figures import Statistics
from bot.needs.period import Period
from knowledge_base.editing.duties import Title

# What became of a question: an article answers it now, or it is not for this service.
Settled = Literal["answered", "aside"]


class UnknownQuestionError(LookupError):
    """There is no such question any more: it was settled, or its conversation was erased."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that found no answer, or whose answer (`article`) did not help; `text` is redacted.

    `awaits` is the article that was begun for it. `key` names it in a page. One conversation is one person, as far as
    anybody can know.
    """

    key: str
    conversation_id: str
    number: int
    language: str
    text: str
    reason: str
    article: str | None
    asked_at: datetime
    awaits: str | None = None


def wordings(questions: Iterable[Question]) -> list[tuple[Question, int]]:
    """The first question of each wording, and how often it was asked."""
    found: dict[tuple[str, str], list[Question]] = {}
    for question in questions:
        found.setdefault((question.language, question.text), []).append(question)
    return [(same[0], len(same)) for same in found.values()]


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions of one meaning, newest first; `named_by` is the one nearest to all the others.

    `people` is how many conversations they come from; `languages` begin with the most frequent.
    """

    questions: tuple[Question, ...]
    named_by: Question
    people: int
    languages: tuple[str, ...]

    @property
    def said(self) -> Sequence[tuple[Question, int]]:
        return wordings(self.questions)

    @property
    def newest(self) -> datetime:
        return self.questions[0].asked_at

    @property
    def awaits(self) -> Sequence[str]:
        """The articles that were begun for it."""
        return list(dict.fromkeys(question.awaits for question in self.questions if question.awaits))


@dataclass(frozen=True, slots=True)
class Answered:
    """How many questions an article answers now, and how many conversations were told."""

    questions: int
    told: int


@dataclass(frozen=True, slots=True)
class Near:
    """An article as an editor knows it; `confidence` in [0, 1] says how sure it is that it answers."""

    article: str
    title: str
    language: str
    confidence: float = 0.0


class Waiting(Protocol):
    """Questions that wait until an article is published; see `bot.needs.waiting.Waiters`."""

    async def link(self, article_id: str, texts: Mapping[str, str], *, by: str, moved: bool = False) -> int:
        """Let questions wait for an article, by their keys, and whoever asked in the same words; how many do now.

        People find the article by these texts as soon as it is published; those who asked lately then read it in their
        conversation. What waits for another article goes on so, unless it is `moved`. Raises `UnknownTextError`.
        """
        ...

    async def people(self, article_id: str) -> int:
        """How many conversations wait for an article."""
        ...

    async def begun(self, gaps: Iterable[Gap]) -> Mapping[str, Title]:
        """The titles of the articles that were begun for them, by id."""
        ...

    async def unpublished(self) -> Sequence[Title]:
        """The articles that nobody reads yet, by title."""
        ...


class Needs(Protocol):
    """See `bot.needs.survey.Survey`. `reader` is the language in which titles are shown, `by` an editor's login."""

    @property
    def waiting(self) -> Waiting: ...

    @property
    def most(self) -> int:
        """How many of the newest questions are gathered."""
        ...

    @property
    def recent_days(self) -> int:
        """Who asked within so many days can be told of an answer."""
        ...

    async def gaps(self, reader: str, most: int) -> Sequence[tuple[Gap, Near | None]]:
        """What is missing most first, at most `most`, each with the nearest article."""
        ...

    async def gap(self, key: str, reader: str) -> tuple[Gap, Sequence[Near]]:
        """The gap of a question, with the nearest articles, best first. Raises UnknownQuestionError."""
        ...

    def articles(self, reader: str) -> Sequence[Near]:
        """Every published article, by title."""
        ...

    async def answered(self, article_id: str, texts: Mapping[str, str], *, by: str, tell: bool = False) -> Answered:
        """People find the article by these texts, by the keys of their questions.

        Those are settled with it, and whoever asked in the same words. With `tell`, who asked lately and still talks
        with the bot reads the article in their conversation.

        Raises UnknownQuestionError, and `UnknownTextError` where there is no such article.
        """
        ...

    async def settle(self, keys: Collection[str], settled: Literal["aside"] | None, *, by: str) -> int:
        """Set questions aside, and those in the same words, or take that back (None); how many."""
        ...

    async def periods(self) -> Sequence[Period]:
        """The periods of which there may be counts, the newest first."""
        ...

    async def statistics(self, period: Period) -> Statistics: ...

    def topics(self, reader: str) -> Mapping[str, str]:
        """The names of the topics."""
        ...

    async def aside(self) -> Sequence[tuple[Question, int]]:
        """What was set aside, newest first, each wording once with how often it was asked."""
        ...
