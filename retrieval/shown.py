"""What an answer looks like: the object of `kalauz ask --json` and `POST /api/v1/ask`."""

from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from knowledge_base.documents import Hours, Source, Step

Outcome = Literal["answer", "choices", "no_answer", "urgent", "human", "smalltalk"]

PassageKind = Literal["summary", "section", "step"]


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class ShownLanguage(Shown):
    """The language of the answer; `sure` is false where it was neither chosen, nor detected with certainty."""

    code: str
    sure: bool
    confidence: float
    alternatives: list[str]


class ShownAnswer(Shown):
    """A quotation. `passage` is the part that answers, `text` the whole body, both Markdown."""

    article: str
    title: str
    language: str
    passage: str
    passage_kind: PassageKind
    text: str
    steps: list[Step]
    source: list[Source]
    as_of: str | None
    reviewed: date
    revision: int
    translation: Literal["current", "outdated", "other_language"]
    audience: list[str]
    topics: list[str]
    confidence_of_facts: Literal["high", "medium", "low"]
    history: bool


class ShownChoice(Shown):
    article: str
    title: str
    language: str
    confidence: float


class ShownNear(Shown):
    """An article that came near a question, and why; `passage` is its nearest text, in `language`.

    `score` is in nats, `evidence` and `weights` are those of `retrieval.index.Hit`, by name: the score is the sum of
    their products. `confidence` says how likely it answers, and `band` what that would be enough for.
    """

    article: str
    title: str
    title_language: str
    passage: str
    language: str
    score: float
    confidence: float
    band: Literal["answer", "choices", "no_answer"]
    evidence: dict[str, float]
    weights: dict[str, float]


class ShownNotice(Shown):
    id: str
    title: str
    text: str
    language: str


class ShownPhone(Shown):
    number: str
    note: str | None


class ShownOpening(Shown):
    """Whether somebody is there now; `changes` is when that ends, or when somebody is there next, if that is known."""

    open: bool
    changes: datetime | None


class ShownContact(Shown):
    id: str
    name: str
    purpose: str
    languages: list[str]
    phones: list[ShownPhone]
    email: str | None
    website: str | None
    address: str | None
    hours: list[Hours]
    always_open: bool
    hours_note: str | None
    opening: ShownOpening | None


class Answer(Shown):
    """`meaning` is the kind of phrase that was recognised; `depends_on` is what to ask of the asker first."""

    question: str
    language: ShownLanguage
    outcome: Outcome
    meaning: str | None
    confidence: float
    answer: ShownAnswer | None
    choices: list[ShownChoice]
    depends_on: Literal["audience", "purpose"] | None
    topic: str | None
    notices: list[ShownNotice]
    contacts: list[ShownContact]
    elapsed_ms: float


class ShownPrivacy(Shown):
    """What the site promises: how long it keeps a conversation, whether people are called back, who answers for it."""

    retention_days: int
    callbacks: bool
    responsible: list[ShownContact]


class Asking(Protocol):
    """What answers questions; see `retrieval.answers.Answers`."""

    def ask(
        self, question: str, *, now: datetime, language: str | None = None, country: str | None = None
    ) -> Answer: ...

    def published(self, article_id: str) -> dict[str, ShownAnswer]: ...

    def privacy(self, reader: str, *, now: datetime) -> ShownPrivacy: ...
