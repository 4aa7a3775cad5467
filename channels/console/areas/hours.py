"""A counsellor's languages, topics and hours: their own, and anybody's for an admin."""

from typing import Annotated

from babel.dates import get_day_names
from fastapi import APIRouter, Path, Request, Response

from bot.handoff.inbox import Counselling
from bot.handoff.profile import Profile
from bot.staff.member import Member, UnknownStaffError
from channels.console.areas import Area
from channels.console.forms import Form, Posted
from channels.console.gate import Admin, Counsellor, CurrentDesk, MissingError, console
from channels.console.hours import HoursError, exceptions_of, exceptions_written, shifts_of, week_of, week_written
from channels.console.pages import go, page, say, texts_of
from knowledge_base.documents import DAYS
from knowledge_base.languages import locale

PATH = "/hours"
router = APIRouter(prefix=PATH)
Id = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("")
async def show(request: Request, at: Counsellor, desk: CurrentDesk) -> Response:
    return await _shown(request, desk, at.member)


@router.post("")
async def save(request: Request, at: Counsellor, desk: CurrentDesk, form: Posted) -> Response:
    return await _saved(request, desk, at.member, form, "/desk")


@router.get("/{id}")
async def show_one(request: Request, at: Admin, desk: CurrentDesk, id: Id) -> Response:
    return await _shown(request, desk, await _one(at, id))


@router.post("/{id}")
async def save_one(request: Request, at: Admin, desk: CurrentDesk, id: Id, form: Posted) -> Response:
    return await _saved(request, desk, await _one(at, id), form, f"/staff/{id}")


async def _one(at: Admin, id: int) -> Member:
    try:
        return await at.staff.by_id(id)
    except UnknownStaffError as error:
        raise MissingError from error


async def _saved(request: Request, desk: Counselling, one: Member, form: Form, then: str) -> Response:
    _ = texts_of(request).gettext
    before = await desk.profile(one)
    languages = [tag for tag in desk.languages if form[f"language-{tag}"]]
    if not languages:
        form.wrong["languages"] = _("Please choose at least one.")
    for day in DAYS:
        try:
            shifts_of(form[day])
        except HoursError as error:
            form.wrong[day] = _no_hours(request, error)
    try:
        exceptions = exceptions_of(form["exceptions"])
    except HoursError as error:
        form.wrong["exceptions"] = _no_hours(request, error)
    if form.wrong:
        return await _shown(request, desk, one, form)
    profile = Profile(
        languages=languages,
        topics=[id for id in desk.topics(one.language) if form[f"topic-{id}"]],
        countries=before.countries,
        weekly=week_of([form[day] for day in DAYS]),
        exceptions=exceptions,
    )
    await desk.introduce(one, profile)
    say(request, _("Languages and hours were saved."))
    return go(then)


def _no_hours(request: Request, error: HoursError) -> str:
    sentence = texts_of(request).gettext("These are no hours: {written}. Please write them like 8:00-12:00.")
    return sentence.format(written=error.written)


async def _shown(request: Request, desk: Counselling, one: Member, form: Form | None = None) -> Response:
    texts = texts_of(request)
    names = get_day_names("wide", "stand-alone", locale(texts.language))
    return page(
        request,
        "hours.html",
        422 if form else 200,
        form=form or _filled(await desk.profile(one)),
        one=one,
        languages=desk.languages,
        topics=desk.topics(texts.language),
        days=[(day, names[number]) for number, day in enumerate(DAYS)],
        zone=str(console(request).service().time_zone),
    )


def _filled(profile: Profile) -> Form:
    return Form(
        {
            **{f"language-{tag}": "on" for tag in profile.languages},
            **{f"topic-{id}": "on" for id in profile.topics},
            **dict(zip(DAYS, week_written(profile.weekly), strict=True)),
            "exceptions": exceptions_written(profile.exceptions),
        }
    )


AREA = Area(router)
