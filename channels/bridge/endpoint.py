"""`POST /bridge/webhook`: what the other desk did. 200 means that it is stored; otherwise it has to come again."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from channels.api.problems import NotReadyError, problem
from channels.bridge.hosting import BridgeHost, BridgeNotReadyError, BridgeOffError
from channels.bridge.other_desk import NotALetterError
from channels.bridge.signature import NotSignedError

router = APIRouter(prefix="/bridge", tags=["bridge"])

# A call's body, in bytes: Zammad sends the ticket with all of its people along.
MAX_CALL = 1024 * 1024


@router.post("/webhook", include_in_schema=False)
async def webhook(request: Request) -> Response:
    """Take a reply in; only the other desk can sign it."""
    host: BridgeHost = request.app.state.bridge
    try:
        result = await host.take(request.headers, await request.body())
    except BridgeOffError as error:
        return problem(404, str(error))
    except BridgeNotReadyError:
        raise NotReadyError from None
    except NotSignedError as error:
        return problem(403, str(error), code="not_signed")
    except NotALetterError as error:
        return problem(400, str(error), code="not_a_letter")
    return JSONResponse({"result": result})
