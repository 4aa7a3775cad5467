"""`POST /telegram/webhook`: Telegram's updates. 200 means that an update is stored; otherwise it comes again."""

import json
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from channels.api.problems import NotReadyError, problem
from channels.telegram.hosting import NotAnUpdateError, TelegramHost, TelegramNotReadyError, TelegramOffError

router = APIRouter(prefix="/telegram", tags=["telegram"])

# An update's body, in bytes: a long message that answers a long message, each character written as an escape.
MAX_UPDATE = 512 * 1024


@router.post("/webhook", include_in_schema=False)
async def webhook(
    request: Request, secret: Annotated[str | None, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = None
) -> Response:
    """Store an update; only Telegram knows the secret."""
    host: TelegramHost = request.app.state.telegram
    try:
        if not host.is_from_telegram(secret):
            return problem(403, "this is for Telegram only", code="forbidden")
    except TelegramOffError as error:
        return problem(404, str(error))
    try:
        update = json.loads(await request.body())
    except (ValueError, RecursionError):
        return _refused()
    try:
        await host.take(update)
    except TelegramNotReadyError:
        raise NotReadyError from None
    except NotAnUpdateError:
        return _refused()
    return Response()


def _refused() -> Response:
    return problem(400, "send an update of Telegram", code="not_an_update")
