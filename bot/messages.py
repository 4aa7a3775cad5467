"""What channels exchange with the conversation engine."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.replies import Reply


class UnknownConversationError(LookupError):
    """There is no such conversation, or it was erased."""


class WrongTokenError(PermissionError):
    """The token is not this conversation's."""


class LimitError(RuntimeError):
    """Too much was written; `until` is when it may go on, `sentence` says so to the migrant."""

    def __init__(self, until: datetime, sentence: str) -> None:
        super().__init__(f"too many messages; go on at {until:%H:%M} UTC")
        self.until = until
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Incoming:
    """A migrant's message.

    `client_id` is the sender's own id of it: the same one counts once. `attachment` is the kind of a message without
    words (picture, voice, file, other); nothing else of it comes in. `network` is the sender's address, for the limits.
    """

    text: str
    client_id: str
    attachment: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel shows: a migrant's text or a reply. `number` is the cursor, from 1.

    `sender` is migrant, bot or person: a counsellor, whom `reply.person` names.

    `in_place` marks a tick and its reply: they change lists on the screen and are no messages of their own.

    `client_id` is the sender's own id of a migrant's message, by which the sender knows it again.
    """

    number: int
    sender: str
    text: str
    reply: Reply | None
    at: float
    in_place: bool = False
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is new in a conversation: messages, and which counsellor types. Nothing, after a look that found nothing."""

    messages: list[Message]
    typing: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    conversation_id: str
    token: str
    messages: list[Message]


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken in, as figures see it: nothing of what was said.

    `outcome` is None where it was no question, `confidence` where nothing was searched.
    """

    outcome: str | None
    language: str | None
    confidence: float | None


# Called when a message comes in; what it gives is called when the message was replied to.
Watch = Callable[[], Callable[[Taken], None]]


@dataclass(frozen=True, slots=True)
class Acted:
    """What a Rasa assistant gets for its call: an HTTP status and a JSON body."""

    status: int
    body: dict[str, Any] | None


class Acting(Protocol):
    """What runs actions for Rasa assistants; see `bot.rasa.RasaActions`."""

    async def act(self, call: object) -> Acted: ...


class Conversing(Protocol):
    """What holds conversations; see `bot.engine.Engine`."""

    def admit(self, network: str | None, language: str | None) -> None: ...

    async def start(self, *, channel: str, language: str | None, network: str | None = None) -> Started: ...

    async def receive(self, conversation_id: str, token: str, incoming: Incoming) -> list[Message]: ...

    async def messages(self, conversation_id: str, token: str, *, after: int, shown: bool = False) -> list[Message]: ...

    def follow(self, conversation_id: str, token: str, *, after: int, look_s: float) -> AsyncGenerator[Fresh]: ...

    async def types(self, conversation_id: str, token: str) -> None: ...

    async def export(self, conversation_id: str, token: str) -> dict[str, Any]: ...

    async def erase(self, conversation_id: str, token: str) -> None: ...
