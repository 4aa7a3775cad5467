"""A draft that begins with somebody else's page or file: read, shown in a form, saved only when the editor saves it."""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from bot.editing.work import Editing, Taken
from channels.console.areas import Area
from channels.console.areas.content import PATH, Known, title_of
from channels.console.areas.content_facts import NEW, show_taken
from channels.console.areas.content_texts import Language, show_taken_text
from channels.console.forms import Form, Posted
from channels.console.gate import CurrentEditing, CurrentKeeping, Editor
from channels.console.pages import page, texts_of
from channels.console.taking import refusal
from knowledge_base.documents import Article
from knowledge_base.intake.extract import IntakeError
from knowledge_base.intake.kinds import CHOSEN

router = APIRouter()
OF_A_TEXT = f"{PATH}/{{article}}/{{language}}/from"


@router.get(f"{NEW}/from")
async def show_new(request: Request, at: Editor) -> Response:
    return _asked(request, Form(), f"{NEW}/from")


@router.post(f"{NEW}/from")
async def take_new(
    request: Request, at: Editor, editing: CurrentEditing, keeping: CurrentKeeping, form: Posted
) -> Response:
    taken = await _taken(request, editing, form)
    if taken is None:
        return _asked(request, form, f"{NEW}/from")
    return await show_taken(request, at, editing, keeping, taken)


@router.get(OF_A_TEXT)
async def show(request: Request, at: Editor, known: Known, language: Language) -> Response:
    return _asked(request, Form(), f"{PATH}/{known.id}/{language}/from", known, language)


@router.post(OF_A_TEXT)
async def take(
    request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language, form: Posted
) -> Response:
    taken = await _taken(request, editing, form)
    if taken is None:
        return _asked(request, form, f"{PATH}/{known.id}/{language}/from", known, language)
    return await show_taken_text(request, at, editing, known, language, taken)


async def _taken(request: Request, editing: Editing, form: Form) -> Taken | None:
    """None, and a sentence in the form, where there is nothing to take."""
    _ = texts_of(request).gettext
    file = (await request.form()).get("file")
    is_file = isinstance(file, UploadFile) and bool(file.filename)
    try:
        if isinstance(file, UploadFile) and file.filename:
            return await editing.intake.from_file(file.filename, await file.read())
        if form["address"].strip():
            return await editing.intake.from_address(form["address"])
        form.wrong["address"] = _("Please write an address or choose a file.")
    except IntakeError as error:
        form.wrong["file" if is_file else "address"] = refusal(error, _)
    return None


def _asked(request: Request, form: Form, here: str, known: Article | None = None, language: str = "") -> Response:
    return page(
        request,
        "content_intake.html",
        422 if form.wrong else 200,
        form=form,
        here=here,
        article=known,
        title=title_of(known) if known else None,
        language=language,
        suffixes=",".join(CHOSEN),
    )


AREA = Area(router, takes_files=True)
