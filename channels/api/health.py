"""`/health`: the process lives. `/ready`: it can answer."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from channels.api.dependencies import CurrentService
from channels.api.problems import problem

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    status: str


class Ready(BaseModel):
    """`content_version` grows with every publication; `telegram` is off, starting, polling, webhook or failed.

    `bridge`, to another help desk, is off, starting, on or failed.
    """

    status: str
    content_version: int
    articles: int
    passages: int
    telegram: str
    bridge: str


@router.get("/health")
async def health() -> Health:
    return Health(status="ok")


@router.get("/ready", response_model=Ready)
async def ready(service: CurrentService, request: Request) -> object:
    if service.served is None:
        detail = (
            f"the content could not be loaded ({service.failure}); see the log" if service.failure else "still loading"
        )
        return problem(503, detail, code="failed" if service.failure else "not_ready")
    try:
        await service.check()
    except Exception as error:
        # Whatever it is, conversations cannot go on.
        return problem(503, f"the database does not work ({type(error).__name__})", code="database")
    served = service.served
    return Ready(
        status="ready",
        content_version=served.content_version,
        articles=served.articles,
        passages=served.passages,
        telegram=request.app.state.telegram.state,
        bridge=request.app.state.bridge.state,
    )
