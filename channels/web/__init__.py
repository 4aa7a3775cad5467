"""The page at `/` and the widget's modules, under a strict content security policy."""

from html import escape
from pathlib import Path
from string import Template
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel

from bot.texts import Texts, languages
from channels.api.ask import LanguageTag
from channels.web.texts import widget_texts
from knowledge_base.languages import fallbacks, is_right_to_left, primary

STATIC = Path(__file__).parent / "static"
MODULES = frozenset({"blocks", "markdown", "messages", "style"})
# No inline script or style anywhere, nothing from elsewhere.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "require-trusted-types-for 'script'",
    )
)
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
async def page(accept_language: Annotated[str, Header()] = "en") -> HTMLResponse:
    texts = Texts(accepted_language(accept_language))
    fields = {name: escape(text) for name, text in widget_texts(texts).items()}
    direction = "rtl" if is_right_to_left(texts.language) else "ltr"
    html = _PAGE.substitute(fields, language=escape(texts.language), direction=direction)
    return HTMLResponse(html, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Vary": "Accept-Language"})


@router.get("/widget.js")
async def widget() -> FileResponse:
    return _module("widget.js")


@router.get("/widget/{name}.js")
async def module(name: str) -> FileResponse:
    if name not in MODULES:
        raise HTTPException(404)
    return _module(f"{name}.js")


@router.get("/widget/page.css")
async def page_style() -> FileResponse:
    return FileResponse(STATIC / "page.css", media_type="text/css", headers={"Cache-Control": "no-cache"})


def _module(name: str) -> FileResponse:
    return FileResponse(STATIC / name, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@texts_router.get("/texts")
async def texts(
    accept_language: Annotated[str, Header()] = "en", language: Annotated[LanguageTag | None, Query()] = None
) -> WidgetTexts:
    """The widget's own sentences in a language; left out, the browser's."""
    found = Texts(language or accepted_language(accept_language))
    direction = "rtl" if is_right_to_left(found.language) else "ltr"
    return WidgetTexts(language=found.language, direction=direction, texts=widget_texts(found))
