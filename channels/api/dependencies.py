"""What endpoints ask for."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.messages import Acting, Conversing, WrongTokenError
from channels.api.problems import NotReadyError
from channels.service import Service
from retrieval.shown import Asking

_bearer = HTTPBearer(auto_error=False, description="The token that starting the conversation gave.")


# FastAPI would call what is not `async` in a thread.
async def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


CurrentService = Annotated[Service, Depends(service)]


async def answers(service: CurrentService) -> Asking:
    if service.asking is None:
        raise NotReadyError
    return service.asking


async def engine(service: CurrentService) -> Conversing:
    if service.conversing is None:
        raise NotReadyError
    return service.conversing


async def acting(service: CurrentService) -> Acting:
    if service.acting is None:
        raise NotReadyError
    return service.acting


async def token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    if credentials is None:
        raise WrongTokenError("send the conversation's token as `Authorization: Bearer …`")
    return credentials.credentials


def network(request: Request) -> str | None:
    """The address of who asks, for the limits."""
    return request.client.host if request.client else None


CurrentAnswers = Annotated[Asking, Depends(answers)]
CurrentActing = Annotated[Acting, Depends(acting)]
CurrentEngine = Annotated[Conversing, Depends(engine)]
Token = Annotated[str, Depends(token)]
