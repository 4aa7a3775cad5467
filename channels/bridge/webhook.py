"""Any other desk: signed letters to one address, signed letters back. docs/bridge.md describes both."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.handoff.moves import Outcome
from channels.bridge.letters import Case, Letter, Line, Moved, Opened, Written
from channels.bridge.other_desk import Heard, NotALetterError
from channels.bridge.signature import check, signature
from channels.bridge.transport import RefusedError, Transport

TIMESTAMP, SIGNATURE, KEY = "Kalauz-Timestamp", "Kalauz-Signature", "Idempotency-Key"
GONE = frozenset({404, 410})


class Reply(BaseModel):
    """What comes back: `handoff` is the number in the letters; `id` the sender's own, by which it counts once."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["reply", "close"]
    handoff: Annotated[int, Field(ge=1, lt=2**63)]
    id: Annotated[str, Field(min_length=1, max_length=100)]
    text: str = ""
    outcome: Outcome = "other"


class WebhookDesk:
    """`transport` needs no headers of its own."""

    def __init__(self, *, url: str, secret: str, transport: Transport, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._secret = secret
        self._transport = transport
        self._clock = clock

    async def send(self, case: Case, number: int, letter: Letter, *, again: bool) -> str:
        await self._post(case, case.key(number), {**_fields(letter), "number": number})
        return str(case.handoff_id)

    async def erase(self, case: Case) -> None:
        try:
            await self._post(case, f"{case.conversation_id}-erased", {"type": "erased"})
        except RefusedError as error:
            if error.status not in GONE:
                raise

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Heard]:
        check(self._secret, headers.get(TIMESTAMP.lower()), headers.get(SIGNATURE.lower()), body, now)
        try:
            reply = Reply.model_validate_json(body)
        except ValidationError:
            raise NotALetterError("send a reply or a close, as docs/bridge.md describes them") from None
        if reply.type == "close":
            return [Heard(str(reply.handoff), outcome=reply.outcome)]
        return [Heard(str(reply.handoff), reply.id, reply.text)]

    async def missed(self, case: Case) -> Sequence[Heard]:
        # Who writes to a webhook repeats what was not taken.
        return []

    async def close(self) -> None:
        await self._transport.close()

    async def _post(self, case: Case, key: str, letter: dict[str, Any]) -> None:
        about = {"conversation": case.conversation_id, "handoff": case.handoff_id}
        body = json.dumps({**letter, **about}, ensure_ascii=False).encode("utf-8", "replace")
        stamp = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            KEY: key,
            TIMESTAMP: stamp,
            SIGNATURE: signature(self._secret, stamp, body),
        }
        await self._transport.call("POST", self._url, content=body, headers=headers)


def _fields(letter: Letter) -> dict[str, Any]:
    match letter:
        case Opened():
            return {
                "type": "opened",
                "language": letter.language,
                "topic": letter.topic,
                "country": letter.country,
                "reason": letter.reason,
                "urgent": letter.urgent,
                "channel": letter.channel,
                "messages": [_line(line) for line in letter.lines],
            }
        case Written():
            return {"type": "message", "message": _line(letter.line)}
        case Moved():
            return {"type": "moved", "state": letter.state, "urgent": letter.urgent, "outcome": letter.outcome}


def _line(line: Line) -> dict[str, Any]:
    return {"sender": line.sender, "name": line.name, "text": line.text, "at": line.at.isoformat(timespec="seconds")}
