"""An article's information panel: its languages and paper are chosen on the article's page, to print or as a PDF."""

from collections.abc import Collection, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from channels.console.areas import Area
from channels.console.areas.content import MOST_ON_A_SHEET, PATH, Known, SheetWanted, Word, article_page
from channels.console.gate import CurrentEditing, Editor
from channels.console.pages import texts_of
from channels.console.sheets import NONE
from channels.console.texts import sentence
from channels.printing import PrintingError, printed_apart

MANY = sentence("A sheet holds up to {count} languages. Please untick some.")
GONE = sentence("Not every language that you chose is published now. Please look at the list again.")
UNPRINTED = sentence("The PDF could not be made. Please show the sheet and print it in the browser.")

router = APIRouter()


@router.get(f"{PATH}/{{article}}/sheet")
async def show(
    request: Request,
    at: Editor,
    editing: CurrentEditing,
    known: Known,
    languages: Annotated[list[Word] | None, Query(max_length=100)] = None,
    size: Literal["a4", "a3"] = "a4",
    act: Word = "",
) -> Response:
    """To the sheet, or the PDF; the article's page again where what was chosen cannot be printed."""
    # Jinja's other templates are not needed before somebody prints.
    from channels.web.sheets import Paper, chosen, opening, sheet
    from retrieval.showing import show_published

    texts, picked = show_published(known), list(dict.fromkeys(languages or []))
    wrong = _fault(texts, picked)
    if not wrong and act != "pdf":
        return RedirectResponse(f"/panel/{known.id}?{urlencode({'languages': ','.join(picked), 'size': size})}", 303)
    if not wrong:
        address = opening(str(request.base_url), known.id)
        try:
            pdf = await printed_apart(sheet(chosen(texts, picked), Paper(size), address, alone=True))
        except PrintingError:
            wrong = UNPRINTED
        else:
            named = {"Content-Disposition": f'attachment; filename="{known.id}.pdf"'}
            return Response(pdf, media_type="application/pdf", headers=named)
    told = texts_of(request).gettext(wrong).format(count=texts_of(request).number(MOST_ON_A_SHEET))
    return await article_page(request, at, editing, known, SheetWanted(tuple(picked), size, told))


def _fault(texts: Collection[str], picked: Sequence[str]) -> str:
    if not picked:
        return NONE
    if len(picked) > MOST_ON_A_SHEET:
        return MANY
    return "" if set(picked) <= set(texts) else GONE


AREA = Area(router)
