"""What channels exchange with the conversation engine."""

from dataclasses import dataclass
from typing import Protocol

from bot.replies import Reply


class UnknownConversationError(LookupError):
    """There is no such conversation, or it was erased."""


class WrongTokenError(PermissionError):
    """The token is not this conversation's."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel shows: a migrant's text or a reply. `number` is the cursor, from 1."""

    number: int
    sender: str
    text: str
    reply: Reply | None
    at: float


@dataclass(frozen=True, slots=True)
class Started:
    conversation_id: str
    token: str
    messages: list[Message]


class Conversing(Protocol):
    """What holds conversations; see `bot.engine.Engine`."""

    async def start(self, *, channel: str, language: str | None) -> Started: ...

    async def receive(self, conversation_id: str, token: str, *, text: str, client_id: str) -> list[Message]: ...

    async def messages(self, conversation_id: str, token: str, *, after: int) -> list[Message]: ...

    async def erase(self, conversation_id: str, token: str) -> None: ...
