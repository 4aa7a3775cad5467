"""The official terms that come with the program: found by words, shown in one language or in all of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from channels.console.areas import Area, Page
from channels.console.frame import ROOT
from channels.console.gate import Editor, MissingError
from channels.console.pages import page
from channels.console.texts import sentence
from knowledge_base.glossary import shipped_glossary
from knowledge_base.languages import fallbacks

PATH = "/glossary"
# The language that every term has, and that whoever made the glossary began from.
BASIS = "en"
router = APIRouter(prefix=PATH)


@router.get("")
async def show(
    request: Request,
    at: Editor,
    language: Annotated[str, Query(max_length=20)] = "",
    words: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The terms with their names in one language, the reader's unless they choose another."""
    glossary = await run_in_threadpool(shipped_glossary)
    if language not in glossary.languages:
        language = fallbacks(at.member.language, set(glossary.languages), last=BASIS)[0]
    names = {term.id: term for term in glossary.terms(language)}
    basis = {term.id: term for term in glossary.terms(BASIS)}
    return page(
        request,
        "glossary.html",
        terms=[(basis[term_id], names.get(term_id)) for term_id in glossary.found(words, BASIS)],
        language=language,
        languages=glossary.languages,
        basis=BASIS,
        words=words,
    )


@router.get("/{term}")
async def show_term(request: Request, at: Editor, term: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]) -> Response:
    names = (await run_in_threadpool(shipped_glossary)).names(term)
    if not names:
        raise MissingError
    return page(request, "glossary_term.html", names=names, basis=names[BASIS], language=BASIS)


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("Official terms"),
            sentence("What permits, offices and papers are called in each language."),
            "editor",
        ),
    ),
)
