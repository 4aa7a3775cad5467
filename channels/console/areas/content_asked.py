"""How people ask for an article in one language: searched within a second, never shown."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import TypeAdapter, ValidationError

from channels.console.areas import Area
from channels.console.areas.content import PATH, Known, title_of
from channels.console.forms import Form, Posted
from channels.console.gate import CurrentEditing, CurrentKeeping, Editor, MissingError
from channels.console.pages import go, page, say, texts_of
from knowledge_base.documents import Article, Line
from knowledge_base.editing.asked import changed
from knowledge_base.languages import is_right_to_left

LINE: TypeAdapter[str] = TypeAdapter(Line)
router = APIRouter(prefix=f"{PATH}/{{article}}/asked/{{language}}")


async def known_language(
    known: Known, language: Annotated[str, Path(pattern=r"^[A-Za-z-]{2,12}$")], editing: CurrentEditing
) -> str:
    """One that the site serves, or in which people ask already. Raises MissingError."""
    if language not in known.asked and language not in editing.languages:
        raise MissingError
    return language


Language = Annotated[str, Depends(known_language)]


@router.get("")
async def show(request: Request, at: Editor, known: Known, language: Language) -> Response:
    lines = "\n".join(known.asked.get(language, []))
    return _shown(request, known, language, Form({"questions": lines, "over": lines}))


@router.post("")
async def save(
    request: Request, at: Editor, keeping: CurrentKeeping, known: Known, language: Language, form: Posted
) -> Response:
    """What was added and what was taken out counts, whatever colleagues did meanwhile."""
    texts = texts_of(request)
    _ = texts.gettext
    wanted, seen = _lines(form["questions"]), _lines(form["over"])
    for number, line in enumerate(wanted, 1):
        try:
            LINE.validate_python(line)
        except ValidationError:
            told = _(
                "Line {number} is too long or has a character that cannot be shown: please shorten or write it anew."
            )
            form.wrong.setdefault("questions", told.format(number=texts.number(number)))
    added, removed = [one for one in wanted if one not in seen], [one for one in seen if one not in wanted]
    if form["act"] == "preview":
        return _shown(request, known, language, Form(form.values))
    if form.wrong:
        return _shown(request, known, language, form, 422)
    await keeping.change_asked(known.id, language, added=added, removed=removed, by=at.member.login)
    count = len(changed(known.asked.get(language, []), added, removed))
    told = texts.ngettext("{count} question is searched now.", "{count} questions are searched now.", count)
    say(request, told.format(count=texts.number(count)))
    return go(f"{PATH}/{known.id}")


def _lines(value: str) -> list[str]:
    """Each question once."""
    return list(dict.fromkeys(line.strip() for line in value.split("\n") if line.strip()))


def _shown(request: Request, known: Article, language: str, form: Form, status: int = 200) -> Response:
    return page(
        request,
        "content_asked.html",
        status,
        form=form,
        sent=request.method == "POST",
        article=known,
        title=title_of(known),
        language=language,
        written="rtl" if is_right_to_left(language) else "ltr",
        here=f"{PATH}/{known.id}/asked/{language}",
    )


AREA = Area(router)
