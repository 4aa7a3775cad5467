"""The accounts of the staff, for admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.staff.member import (
    LONGEST_NAME,
    ROLES,
    BadLoginError,
    BadNameError,
    BadPasswordError,
    LastAdminError,
    Member,
    Role,
    UnknownStaffError,
)
from bot.staff.passwords import generated
from channels.console.areas import Area, Page
from channels.console.areas.account import too_short
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import Admin, MissingError, console
from channels.console.pages import go, page, say, texts_of
from channels.console.texts import CONSOLE, apart, clock, sentence

PATH = "/staff"
# What each role is called, and what it is for.
TITLES: dict[Role, tuple[str, str]] = {
    "editor": (sentence("Editor"), sentence("writes and translates what migrants read")),
    "counsellor": (sentence("Counsellor"), sentence("talks with migrants")),
    "admin": (sentence("Admin"), sentence("does all of it, and keeps the accounts")),
}
router = APIRouter()


async def _one(id: Annotated[int, Path(ge=1, lt=2**31)], at: Admin) -> Member:
    try:
        return await at.staff.by_id(id)
    except UnknownStaffError as error:
        raise MissingError from error


One = Annotated[Member, Depends(_one)]


@router.get(PATH)
async def everybody(request: Request, at: Admin) -> Response:
    return page(request, "staff.html", everybody=await at.staff.everybody(), titles=TITLES)


@router.get(f"{PATH}/add")
async def ask(request: Request, at: Admin) -> Response:
    return _asked(request, Form({"language": at.member.language, "role": "editor"}))


@router.post(f"{PATH}/add")
async def add(request: Request, at: Admin, form: Posted) -> Response:
    _ = texts_of(request).gettext
    role = _role(request, form)
    if form["language"] not in CONSOLE.languages():
        form.wrong["language"] = _("Please choose one of these.")
    if role is None or form.wrong:
        return _asked(request, form)
    login = form["login"].strip().lower()
    try:
        member = await at.staff.add(
            login,
            name=form["name"],
            role=role,
            password=form["password"],
            language=form["language"],
            by=at.member.login,
        )
    except BadLoginError:
        form.wrong["login"] = _(
            "Somebody has this one already, or it has other characters than small letters a to z, "
            "digits, dot, hyphen and underscore. It needs 2 to 40 of them."
        )
    except BadNameError:
        form.wrong["name"] = _("Please write 1 to {count} characters.").format(count=LONGEST_NAME)
    except BadPasswordError:
        form.wrong["password"] = too_short(texts_of(request))
    if form.wrong:
        return _asked(request, form)
    say(request, _("{name} can sign in now, as {login}.").format(name=apart(member.name), login=apart(member.login)))
    return go(PATH)


@router.get(f"{PATH}/{{id}}")
async def show(request: Request, at: Admin, one: One) -> Response:
    return _shown(request, one)


@router.post(f"{PATH}/{{id}}/role")
async def give_role(request: Request, at: Admin, one: One, form: Posted) -> Response:
    _ = texts_of(request).gettext
    role = _role(request, form)
    if role is None:
        return _shown(request, one, role=form)
    try:
        await at.staff.give_role(one.id, role, by=at.member.login)
    except LastAdminError:
        form.wrong["role"] = _last_admin(request)
        return _shown(request, one, role=form)
    say(request, _("The role was changed."))
    return go(f"{PATH}/{one.id}")


@router.post(f"{PATH}/{{id}}/password")
async def set_password(request: Request, at: Admin, one: One, form: Posted) -> Response:
    _ = texts_of(request).gettext
    if one.id == at.member.id:
        # There it takes the old one: a computer that was left alone for a moment is not enough.
        return go("/account")
    try:
        await at.staff.set_password(one.id, form["password"], by=at.member.login)
    except BadPasswordError:
        form.wrong["password"] = too_short(texts_of(request))
        return _shown(request, one, password=form)
    say(request, _("{name} has a new password and is signed out everywhere.").format(name=apart(one.name)))
    return go(f"{PATH}/{one.id}")


@router.post(f"{PATH}/{{id}}/codes")
async def remove_codes(request: Request, at: Admin, one: One) -> Response:
    _ = texts_of(request).gettext
    if one.id == at.member.id:
        # There it takes the password.
        return go("/account")
    await at.staff.codes.remove(one.id, by=at.member.login)
    say(request, _("From now on the password alone signs {name} in.").format(name=apart(one.name)))
    return go(f"{PATH}/{one.id}")


@router.post(f"{PATH}/{{id}}/close")
async def close(request: Request, at: Admin, one: One, form: Posted) -> Response:
    _ = texts_of(request).gettext
    try:
        await at.staff.close(one.id, by=at.member.login)
    except LastAdminError:
        form.wrong["close"] = _last_admin(request)
        return _shown(request, one, closing=form)
    say(request, _("The account is closed. {name} is signed out everywhere.").format(name=apart(one.name)))
    return go(f"{PATH}/{one.id}")


@router.post(f"{PATH}/{{id}}/open")
async def open_again(request: Request, at: Admin, one: One) -> Response:
    _ = texts_of(request).gettext
    await at.staff.open(one.id, by=at.member.login)
    say(request, _("{name} can sign in again.").format(name=apart(one.name)))
    return go(f"{PATH}/{one.id}")


def _role(request: Request, form: Form) -> Role | None:
    """The chosen role; what is none is told."""
    chosen = next((role for role in ROLES if role == form["role"]), None)
    if chosen is None:
        form.wrong["role"] = texts_of(request).gettext("Please choose one of these.")
    return chosen


def _last_admin(request: Request) -> str:
    return texts_of(request).gettext(
        "There has to be another admin first: without one, nobody could keep the accounts."
    )


def _asked(request: Request, form: Form) -> Response:
    """The form for a colleague; a new password is suggested each time."""
    return page(
        request,
        "staff_add.html",
        422 if form.wrong else 200,
        form=form,
        suggested=generated(),
        languages=sorted(CONSOLE.languages()),
        titles=TITLES,
    )


def _shown(
    request: Request,
    one: Member,
    *,
    role: Form | None = None,
    password: Form | None = None,
    closing: Form | None = None,
) -> Response:
    at = console(request)
    until = one.locked_at(at.now())
    return page(
        request,
        "staff_one.html",
        422 if role or password or closing else 200,
        one=one,
        locked_until=clock(texts_of(request), until, at.service().time_zone) if until else None,
        role=role or Form({"role": one.role}),
        password=password or Form(),
        closing=closing or Form(),
        suggested=generated(),
        titles=TITLES,
    )


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Staff"), sentence("Who can sign in here, and as what."), "admin"),),
)
