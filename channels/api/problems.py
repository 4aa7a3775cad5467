"""Errors as problem+json (RFC 9457). Nothing that was sent is reflected but the plain name of an unknown field."""

import logging
import math
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bot.messages import LimitError, UnknownConversationError, WrongTokenError
from channels import policies
from channels.logs import request_id
from channels.requests import HEADER
from knowledge_base.outage import OutageError
from retrieval.question import QuestionError

log = logging.getLogger(__name__)


class Problem(BaseModel):
    """RFC 9457; `code` is a stable word for programs."""

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None


# What every operation may answer instead, for the API's document.
_BODY: dict[str, Any] = {"content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "It cannot be taken: the problem says why", **_BODY},
    "5XX": {"description": "Not now: still loading, or something went wrong here", **_BODY},
}


class NotReadyError(RuntimeError):
    """The heavy parts are still loading."""


def problem(
    status: int, detail: str, *, code: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem+json response; `code` is a stable word for programs."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if code:
        body["code"] = code
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    details = []
    for item in error.errors():
        # `msg` and `loc` are ours; `input` and `ctx` may hold what was sent.
        where = ".".join(str(part) for part in item["loc"] if isinstance(part, int) or part.isidentifier())
        details.append(f"{where}: {item['msg'] if item['type'] != 'value_error' else 'not valid'}")
    if isinstance(error.body, bytes):
        # FastAPI parses only what says that it is JSON.
        return problem(415, "send the body as application/json", code="not_json")
    return problem(422, "; ".join(details)[:1000], code="invalid")


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


async def _question(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, QuestionError)  # noqa: S101
    return problem(413 if error.code == "too_long" else 422, str(error), code=error.code)


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    return problem(404, str(error), code="unknown_conversation")


async def _wrong_token(request: Request, error: Exception) -> JSONResponse:
    return problem(401, str(error), code="wrong_token", headers={"WWW-Authenticate": "Bearer"})


async def _too_many(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LimitError)  # noqa: S101
    seconds = max(1, math.ceil((error.until - datetime.now(UTC)).total_seconds()))
    return problem(429, error.sentence, code="too_many", headers={"Retry-After": str(seconds)})


async def _not_ready(request: Request, error: Exception) -> JSONResponse:
    return problem(503, "still loading; try again in a few seconds", code="not_ready", headers={"Retry-After": "2"})


async def _outage(request: Request, error: Exception) -> JSONResponse:
    # One line and no traceback: while it lasts, there is one for every request.
    log.error("the database is away (%s)", type(error.__cause__).__name__)
    detail = "the database cannot be reached; try again in a few seconds"
    return problem(503, detail, code="database", headers={"Retry-After": "2"})


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # This handler stands outside `channels.app.Guard` and `Requests`, which set these on all other responses.
    headers = {**policies.of_any(request.url.scheme), HEADER: request_id.get() or ""}
    return problem(500, "something went wrong here; it was logged", code="internal", headers=headers)


def install(app: FastAPI) -> None:
    """Answer every error of the app with problem+json."""
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(QuestionError, _question)
    app.add_exception_handler(UnknownConversationError, _unknown)
    app.add_exception_handler(WrongTokenError, _wrong_token)
    app.add_exception_handler(LimitError, _too_many)
    app.add_exception_handler(NotReadyError, _not_ready)
    app.add_exception_handler(OutageError, _outage)
    app.add_exception_handler(Exception, _unexpected)
