"""The app, assembled: one function, no globals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels import policies, web
from channels.api import ask, conversations, documentation, health, problems, rasa, stream
from channels.api import metrics as collected
from channels.bridge import endpoint
from channels.bridge.hosting import BridgeHost
from channels.console.app import console_app
from channels.console.areas import exchange
from channels.console.frame import ROOT
from channels.metrics import Metrics
from channels.requests import SILENT, Requests
from channels.service import Service
from channels.settings import Settings
from channels.telegram import webhook
from channels.telegram.hosting import TelegramHost
from channels.web import panels, plain, privacy
from channels.web.origins import Origins

# A body is a question or a message: far below this, in bytes. A Rasa assistant sends whole conversations, Telegram all
# that it knows of a message, and another help desk a whole ticket.
MAX_BODY = 64 * 1024
MAX_BODIES = {
    "/rasa/webhook": rasa.MAX_CALL,
    "/telegram/webhook": webhook.MAX_UPDATE,
    "/bridge/webhook": endpoint.MAX_CALL,
    f"{ROOT}{exchange.PATH}": exchange.MAX_FORM,
    f"{ROOT}{exchange.PATH}/drafts": exchange.MAX_FORM,
}


class Guard:
    """Sets the security headers on every response and refuses bodies that are too large."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in policies.of_any(scope["scheme"]).items():
                    headers.setdefault(name, value)
            await send(message)

        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
        most = MAX_BODIES.get(scope["path"], MAX_BODY)
        if chunked and scope["path"] in MAX_BODIES:
            # Rasa packs its calls, and then does not know their length.
            await self._app(scope, _at_most(most, receive), with_headers)
        elif chunked or not length.isdigit():
            refusal = problems.problem(411, "send a body of known length", code="length_required")
            await refusal(scope, receive, with_headers)
        elif int(length) > most:
            refusal = problems.problem(413, f"send a body of at most {most} bytes", code="too_long")
            await refusal(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)


def _at_most(size: int, receive: Receive) -> Receive:
    """A body that ends where it grows beyond `size` bytes."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= size else {"type": "http.request", "body": b"", "more_body": False}

    return counted


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI app; it answers `/health` at once and loads the heavy parts in the background."""
    settings = settings or Settings.model_validate({})

    metrics = Metrics()
    watch, traces, telemetry = metrics.begin, None, SILENT
    if settings.traces_url:
        # Not needed, and perhaps not there, where nobody collects them.
        from channels.traces import Traces, noting

        watch, traces = noting(watch), Traces(settings.traces_url)
        telemetry = {**SILENT, **traces.requests}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(
            database_url=settings.database,
            site=settings.site,
            encoder=settings.encoder,
            index_dir=settings.index_dir,
            secret_keys=lambda: settings.secret_keys,
            watch=watch,
        )
        app.state.service = service
        telegram = app.state.telegram = TelegramHost(
            service,
            token=settings.telegram_token,
            webhook_url=settings.telegram_webhook_url,
            api_base=settings.telegram_api_base,
            secret_keys=lambda: settings.secret_keys,
        )
        bridge = app.state.bridge = BridgeHost(service, settings.bridged)
        service.start()
        telegram.start()
        bridge.start()
        yield
        await bridge.stop()
        await telegram.stop()
        await service.stop()
        if traces:
            await asyncio.to_thread(traces.close)

    # The files of `/docs` without a CDN: it works where there is no internet.
    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        title="Kalauz",
        description="Reviewed answers for people who have just moved.",
        lifespan=lifespan,
        responses=problems.RESPONSES,
        telemetry=telemetry,
    )
    app.state.metrics, app.state.metrics_token = metrics, settings.metrics_token
    app.state.streams = stream.Streams(metrics.open_streams)
    problems.install(app)
    for router in (
        health.router,
        documentation.router,
        collected.router,
        ask.router,
        conversations.router,
        stream.router,
        rasa.router,
        webhook.router,
        endpoint.router,
        web.texts_router,
        web.router,
        plain.router,
        privacy.router,
        panels.router,
    ):
        app.include_router(router)
    app.mount(
        ROOT, console_app(lambda: app.state.service, lambda: settings.secret_keys, asks_codes=settings.staff_codes)
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Origins, allowed=settings.origins)
    app.add_middleware(Guard)
    app.add_middleware(Requests)
    return app
