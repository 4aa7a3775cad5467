"""A member's own account: name, language, password."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from bot.staff.member import (
    LONGEST_NAME,
    SHORTEST_PASSWORD,
    BadNameError,
    BadPasswordError,
    LockedError,
    WrongPasswordError,
)
from bot.texts import Texts
from channels.console.areas import Area, Page
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import Anyone, CurrentConsole, SignedIn
from channels.console.pages import go, page, say, texts_of
from channels.console.texts import CONSOLE, clock, sentence

PATH = "/account"
router = APIRouter()


@router.get(PATH)
async def show(request: Request, at: Anyone) -> Response:
    return _page(request, at)


@router.post(PATH)
async def introduce(request: Request, at: Anyone, form: Posted) -> Response:
    _ = texts_of(request).gettext
    if form["language"] not in CONSOLE.languages():
        form.wrong["language"] = _("Please choose one of these.")
        return _page(request, at, introduction=form, status=422)
    try:
        member = await at.staff.introduce(
            at.member.id, name=form["name"], language=form["language"], by=at.member.login
        )
    except BadNameError:
        form.wrong["name"] = _("Please write 1 to {count} characters.").format(count=LONGEST_NAME)
        return _page(request, at, introduction=form, status=422)
    say(request, Texts(member.language, CONSOLE).gettext("Your account was changed."))
    return go(PATH)


@router.post(f"{PATH}/password")
async def change_password(request: Request, at: Anyone, form: Posted, console: CurrentConsole) -> Response:
    _ = texts_of(request).gettext
    if form["new"] != form["again"]:
        form.wrong["again"] = _("These are two different passwords.")
    else:
        try:
            member = await at.staff.change_password(at.member.id, form["old"], form["new"])
        except BadPasswordError:
            form.wrong["new"] = too_short(texts_of(request))
        except WrongPasswordError:
            form.wrong["old"] = _("This is not your password.")
        except LockedError as error:
            time = clock(texts_of(request), error.until, console.service().time_zone)
            form.wrong["old"] = _("Too many wrong passwords. Please try again at {time}.").format(time=time)
    if form.wrong:
        return _page(request, at, password=form, status=422)
    # All other sessions of the account end; this one goes on.
    request.state.session = replace(request.state.session, epoch=member.epoch)
    say(request, _("Your password was changed. Everywhere else you are signed out."))
    return go(PATH)


def too_short(texts: Texts) -> str:
    return texts.gettext("Please take at least {count} characters; a sentence is a good password.").format(
        count=texts.number(SHORTEST_PASSWORD)
    )


def _page(
    request: Request, at: SignedIn, *, introduction: Form | None = None, password: Form | None = None, status: int = 200
) -> Response:
    introduction = introduction or Form({"name": at.member.name, "language": texts_of(request).language})
    return page(
        request,
        "account.html",
        status,
        introduction=introduction,
        password=password or Form(),
        languages=sorted(CONSOLE.languages()),
    )


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("Your account"),
            sentence("Your name, your language and your password."),
        ),
    ),
)
