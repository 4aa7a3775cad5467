"""What endpoints ask for."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.messages import Acting, Conversing, WrongTokenError
from channels.api.problems import NotReadyError
from channels.service import Service
from retrieval.shown import Asking

_bearer = HTTPBearer(auto_error=False, description="The token that starting the conversation gave.")


def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


def answers(request: Request) -> Asking:
    found = service(request).asking
    if found is None:
        raise NotReadyError
    return found


def engine(request: Request) -> Conversing:
    found = service(request).conversing
    if found is None:
        raise NotReadyError
    return found


def acting(request: Request) -> Acting:
    found = service(request).acting
    if found is None:
        raise NotReadyError
    return found


def token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    if credentials is None:
        raise WrongTokenError("send the conversation's token as `Authorization: Bearer …`")
    return credentials.credentials


CurrentService = Annotated[Service, Depends(service)]
CurrentAnswers = Annotated[Asking, Depends(answers)]
CurrentActing = Annotated[Acting, Depends(acting)]
CurrentEngine = Annotated[Conversing, Depends(engine)]
Token = Annotated[str, Depends(token)]
