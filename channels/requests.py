"""Each request has an id, which its log lines carry and its response returns, and a log line at its end.

The line names the route and never the address: that holds ids, and a query may hold anything.
"""

import logging
import re
import time
import uuid

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.logs import request_id

HEADER = "X-Request-ID"
# What the id is called in a span (`channels/traces.py`).
SPAN_ATTRIBUTE = "kalauz.request"
# As proxies and tracers make them (a UUID, hexadecimal digits): nobody's name or number can stand in a log as an id.
ID = re.compile(r"[0-9a-fA-F-]{16,64}")
# Asked every few seconds by whatever watches the server.
WATCHED = frozenset({"/health", "/ready", "/metrics"})
# Left to itself, FastAPI tells a collector addresses and what errors say, as soon as the environment names one.
SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

log = logging.getLogger(__name__)


class Requests:
    """Takes the id that a proxy gave, or gives one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        own = given if ID.fullmatch(given) else uuid.uuid4().hex
        # It is not taken back: each request has a task of its own, and what fails is logged after this.
        request_id.set(own)
        trace.get_current_span().set_attribute(SPAN_ATTRIBUTE, own)
        status, began = 500, time.monotonic()

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER.lower().encode(), own.encode())]
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            route = _route(scope)
            level = logging.DEBUG if route in WATCHED else logging.INFO
            log.log(level, "%s %s %d %.0f ms", _method(scope), route, status, 1000 * (time.monotonic() - began))


def _route(scope: Scope) -> str:
    """The route as it is written in the code, such as `/console/desk/{handoff_id}`."""
    path = getattr(scope.get("route"), "path", None)
    return f"{scope.get('root_path', '')}{path}" if path else "(no such route)"


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "OTHER"
