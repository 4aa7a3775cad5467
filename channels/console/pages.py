"""A page: a template in the reader's language, inside the console's layout."""

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.staff.member import Member
from bot.texts import Texts
from channels.console.frame import ROOT
from channels.console.gate import console
from channels.console.sessions import Session
from channels.console.texts import CONSOLE, apart
from channels.web import accepted_language
from knowledge_base.languages import endonym, is_right_to_left

if TYPE_CHECKING:
    from jinja2 import Environment


@functools.cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["apart"] = apart
    return environment


def texts_of(request: Request) -> Texts:
    """The console's sentences in the member's own language; before the sign-in, in the browser's."""
    member = _member(request)
    return Texts(member.language if member else accepted_language(request.headers.get("accept-language", "")), CONSOLE)


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """The template with its context; it shows what was said to be told, once."""
    texts, member, session = texts_of(request), _member(request), _session(request)
    request.state.session = replace(session, said=())
    html = (
        _environment()
        .get_template(template)
        .render(
            context,
            _=texts.gettext,
            ngettext=texts.ngettext,
            texts=texts,
            direction="rtl" if is_right_to_left(texts.language) else "ltr",
            endonym=endonym,
            root=ROOT,
            path=request.url.path,
            member=member,
            pages=[page for page in request.app.state.pages if member and page.is_for(member)],
            said=session.said,
            csrf=console(request).sessions.token(session),
        )
    )
    return HTMLResponse(html, status, {"Vary": "Accept-Language"})


def say(request: Request, sentence: str) -> None:
    """Have the next page tell the member something."""
    session = _session(request)
    request.state.session = replace(session, said=(*session.said, sentence))


def go(path: str) -> RedirectResponse:
    """After a form was taken: show a page of the console, so that a reload sends nothing again."""
    return RedirectResponse(ROOT + path, 303)


def _member(request: Request) -> Member | None:
    return getattr(request.state, "member", None)


def _session(request: Request) -> Session:
    session: Session = request.state.session
    return session
