"""Signing in and out."""

import re
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from bot.limits import Rate
from bot.staff.member import LockedError, WrongCodeError, WrongPasswordError
from channels.console.areas import Area
from channels.console.forms import Form, Posted
from channels.console.gate import Anyone, CurrentConsole, CurrentStaff
from channels.console.pages import go, page, say, texts_of
from channels.console.sessions import Session
from channels.console.texts import clock

# Tries from one network: an office shares one, and somebody who guesses has one too.
SIGN_INS = (Rate(30, timedelta(minutes=1)), Rate(300, timedelta(hours=1)))
# A page of the console, to which somebody wanted to go before signing in.
WANTED = re.compile(r"(/[A-Za-z0-9_-]+)*/?(\?[A-Za-z0-9_=&-]*)?")

PATH = "/sign-in"
router = APIRouter()


@router.get(PATH)
async def ask(request: Request, staff: CurrentStaff, wanted: Annotated[str, Query(max_length=200)] = "") -> Response:
    is_new = not await staff.everybody()
    return page(request, "sign_in.html", form=Form({"wanted": wanted}), is_new=is_new)


@router.post(PATH)
async def sign_in(request: Request, form: Posted, staff: CurrentStaff, console: CurrentConsole) -> Response:
    _ = texts_of(request).gettext
    now = console.now()
    until = console.sign_ins.of_network(request.client.host if request.client else None, now)
    status = 422
    if until is None:
        try:
            member = await staff.authenticate(form["login"].strip().lower(), form["password"])
        except LockedError as error:
            until = error.until
        except WrongPasswordError:
            form.wrong["password"] = _("This name and this password do not belong together.")
    if until is not None:
        time = clock(texts_of(request), until, console.service().time_zone)
        form.wrong["password"] = _("Too many wrong passwords. Please try again at {time}.").format(time=time)
        status = 429
    if form.wrong:
        return page(request, "sign_in.html", status, form=form, is_new=False)
    if member.uses_codes:
        request.state.session = Session.half_begun(now, member)
        return page(request, "sign_in_code.html", form=Form({"wanted": form["wanted"]}))
    request.state.session = Session.begun(now, member)
    return _signed_in(form)


@router.post(f"{PATH}/code")
async def sign_in_with_code(request: Request, form: Posted, staff: CurrentStaff, console: CurrentConsole) -> Response:
    """The second half, where the member uses codes."""
    _ = texts_of(request).gettext
    now, session = console.now(), request.state.session
    half = session.waits_for_code(now)
    if half is None:
        say(request, _("That took too long. Please type your password again."))
        return go(PATH)
    until = console.sign_ins.of_network(request.client.host if request.client else None, now)
    status = 422
    if until is None:
        try:
            member = await staff.codes.check(half, form["code"])
        except LockedError as error:
            until = error.until
        except WrongCodeError:
            form.wrong["code"] = _("This is not the code that your telephone shows now, or it was used already.")
    if until is not None:
        time = clock(texts_of(request), until, console.service().time_zone)
        form.wrong["code"] = _("Too many wrong codes. Please try again at {time}.").format(time=time)
        status = 429
    if form.wrong:
        return page(request, "sign_in_code.html", status, form=form)
    if member.epoch != session.epoch:
        # The password is not what it was when it was typed.
        return go(PATH)
    request.state.session = Session.begun(now, member)
    return _signed_in(form)


def _signed_in(form: Form) -> Response:
    wanted = form["wanted"]
    return go(wanted if WANTED.fullmatch(wanted) and wanted else "/")


@router.post("/sign-out")
async def sign_out(request: Request, at: Anyone) -> Response:
    """Ends every session of the member: a signed cookie that was copied must not go on."""
    _ = texts_of(request).gettext
    await at.staff.sign_out(at.member.id)
    request.state.session = Session.begun(at.now())
    say(request, _("You are signed out."))
    return go(PATH)


AREA = Area(router)
