"""`/panel/ARTICLE`: an article as a sheet to print, in several languages. The browser prints it, or makes a PDF."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from channels import policies
from channels.api.dependencies import CurrentAnswers
from channels.web import accepted_language

# As many characters as the longest sensible list of languages has.
LONGEST = 100

router = APIRouter(include_in_schema=False)


@router.get("/panel/{article}")
async def show(
    request: Request,
    answers: CurrentAnswers,
    article: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")],
    languages: Annotated[list[Annotated[str, Query(max_length=LONGEST)]] | None, Query(max_length=20)] = None,
    size: Literal["a4", "a3"] = "a4",
    accept_language: Annotated[str, Header()] = "en",
) -> HTMLResponse:
    """`languages` is a list with commas, or is there several times; left out, the browser's language."""
    # Jinja is not needed before somebody comes.
    from channels.web.sheets import Paper, SheetError, chosen, opening, sheet
    from knowledge_base.languages import fallbacks

    texts = answers.published(article)
    if not texts:
        raise HTTPException(404, "there is no such article")
    wanted = [tag.strip() for part in languages or [] for tag in part.split(",") if tag.strip()]
    try:
        found = chosen(texts, wanted or fallbacks(accepted_language(accept_language), set(texts))[:1])
    except SheetError as error:
        raise HTTPException(404, str(error)) from error
    html = sheet(found, Paper(size), opening(str(request.base_url), article))
    return HTMLResponse(html, headers={**policies.SHEET, "Vary": "Accept-Language"})
