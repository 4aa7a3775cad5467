"""`/metrics`: for Prometheus, if it has the token. Without one in the settings there is no such page."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST

from channels.api.dependencies import CurrentService

router = APIRouter(include_in_schema=False)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


@router.get("/metrics")
async def metrics(request: Request, service: CurrentService, bearer: Bearer) -> Response:
    token: str | None = request.app.state.metrics_token
    if token is None:
        raise HTTPException(404)
    if bearer is None or not hmac.compare_digest(bearer.credentials.encode(), token.encode()):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    collected = await request.app.state.metrics.collect(service)
    return Response(collected, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
