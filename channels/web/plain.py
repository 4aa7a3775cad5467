"""`/chat`: the conversation as an HTML form, for browsers that run no script.

A message is sent by a form and shown after a redirect. The conversation's id and token are kept in a cookie that no
script can read; a form carries a mark made from the token, so that no other website can send it.
"""

import hashlib
import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Header, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.messages import Conversing, Incoming, LimitError, Message, UnknownConversationError, WrongTokenError
from bot.texts import Texts
from channels import policies
from channels.api.dependencies import CurrentService
from channels.web import accepted_language
from knowledge_base.languages import fallbacks
from retrieval.question import QuestionError
from retrieval.shown import ShownAnswer

# Browsers take the prefix only from the host itself, and only with `Secure` and the path `/`.
COOKIE = "__Host-kalauz-chat"
KEPT_S = 30 * 24 * 3600

router = APIRouter(include_in_schema=False)

AcceptLanguage = Annotated[str, Header()]


class _Visit:
    """One request: who asks, in which language, and what the page then shows."""

    def __init__(self, request: Request, engine: Conversing | None, accept_language: str) -> None:
        self.cookie = request.cookies.get(COOKIE, "")
        self.id, _, self.token = self.cookie.partition(".")
        self.network = request.client.host if request.client else None
        self.language = accepted_language(accept_language)
        self.engine = engine

    @property
    def mark(self) -> str:
        """What a form of this conversation carries; empty where there is no conversation yet."""
        return hashlib.sha256(f"form {self.token}".encode()).hexdigest() if self.token else ""

    async def messages(self) -> list[Message]:
        if self.engine is None or not self.token:
            return []
        try:
            return await self.engine.messages(self.id, self.token, after=0, shown=True)
        except (UnknownConversationError, WrongTokenError):
            self.id = self.token = ""
            return []

    async def write(self, text: str, client_id: str) -> list[Message]:
        assert self.engine is not None  # noqa: S101
        incoming = Incoming(text, client_id, network=self.network)
        if self.token:
            try:
                return await self.engine.receive(self.id, self.token, incoming)
            except (UnknownConversationError, WrongTokenError):
                pass
        started = await self.engine.start(channel="web", language=self.language, network=self.network)
        self.id, self.token = started.conversation_id, started.token
        return await self.engine.receive(self.id, self.token, incoming)

    async def page(
        self, *, text: str = "", trouble: str | None = None, status: int = 200, offered: ShownAnswer | None = None
    ) -> HTMLResponse:
        """`text` is what was typed and could not be taken; `trouble` is the name of a sentence, or one itself.

        `offered` is an article to open with a button.
        """
        # Jinja is not needed before somebody comes.
        from channels.web import drawing

        messages = await self.messages()
        spoken = [message.reply.language for message in messages if message.reply and message.reply.language]
        texts = Texts(spoken[-1] if spoken else self.language)
        html = drawing.page(
            texts,
            messages,
            mark=self.mark,
            client_id=secrets.token_urlsafe(16),
            text=text,
            trouble=trouble,
            offered=offered,
        )
        headers = {**policies.FORM, "Cache-Control": "no-store"}
        response = HTMLResponse(html, status, headers)
        if self.cookie and not self.token:
            self.keep(response)
        return response

    def keep(self, response: Response) -> None:
        value = f"{self.id}.{self.token}" if self.token else ""
        response.set_cookie(
            COOKIE, value, max_age=KEPT_S if value else 0, path="/", secure=True, httponly=True, samesite="lax"
        )


@router.get("/chat")
async def show(
    request: Request,
    service: CurrentService,
    accept_language: AcceptLanguage = "en",
    erased: bool = False,
    article: str = "",
) -> Response:
    """The conversation. `article` is offered by a button: a link that somebody follows starts nothing by itself."""
    visit = _Visit(request, service.conversing, accept_language)
    if visit.engine is None:
        return await visit.page(trouble="loading", status=503)
    texts = service.asking.published(article) if service.asking else {}
    offered = texts[fallbacks(visit.language, set(texts))[0]] if texts else None
    return await visit.page(trouble="erased" if erased and not visit.token else None, offered=offered)


@router.post("/chat")
async def send(
    request: Request,
    service: CurrentService,
    accept_language: AcceptLanguage = "en",
    text: Annotated[str, Form()] = "",
    payload: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form(pattern=r"^[A-Za-z0-9_-]{8,64}$")] = "",
    mark: Annotated[str, Form()] = "",
) -> Response:
    """Take a message, or a button's payload, and show the conversation."""
    visit = _Visit(request, service.conversing, accept_language)
    if visit.engine is None:
        return await visit.page(text=text, trouble="loading", status=503)
    if not _from_here(request) or not hmac.compare_digest(mark.encode(), visit.mark.encode()):
        return await visit.page(text=text, trouble="refused", status=403)
    try:
        messages = await visit.write(payload or text, client_id)
    except QuestionError as error:
        trouble = "too_long" if error.code == "too_long" else "refused"
        return await visit.page(text=text, trouble=trouble, status=422)
    except LimitError as error:
        return await visit.page(text=text, trouble=error.sentence, status=429)
    ended = any(message.reply is not None and message.reply.ended for message in messages)
    if ended:
        visit.id = visit.token = ""
    response = RedirectResponse("/chat?erased=true" if ended else "/chat#latest", 303)
    visit.keep(response)
    return response


def _from_here(request: Request) -> bool:
    """Whether one of our own pages sent it, as far as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    # `null` is what a page sends that tells nobody where it was; ours are such pages.
    origin = request.headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
