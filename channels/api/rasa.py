"""`POST /rasa/webhook`: a Rasa assistant uses Kalauz as its action server, with rasa-sdk's own contract."""

import json
import zlib

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from channels.api.dependencies import CurrentActing

router = APIRouter(prefix="/rasa", tags=["rasa"])

# A call with its tracker's events, packed or not: more than a long conversation has, in bytes.
MAX_CALL = 2 * 1024 * 1024

# What rasa-sdk's own server answers, as JSON of its own.
REFUSED = {400: "The action rejects, or this is no call", 404: "No such action", 449: "The domain is needed"}


@router.post("/webhook", responses={status: {"description": said} for status, said in REFUSED.items()})
async def webhook(request: Request, acting: CurrentActing) -> JSONResponse:
    """Run an action: 200 with events and responses; 400, 404 and 449 as rasa-sdk's server gives them."""
    try:
        call = json.loads(_unpacked(await request.body(), request.headers.get("content-encoding")))
        # Half a character, which JSON can write, would come back in the answer.
        json.dumps(call, ensure_ascii=False).encode()
    except (ValueError, RecursionError, zlib.error):
        call = None
    acted = await acting.act(call)
    return JSONResponse(acted.body, acted.status)


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    """The body; ValueError for one that grows beyond MAX_CALL."""
    if encoding != "deflate":
        return body
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(body, MAX_CALL)
    if unpacker.unconsumed_tail:
        raise ValueError("the call is too large")
    return unpacked
