"""A member's own account: name, language, password, codes at the sign-in."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from bot.staff.member import (
    LONGEST_NAME,
    SHORTEST_PASSWORD,
    BadNameError,
    BadPasswordError,
    LockedError,
    StaffError,
    WrongCodeError,
    WrongPasswordError,
)
from bot.texts import Texts
from channels.console.areas import Area, Page
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import Anyone, SignedIn, console
from channels.console.pages import go, page, say, texts_of
from channels.console.texts import CONSOLE, clock, sentence

PATH = "/account"
router = APIRouter()


@router.get(PATH)
async def show(request: Request, at: Anyone) -> Response:
    return await _page(request, at)


@router.post(PATH)
async def introduce(request: Request, at: Anyone, form: Posted) -> Response:
    _ = texts_of(request).gettext
    if form["language"] not in CONSOLE.languages():
        form.wrong["language"] = _("Please choose one of these.")
        return await _page(request, at, introduction=form, status=422)
    try:
        member = await at.staff.introduce(
            at.member.id, name=form["name"], language=form["language"], by=at.member.login
        )
    except BadNameError:
        form.wrong["name"] = _("Please write 1 to {count} characters.").format(count=LONGEST_NAME)
        return await _page(request, at, introduction=form, status=422)
    say(request, Texts(member.language, CONSOLE).gettext("Your account was changed."))
    return go(PATH)


@router.post(f"{PATH}/password")
async def change_password(request: Request, at: Anyone, form: Posted) -> Response:
    _ = texts_of(request).gettext
    if form["new"] != form["again"]:
        form.wrong["again"] = _("These are two different passwords.")
    else:
        try:
            member = await at.staff.change_password(at.member.id, form["old"], form["new"])
        except BadPasswordError:
            form.wrong["new"] = too_short(texts_of(request))
        except (WrongPasswordError, LockedError) as error:
            form.wrong["old"] = _not_yours(request, error)
    if form.wrong:
        return await _page(request, at, password=form, status=422)
    # All other sessions of the account end; this one goes on.
    request.state.session = replace(request.state.session, epoch=member.epoch)
    say(request, _("Your password was changed. Everywhere else you are signed out."))
    return go(PATH)


@router.post(f"{PATH}/codes")
async def begin_codes(request: Request, at: Anyone, form: Posted) -> Response:
    """Show what the telephone reads: nothing asks for a code before one was typed."""
    try:
        secret = await at.staff.codes.begin(at.member.id, form["mine"])
    except (WrongPasswordError, LockedError) as error:
        form.wrong["mine"] = _not_yours(request, error)
        return await _page(request, at, codes=form, status=422)
    return _to_read(request, at, secret, Form())


@router.post(f"{PATH}/codes/confirm")
async def confirm_codes(request: Request, at: Anyone, form: Posted) -> Response:
    _ = texts_of(request).gettext
    secret = await at.staff.codes.begun(at.member.id)
    if secret is None:
        # The page was sent twice, or is an old one.
        return go(PATH)
    try:
        member, recovery = await at.staff.codes.confirm(at.member.id, form["code"])
    except WrongCodeError:
        form.wrong["code"] = _("This is not the code that your telephone shows now. Is its clock right?")
        return _to_read(request, at, secret, form, 422)
    request.state.session = replace(request.state.session, epoch=member.epoch)
    return page(request, "account_recovery.html", recovery=recovery)


@router.post(f"{PATH}/codes/stop")
async def stop_codes(request: Request, at: Anyone, form: Posted) -> Response:
    try:
        await at.staff.codes.stop(at.member.id, form["mine"])
    except (WrongPasswordError, LockedError) as error:
        form.wrong["mine"] = _not_yours(request, error)
        return await _page(request, at, codes=form, status=422)
    say(request, texts_of(request).gettext("From now on your password alone signs you in."))
    return go(PATH)


def _to_read(request: Request, at: SignedIn, secret: str, form: Form, status: int = 200) -> Response:
    # Neither is needed before somebody sets codes up.
    import segno
    from markupsafe import Markup

    from bot.staff.codes import address

    told = address(secret, at.member.login)
    drawn = segno.make(told, error="m", micro=False).svg_inline(omitsize=True, border=4, light="#fff", dark="#000")
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return page(request, "account_codes.html", status, form=form, code=Markup(drawn), secret=groups)  # noqa: S704


def _not_yours(request: Request, error: StaffError) -> str:
    texts = texts_of(request)
    if isinstance(error, LockedError):
        time = clock(texts, error.until, console(request).service().time_zone)
        return texts.gettext("Too many wrong passwords. Please try again at {time}.").format(time=time)
    return texts.gettext("This is not your password.")


def too_short(texts: Texts) -> str:
    return texts.gettext("Please take at least {count} characters; a sentence is a good password.").format(
        count=texts.number(SHORTEST_PASSWORD)
    )


async def _page(
    request: Request,
    at: SignedIn,
    *,
    introduction: Form | None = None,
    password: Form | None = None,
    codes: Form | None = None,
    status: int = 200,
) -> Response:
    introduction = introduction or Form({"name": at.member.name, "language": texts_of(request).language})
    return page(
        request,
        "account.html",
        status,
        introduction=introduction,
        password=password or Form(),
        codes=codes or Form(),
        left=await at.staff.codes.left(at.member.id),
        must_use_codes=console(request).asks_codes and not at.member.uses_codes,
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
