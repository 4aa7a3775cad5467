"""The counsellors' desk: who waits, what was said, and a person's answer."""

import re
import secrets
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.handoff.inbox import LABEL_CHARACTERS, Counselling, Opened, UnknownArticleError, UnknownHandoffError
from bot.handoff.moves import OUTCOMES, HandoffError, TakenError
from bot.staff.member import Member
from channels.console.areas import Area, Page
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import Counsellor, CurrentDesk, MissingError, SignedIn, console
from channels.console.pages import go, page, say, texts_of
from channels.console.streams import streamed
from channels.console.texts import sentence
from retrieval.question import MAX_CHARACTERS, QuestionError

PATH = "/desk"
REASONS = {
    "asked": sentence("asked for a person"),
    "urgent": sentence("is in danger"),
    "no_answer": sentence("found no answer"),
    "feedback": sentence("was not helped by an answer"),
    "topic": sentence("read about what a person should explain"),
    "callback": sentence("wants to be called back"),
}
ENDINGS = {
    "solved": sentence("It is solved"),
    "referred": sentence("Another place helps"),
    "unreachable": sentence("The person could not be reached"),
    "other": sentence("In another way"),
}
CHANNELS = {"web": sentence("website"), "telegram": "Telegram", "terminal": sentence("terminal")}
# How it stands with what a counsellor wrote; on the website nothing but the browser tells of it.
DELIVERIES = {
    "unknown": sentence("sent, not known whether it arrived"),
    "sent": sentence("sent, not arrived yet"),
    "arrived": sentence("delivered"),
    "refused": sentence("not delivered: it was refused"),
}
SEEN = sentence("seen by the browser")
router = APIRouter(prefix=PATH)
Id = Annotated[int, Path(ge=1, lt=2**31)]


async def _case(id: Id, at: Counsellor, desk: CurrentDesk) -> Opened:
    try:
        return await desk.open(id, at.member)
    except UnknownHandoffError as error:
        raise MissingError from error


Case = Annotated[Opened, Depends(_case)]


@router.get("")
async def show(request: Request, at: Counsellor, desk: CurrentDesk) -> Response:
    return await _inbox(request, "desk.html", at, desk)


@router.get("/inbox")
async def inbox(request: Request, at: Counsellor, desk: CurrentDesk) -> Response:
    return await _inbox(request, "desk_inbox.html", at, desk)


@router.get("/stream")
async def stream(at: Counsellor, desk: CurrentDesk) -> Response:
    async def words() -> AsyncGenerator[str]:
        async for word in desk.changes(at.member):
            yield word

    return streamed(at, words())


@router.get("/{id}/stream")
async def case_stream(at: Counsellor, case: Case, desk: CurrentDesk) -> Response:
    async def words() -> AsyncGenerator[str]:
        async for word in desk.changes(at.member, case.entry.conversation_id):
            yield word

    return streamed(at, words())


@router.get("/{id}")
async def show_case(request: Request, at: Counsellor, case: Case, desk: CurrentDesk) -> Response:
    return await _shown(request, at, case, desk)


@router.get("/{id}/talk")
async def talk(request: Request, at: Counsellor, case: Case) -> Response:
    return page(request, "desk_talk.html", **_about(request, case))


@router.post("/{id}/reply")
async def reply(request: Request, at: Counsellor, case: Case, desk: CurrentDesk, form: Posted) -> Response:
    """Send an answer; a page with htmx gets the empty form back, or what was typed with what is wrong."""
    _ = texts_of(request).gettext
    try:
        await desk.reply(case.entry.id, at.member, form["text"], _client_id(form))
    except QuestionError:
        form.wrong["text"] = _("Please write 1 to {count} characters.").format(count=MAX_CHARACTERS)
    except (HandoffError, UnknownHandoffError) as error:
        form.wrong["text"] = _told(request, error)
    if "hx-request" in request.headers:
        answered = form if form.wrong else _fresh()
        # htmx puts in only what comes with 200.
        return page(request, "desk_reply.html", form=answered, **_about(request, case))
    return await _shown(request, at, case, desk, answer=form) if form.wrong else go(f"{PATH}/{case.entry.id}")


@router.post("/{id}/article")
async def article(request: Request, at: Counsellor, case: Case, desk: CurrentDesk, form: Posted) -> Response:
    """Send an article as it is."""
    try:
        await desk.send_article(case.entry.id, at.member, form["article"], _client_id(form))
    except UnknownArticleError as error:
        raise MissingError from error
    except (HandoffError, UnknownHandoffError) as error:
        say(request, _told(request, error))
    return go(f"{PATH}/{case.entry.id}")


@router.post("/{id}/note")
async def note(request: Request, at: Counsellor, case: Case, desk: CurrentDesk, form: Posted) -> Response:
    try:
        await desk.note(case.entry.id, at.member, form["note"])
    except QuestionError:
        form.wrong["note"] = (
            texts_of(request).gettext("Please write 1 to {count} characters.").format(count=MAX_CHARACTERS)
        )
        return await _shown(request, at, case, desk, note=form)
    except UnknownHandoffError as error:
        raise MissingError from error
    return go(f"{PATH}/{case.entry.id}")


@router.post("/{id}/label")
async def label(request: Request, at: Counsellor, case: Case, desk: CurrentDesk, form: Posted) -> Response:
    try:
        await desk.label(case.entry.id, form["label"])
    except QuestionError:
        sentence = texts_of(request).gettext("Please write 1 to {count} characters.")
        form.wrong["label"] = sentence.format(count=LABEL_CHARACTERS)
        return await _shown(request, at, case, desk, label=form)
    except UnknownHandoffError as error:
        say(request, _told(request, error))
    return go(f"{PATH}/{case.entry.id}")


@router.post("/{id}/unlabel")
async def unlabel(request: Request, at: Counsellor, case: Case, desk: CurrentDesk, form: Posted) -> Response:
    try:
        await desk.unlabel(case.entry.id, form["label"])
    except QuestionError:
        # No case has such a label.
        return go(f"{PATH}/{case.entry.id}")
    except UnknownHandoffError as error:
        say(request, _told(request, error))
    return go(f"{PATH}/{case.entry.id}")


@router.post("/{id}/typing", status_code=204)
async def types(id: Id, at: Counsellor, desk: CurrentDesk) -> Response:
    try:
        await desk.types(id, at.member)
    except UnknownHandoffError as error:
        raise MissingError from error
    return Response(status_code=204)


@router.post("/{id}/{move}")
async def move(request: Request, at: Counsellor, case: Case, move: str, desk: CurrentDesk, form: Posted) -> Response:
    id, member = case.entry.id, at.member
    try:
        match move:
            case "accept":
                await desk.accept(id, member)
            case "take-over":
                await desk.assign(id, member, member)
            case "give":
                await desk.assign(id, member, await _colleague(at, form["to"]))
            case "release":
                await desk.release(id, member)
            case "return":
                await desk.give_back(id, member)
            case "reopen":
                await desk.reopen(id, member)
            case "close":
                outcome = next((one for one in OUTCOMES if one == form["outcome"]), None)
                if outcome is None:
                    form.wrong["outcome"] = texts_of(request).gettext("Please choose one of these.")
                    return await _shown(request, at, case, desk, ending=form)
                await desk.close(id, member, outcome)
            case _:
                raise MissingError
    except (HandoffError, UnknownHandoffError) as error:
        say(request, _told(request, error))
    stays = move in ("accept", "take-over", "reopen")
    return go(f"{PATH}/{id}" if stays else PATH)


def _told(request: Request, error: Exception) -> str:
    _ = texts_of(request).gettext
    if isinstance(error, UnknownHandoffError):
        return _("The conversation is no more: who wrote it has deleted it.")
    if isinstance(error, TakenError):
        return _("A colleague has this conversation now.")
    return _("This cannot be done any more: the conversation has gone on meanwhile.")


async def _inbox(request: Request, template: str, at: Counsellor, desk: Counselling) -> Response:
    entries = await desk.inbox(at.member)
    groups = [
        (sentence("Yours"), [one for one in entries if one.mine]),
        (sentence("Waiting"), [one for one in entries if one.state == "waiting"]),
        (sentence("To be called back"), [one for one in entries if one.state == "agreed"]),
        (sentence("With colleagues"), [one for one in entries if one.state == "accepted" and not one.mine]),
    ]
    return page(request, template, groups=groups, reasons=REASONS, channels=CHANNELS, ago=_ago(request))


async def _colleagues(at: SignedIn) -> list[Member]:
    """To whom a case can be given."""
    everybody = await at.staff.everybody()
    return [one for one in everybody if one.active and one.may("counsellor") and one.id != at.member.id]


async def _colleague(at: SignedIn, id: str) -> Member:
    """Raises MissingError."""
    found = next((one for one in await _colleagues(at) if str(one.id) == id), None)
    if found is None:
        raise MissingError
    return found


async def _shown(
    request: Request,
    at: Counsellor,
    case: Opened,
    desk: Counselling,
    *,
    answer: Form | None = None,
    note: Form | None = None,
    label: Form | None = None,
    ending: Form | None = None,
) -> Response:
    colleagues = await _colleagues(at)
    return page(
        request,
        "desk_case.html",
        422 if answer or note or label or ending else 200,
        form=answer or _fresh(),
        note=note or Form(),
        label=label or Form(),
        suggested=[one for one in await desk.labels() if one not in case.entry.labels],
        ending=ending or Form(),
        colleagues=colleagues,
        canned=await desk.canned(case.entry.shared or case.entry.language) if case.entry.mine else [],
        endings=ENDINGS,
        **_about(request, case),
    )


def _about(request: Request, case: Opened) -> dict[str, Any]:
    return {
        "case": case,
        "entry": case.entry,
        "reasons": REASONS,
        "channels": CHANNELS,
        "deliveries": DELIVERIES | ({"arrived": SEEN} if case.entry.channel == "web" else {}),
        "ago": _ago(request),
        "at_clock": _at_clock(request),
        # By it an article that is sent counts once.
        "fresh": secrets.token_hex(8),
    }


def _client_id(form: Form) -> str:
    """What the page put into the form; of anything else only what could be of it."""
    return re.sub("[^A-Za-z0-9_-]", "", form["client_id"])[:80]


def _fresh() -> Form:
    """An empty answer, with an id by which it counts once however often it is sent."""
    return Form({"client_id": secrets.token_hex(8)})


def _ago(request: Request) -> Callable[[datetime], str]:
    """How long ago something was, in the member's words."""
    texts, now = texts_of(request), console(request).now()
    return lambda moment: texts.duration(max(now - moment, timedelta(0)))


def _at_clock(request: Request) -> Callable[[float], str]:
    """When a message came, on the site's clocks."""
    texts, zone = texts_of(request), console(request).service().time_zone or ZoneInfo("UTC")
    return lambda stamp: texts.day_and_time(datetime.fromtimestamp(stamp, zone), zone)


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Desk"), sentence("Who waits for a person, and whom you talk with."), "counsellor"),),
)
