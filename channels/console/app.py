"""The console, assembled: an app of its own that is mounted at `/console`."""

import functools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from bot.limits import Limits
from channels.console import refusals
from channels.console.areas import (
    Area,
    account,
    audit,
    contacts,
    content,
    content_asked,
    content_facts,
    content_intake,
    content_sheets,
    content_texts,
    desk,
    exchange,
    glossary,
    home,
    hours,
    needs,
    notices,
    quality,
    replies,
    sign_in,
    staff,
    statistics,
    topics,
    trying,
)
from channels.console.frame import Frame
from channels.console.gate import Console, Serving, own_form, own_form_with_file
from channels.console.sessions import Sessions
from channels.requests import SILENT
from channels.service import now

STATIC = Path(__file__).parent / "static"
# In the order of the navigation. A new area is a module of `areas` and a word here.
AREAS: tuple[Area, ...] = (
    sign_in.AREA,
    home.AREA,
    desk.AREA,
    hours.AREA,
    replies.AREA,
    content.AREA,
    # Before the texts, whose paths end in a language.
    content_facts.AREA,
    content_asked.AREA,
    content_intake.AREA,
    content_sheets.AREA,
    content_texts.AREA,
    notices.AREA,
    contacts.AREA,
    topics.AREA,
    glossary.AREA,
    trying.AREA,
    quality.AREA,
    exchange.AREA,
    needs.AREA,
    statistics.AREA,
    staff.AREA,
    audit.AREA,
    account.AREA,
)


@functools.cache
def _routes() -> list[BaseRoute]:
    """What all areas serve. FastAPI reads the signature of every endpoint for it, which takes long: once is enough."""
    router = APIRouter()
    for area in AREAS:
        # Every change comes from one of our own forms: no area can forget it.
        checked = own_form_with_file if area.takes_files else own_form
        router.include_router(area.router, dependencies=[Depends(checked)])
    return router.routes


def console_app(
    service: Callable[[], Serving],
    secret_keys: Callable[[], tuple[str, ...]],
    now: Callable[[], datetime] = now,
    *,
    asks_codes: bool = False,
) -> FastAPI:
    """`service` and `secret_keys` are asked when the first page needs them; `asks_codes` of everybody."""
    app = FastAPI(openapi_url=None, telemetry=SILENT)
    sessions = Sessions(secret_keys)
    app.state.console = Console(service, sessions, Limits(network=sign_in.SIGN_INS), now, asks_codes)
    app.state.pages = [page for area in AREAS for page in area.pages]
    refusals.install(app)
    app.router.routes.extend(_routes())
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Frame, sessions=sessions, now=now)
    return app
