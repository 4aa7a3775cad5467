"""The page at `/` and the widget's modules, under a strict content security policy."""

import re
from html import escape
from string import Template
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import BaseModel

from bot.texts import Texts, languages
from channels import policies
from channels.api.ask import LanguageTag
from channels.web.scripts import MODULES, STATIC, launcher, version
from channels.web.texts import widget_texts
from knowledge_base.languages import fallbacks, is_right_to_left, primary

# How long a browser keeps the launcher, and a module under its version, in seconds.
SHORT_S = 600
LONG_S = 365 * 24 * 3600
ARTICLE = re.compile(r"[a-z0-9-]{1,64}")
STYLES = frozenset(path.stem for path in STATIC.glob("*.css"))
_PAGE = Template((STATIC / "page.html").read_text("utf-8"))

router = APIRouter(include_in_schema=False)
texts_router = APIRouter(prefix="/api/v1", tags=["widget"])


class WidgetTexts(BaseModel):
    language: str
    direction: str
    texts: dict[str, str]


def accepted_language(header: str) -> str:
    """The served language that a browser's Accept-Language prefers, else English."""
    weighted = []
    for position, item in enumerate(header.split(",")):
        tag, _, parameters = item.strip().partition(";")
        quality = parameters.strip().removeprefix("q=") or "1"
        try:
            weighted.append((-float(quality), position, tag.strip()))
        except ValueError:
            continue
    preferred = (_served(tag) for weight, _, tag in sorted(weighted) if weight < 0)
    return next(filter(None, preferred), "en")


def _served(tag: str) -> str | None:
    """The served language nearest to a browser's tag, such as `zh-Hans` to `zh-CN`; None if there is none."""
    language, script = f"{tag}-".split("-")[:2]
    wanted = f"{language.lower()}-{script.title()}" if len(script) == 4 else language.lower()
    nearest = fallbacks(wanted, set(languages()))[0]
    return nearest if primary(nearest) == primary(wanted) else None


@router.get("/")
async def page(accept_language: Annotated[str, Header()] = "en", article: str = "") -> HTMLResponse:
    """The conversation; with `article`, it opens that one."""
    texts = Texts(accepted_language(accept_language))
    fields = {name: escape(text) for name, text in widget_texts(texts).items()}
    direction = "rtl" if is_right_to_left(texts.language) else "ltr"
    # An id of any other form is nobody's: the page is then as it always is.
    known = ARTICLE.fullmatch(article)
    fields["article"], fields["query"] = (f' article="{article}"', f"?article={article}") if known else ("", "")
    html = _PAGE.substitute(fields, language=escape(texts.language), direction=direction, version=version())
    return HTMLResponse(html, headers={**policies.CONVERSATION, "Vary": "Accept-Language"})


@router.get("/widget.js")
async def widget() -> Response:
    return Response(launcher(), media_type="text/javascript", headers={"Cache-Control": f"max-age={SHORT_S}"})


@router.get("/widget/{name}.css")
async def page_style(name: str) -> FileResponse:
    if name not in STYLES:
        raise HTTPException(404)
    return FileResponse(STATIC / f"{name}.css", media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.get("/widget/{asked}/{name}.js")
async def module(asked: str, name: str) -> FileResponse:
    """A module under its version; under an old one, which a page may still know, it is not to be kept."""
    if name not in MODULES:
        raise HTTPException(404)
    kept = f"max-age={LONG_S}, immutable" if asked == version() else "no-cache"
    return FileResponse(STATIC / f"{name}.js", media_type="text/javascript", headers={"Cache-Control": kept})


@texts_router.get("/texts")
async def texts(
    accept_language: Annotated[str, Header()] = "en", language: Annotated[LanguageTag | None, Query()] = None
) -> WidgetTexts:
    """The widget's own sentences in a language; left out, the browser's."""
    found = Texts(language or accepted_language(accept_language))
    direction = "rtl" if is_right_to_left(found.language) else "ltr"
    return WidgetTexts(language=found.language, direction=direction, texts=widget_texts(found))
