"""`/health`: the process lives. `/ready`: it can answer."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from channels.api.dependencies import CurrentService
from channels.api.problems import problem

router = APIRouter(tags=["operations"])

# How long the line between processes may be down before this one counts as not ready, in seconds: a database that is
# restarted, or a network that hangs, is back by then.
LINE_S = 30.0


class Health(BaseModel):
    status: str


class Ready(BaseModel):
    """`content_version` grows with every publication; `telegram` is off, starting, polling, webhook or failed.

    `bridge`, to another help desk, is off, starting, on or failed. `line`, to the other processes, is off where there
    is only one, up or down.
    """

    status: str
    content_version: int
    articles: int
    passages: int
    telegram: str
    bridge: str
    line: str


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
    down_s = service.line_down_s
    if down_s is not None and down_s > LINE_S:
        # It answers, but what one process does for all rests: Telegram, the clock, the bridge.
        return problem(503, f"the line to the other processes has been down for {down_s:.0f} s", code="line")
    served = service.served
    return Ready(
        status="ready",
        content_version=served.content_version,
        articles=served.articles,
        passages=served.passages,
        telegram=request.app.state.telegram.state,
        bridge=request.app.state.bridge.state,
        line="off" if down_s is None else "down" if down_s else "up",
    )
