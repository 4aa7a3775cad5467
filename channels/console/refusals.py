"""What a member is told when a page cannot be shown: a page of the console too, never a trace."""

import logging
from contextlib import suppress

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from channels import policies
from channels.api.problems import NotReadyError
from channels.console.frame import ROOT
from channels.console.gate import (
    SAFE,
    ForbiddenError,
    ForeignFormError,
    MissingError,
    NoCodesError,
    SignedOutError,
    console,
    signed_in,
    staff,
)
from channels.console.pages import go, page, say, texts_of
from channels.console.sessions import Session
from channels.console.texts import sentence
from knowledge_base.editing.manuscript import UnknownTextError
from knowledge_base.outage import OutageError

log = logging.getLogger(__name__)


async def _signed_out(request: Request, error: Exception) -> Response:
    """To the sign-in, and from there back to what was wanted."""
    if "text/event-stream" in request.headers.get("accept", ""):
        # Anything but 200 ends an EventSource for good.
        return Response(status_code=401)
    if request.state.session.member is not None:
        request.state.session = Session.begun(console(request).now())
        say(request, texts_of(request).gettext("Your session has ended. Please sign in again."))
    if "hx-request" in request.headers:
        # Without this, htmx would put the sign-in into a part of the page.
        return Response(status_code=401, headers={"HX-Redirect": f"{ROOT}/sign-in"})
    path = request.url.path.removeprefix(ROOT)
    return go("/sign-in" if path == "/" or request.method not in SAFE else f"/sign-in?wanted={path}")


async def _without_codes(request: Request, error: Exception) -> Response:
    if "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", ""):
        return Response(status_code=401, headers={"HX-Redirect": f"{ROOT}/account"})
    return go("/account")


async def _foreign(request: Request, error: Exception) -> Response:
    signed_out = request.state.session.member is None
    return await (_signed_out if signed_out else _unread)(request, error)


async def _unread(request: Request, error: Exception) -> Response:
    about = sentence("Please go back, load the page again and send it once more.")
    return await _told(request, 403, sentence("This form cannot be taken"), about)


async def _forbidden(request: Request, error: Exception) -> Response:
    about = sentence("An admin can give you the role that it needs.")
    return await _told(request, 403, sentence("This page is for another role"), about)


async def _missing(request: Request, error: Exception) -> Response:
    about = sentence("What you looked for may have been moved or deleted.")
    return await _told(request, 404, sentence("There is no such page"), about)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    response = await (_missing if error.status_code in (404, 405) else _unread)(request, error)
    response.status_code = error.status_code
    return response


async def _not_ready(request: Request, error: Exception) -> Response:
    about = sentence("This page comes by itself in a moment.")
    response = _page(request, 503, sentence("The program is starting"), about)
    response.headers["Retry-After"] = "2"
    if request.method in SAFE:
        response.headers["Refresh"] = "2"
    return response


async def _outage(request: Request, error: Exception) -> Response:
    log.error("the database is away (%s)", type(error.__cause__).__name__)
    about = sentence("It was logged. Please try again.")
    return _page(request, 503, sentence("Something went wrong here"), about)


async def _unexpected(request: Request, error: Exception) -> Response:
    response = _page(request, 500, sentence("Something went wrong here"), sentence("It was logged. Please try again."))
    # This handler stands outside `Frame`, which sets these on all other responses.
    response.headers.update({**policies.of_any(request.url.scheme), **policies.CONSOLE})
    return response


async def _told(request: Request, status: int, title: str, about: str) -> Response:
    # Not every refused request has come as far as to know its member, whose language this is told in.
    with suppress(SignedOutError, NotReadyError):
        await signed_in(request, staff(request))
    return _page(request, status, title, about)


def _page(request: Request, status: int, title: str, about: str) -> Response:
    return page(request, "refusal.html", status, title=title, about=about)


def install(app: FastAPI) -> None:
    """Answer every error of the console with a page."""
    app.add_exception_handler(SignedOutError, _signed_out)
    app.add_exception_handler(NoCodesError, _without_codes)
    app.add_exception_handler(ForeignFormError, _foreign)
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(MissingError, _missing)
    # What a colleague deleted between two looks at it.
    app.add_exception_handler(UnknownTextError, _missing)
    app.add_exception_handler(RequestValidationError, _missing)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NotReadyError, _not_ready)
    app.add_exception_handler(OutageError, _outage)
    app.add_exception_handler(Exception, _unexpected)
