"""The replies that counsellors keep ready: any counsellor reads, adds, changes and deletes them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from bot.handoff.inbox import CannedReply, Counselling, UnknownReplyError
from channels.console.areas import Area
from channels.console.forms import Form, Posted
from channels.console.gate import Counsellor, CurrentDesk, MissingError
from channels.console.pages import go, page, say, texts_of
from retrieval.question import MAX_CHARACTERS, QuestionError, checked

PATH = "/replies"
# It stands on a button.
TITLE_CHARACTERS = 60
router = APIRouter(prefix=PATH)
Id = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("")
async def show(request: Request, at: Counsellor, desk: CurrentDesk) -> Response:
    found = await desk.canned()
    languages = sorted({one.language for one in found})
    groups = [(language, [one for one in found if one.language == language]) for language in languages]
    return page(request, "replies.html", groups=groups)


@router.get("/add")
async def show_new(request: Request, at: Counsellor, desk: CurrentDesk) -> Response:
    return _shown(request, desk, None, Form({"language": at.member.language}))


@router.post("/add")
async def add(request: Request, at: Counsellor, desk: CurrentDesk, form: Posted) -> Response:
    return await _kept(request, desk, None, form)


@router.get("/{id}")
async def show_one(request: Request, at: Counsellor, desk: CurrentDesk, id: Id) -> Response:
    one = next((one for one in await desk.canned() if one.id == id), None)
    if one is None:
        raise MissingError
    return _shown(request, desk, id, Form({"language": one.language, "title": one.title, "text": one.text}))


@router.post("/{id}")
async def save(request: Request, at: Counsellor, desk: CurrentDesk, id: Id, form: Posted) -> Response:
    return await _kept(request, desk, id, form)


@router.post("/{id}/delete")
async def drop(request: Request, at: Counsellor, desk: CurrentDesk, id: Id) -> Response:
    await desk.drop_canned(id)
    say(request, texts_of(request).gettext("The reply was deleted."))
    return go(PATH)


async def _kept(request: Request, desk: Counselling, id: int | None, form: Form) -> Response:
    _ = texts_of(request).gettext
    too_long = _("Please write 1 to {count} characters.")
    if form["language"] not in desk.languages:
        form.wrong["language"] = _("Please choose one of these.")
    for name, count in (("title", TITLE_CHARACTERS), ("text", MAX_CHARACTERS)):
        try:
            if len(checked(form[name])) > count:
                raise QuestionError("too_long", "a title stands on a button")
        except QuestionError:
            form.wrong[name] = too_long.format(count=count)
    if form.wrong:
        return _shown(request, desk, id, form, 422)
    try:
        await desk.keep_canned(CannedReply(id, form["language"], form["title"].strip(), form["text"]))
    except UnknownReplyError as error:
        raise MissingError from error
    say(request, _("The reply was saved."))
    return go(PATH)


def _shown(request: Request, desk: Counselling, id: int | None, form: Form, status: int = 200) -> Response:
    return page(request, "replies_one.html", status, id=id, form=form, languages=desk.languages)


AREA = Area(router)
