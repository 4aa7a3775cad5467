"""`/api/v1/conversations`: start one, type and write, read on from a cursor, erase."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.messages import Incoming, Message
from bot.replies import Reply
from channels.api.ask import LanguageTag
from channels.api.dependencies import CurrentEngine, Token, network

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


Cursor = Annotated[int, Query(ge=0, lt=2**31)]


class NewConversation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    language: LanguageTag | None = None


class NewMessage(BaseModel):
    """`client_id` is the sender's own id of the message: sent again, it counts once.

    `attachment` is the kind of a message without words; what it holds is never sent.
    """

    model_config = ConfigDict(extra="forbid")
    text: str = ""
    client_id: ClientId
    attachment: Literal["picture", "voice", "file", "other"] | None = None


class ShownMessage(BaseModel):
    """`number` is the cursor; `sender` is migrant, bot or person; `at` is in seconds since 1970.

    `in_place` marks a tick and its reply, which change lists on the screen and are no messages of their own.
    `client_id` is that of a migrant's message, so that its sender knows it again.
    """

    number: int
    sender: str
    text: str
    reply: Reply | None
    at: float
    in_place: bool
    client_id: str | None


class Messages(BaseModel):
    """`cursor` is the number to read on from."""

    messages: list[ShownMessage]
    cursor: int


class StartedConversation(Messages):
    id: str
    token: str


def shown(messages: list[Message]) -> list[ShownMessage]:
    return [ShownMessage.model_validate(message, from_attributes=True) for message in messages]


def cursor(messages: list[Message], before: int = 0) -> int:
    return messages[-1].number if messages else before


@router.post("", status_code=201)
async def start(new: NewConversation, engine: CurrentEngine, request: Request) -> StartedConversation:
    """Start a conversation; the token is shown only here."""
    started = await engine.start(channel="web", language=new.language, network=network(request))
    messages = started.messages
    return StartedConversation(
        id=started.conversation_id, token=started.token, messages=shown(messages), cursor=cursor(messages)
    )


@router.post("/{conversation_id}/messages", status_code=201)
async def write(
    conversation_id: str, message: NewMessage, engine: CurrentEngine, token: Token, request: Request
) -> Messages:
    """Write a message; the reply comes back with it."""
    incoming = Incoming(message.text, message.client_id, message.attachment, network(request))
    messages = await engine.receive(conversation_id, token, incoming)
    return Messages(messages=shown(messages), cursor=cursor(messages))


@router.get("/{conversation_id}/messages")
async def read(conversation_id: str, engine: CurrentEngine, token: Token, after: Cursor = 0) -> Messages:
    """The messages after a cursor; what is up to the cursor counts as seen."""
    messages = await engine.messages(conversation_id, token, after=after)
    return Messages(messages=shown(messages), cursor=cursor(messages, after))


@router.post("/{conversation_id}/typing", status_code=204)
async def types(conversation_id: str, engine: CurrentEngine, token: Token) -> Response:
    """Say that the migrant types, once in a few seconds; only a person who has the conversation is told."""
    await engine.types(conversation_id, token)
    return Response(status_code=204)


@router.get("/{conversation_id}/export")
async def export(conversation_id: str, engine: CurrentEngine, token: Token) -> JSONResponse:
    """A copy of everything that is stored of the conversation, but for what counsellors wrote for each other."""
    copy = await engine.export(conversation_id, token)
    headers = {"Content-Disposition": 'attachment; filename="conversation.json"', "Cache-Control": "no-store"}
    return JSONResponse(copy, headers=headers)


@router.delete("/{conversation_id}", status_code=204)
async def erase(conversation_id: str, engine: CurrentEngine, token: Token) -> Response:
    """Erase the conversation and all its messages."""
    await engine.erase(conversation_id, token)
    return Response(status_code=204)
