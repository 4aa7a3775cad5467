"""What counsellors see of the desk, and what the desk does for them."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.handoff.delivery import Delivery, Reached, delivery_of
from bot.handoff.moves import Outcome
from bot.handoff.profile import Profile
from bot.messages import Message
from bot.staff.member import Member
from retrieval.shown import ShownAnswer

# What a desk on a screen hears: something may be new, or the migrant of the case that it shows is typing.
Change = Literal["desk", "typing"]
# The longest label of a case.
LABEL_CHARACTERS = 30


class UnknownHandoffError(LookupError):
    """There is no such case, or its conversation was erased."""


class UnknownArticleError(LookupError):
    """There is no such article, or it is not published."""


class UnknownReplyError(LookupError):
    """There is no such ready-made reply, or it was deleted."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A reply that is kept ready; `id` is None for one that is not stored yet; only counsellors read the `title`."""

    id: int | None
    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in the inbox.

    `topic` is its name in the member's language. `mine`: this counsellor has it. `offered`: it waits, and this
    counsellor is among those whom it is put before. `shared` is the language to write in where the counsellor does not
    speak the case's. `by` has it. `unanswered_since` is when the first message came that nobody has answered.
    `labels` are the words that counsellors put on it. `unreachable`: nothing can be written to the migrant any more.
    """

    id: int
    conversation_id: str
    state: str
    reason: str
    urgent: bool
    language: str
    topic: str | None
    channel: str
    requested_at: datetime
    unanswered_since: datetime | None
    by: int | None
    by_name: str | None
    mine: bool
    offered: bool
    shared: str | None
    labels: tuple[str, ...] = ()
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    by_name: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request; the fields are the person's own words, `language` a tag."""

    conversation_id: str
    urgent: bool
    asked_at: datetime
    channel: str
    name: str
    contact: str
    time: str
    language: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with all that was said.

    `near` is the article that came nearest to a message, by its number, in the member's language. `callback` is how
    the migrant wants to be called back, where that is so. `reached` is how far the conversation has come to the
    migrant; None where that is not known.
    """

    entry: Entry
    messages: list[Message]
    notes: list[Note]
    near: dict[int, ShownAnswer]
    callback: Request | None
    reached: Reached | None = None

    def delivery(self, message: Message) -> Delivery:
        return delivery_of(self.reached, message.number, message.at)


class Counselling(Protocol):
    """What runs the desk; see `bot.handoff.desk.Desk`."""

    @property
    def languages(self) -> list[str]: ...

    def topics(self, reader: str) -> dict[str, str]: ...

    async def profile(self, member: Member) -> Profile: ...

    async def introduce(self, member: Member, profile: Profile) -> None: ...

    def changes(self, member: Member, conversation_id: str | None = None) -> AsyncGenerator[Change]: ...

    async def inbox(self, member: Member) -> Sequence[Entry]: ...

    async def open(self, handoff_id: int, member: Member) -> Opened: ...

    async def accept(self, handoff_id: int, member: Member) -> None: ...

    async def assign(self, handoff_id: int, member: Member, to: Member) -> None: ...

    async def release(self, handoff_id: int, member: Member) -> None: ...

    async def give_back(self, handoff_id: int, member: Member) -> None: ...

    async def close(self, handoff_id: int, member: Member, outcome: Outcome) -> None: ...

    async def reopen(self, handoff_id: int, member: Member) -> None: ...

    async def note(self, handoff_id: int, member: Member, text: str) -> None: ...

    async def labels(self) -> Sequence[str]: ...

    async def label(self, handoff_id: int, text: str) -> None: ...

    async def unlabel(self, handoff_id: int, text: str) -> None: ...

    async def types(self, handoff_id: int, member: Member) -> None: ...

    async def reply(self, handoff_id: int, member: Member, text: str, client_id: str) -> None: ...

    async def send_article(self, handoff_id: int, member: Member, article: str, client_id: str) -> None: ...

    async def canned(self, language: str | None = None) -> Sequence[CannedReply]: ...

    async def keep_canned(self, reply: CannedReply) -> None: ...

    async def drop_canned(self, reply_id: int) -> None: ...

    async def tick(self) -> None: ...
