"""Whose websites may embed the widget: CORS for the API and the widget's files, for these origins and no others."""

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS = ("/api/v1/", "/widget")
METHODS = ("GET", "POST", "DELETE")
SENT_HEADERS = ("Authorization", "Content-Type", "Last-Event-ID")
# How long a browser remembers what it may do, in seconds.
REMEMBERED_S = 600


class Origins:
    """`allowed` are origins as browsers send them, such as `https://www.example.org`. No cookie is ever involved."""

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self._app = app
        # Only a script that is loaded without CORS asks this; what it then imports is loaded with it.
        self._resource_policy = "cross-origin" if allowed else "same-origin"
        self._cors = CORSMiddleware(
            self._answer,
            allow_origins=sorted(allowed),
            allow_methods=METHODS,
            allow_headers=SENT_HEADERS,
            expose_headers=["Retry-After"],
            max_age=REMEMBERED_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PATHS):
            await self._cors(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Also where no origin was sent: a cached answer to that would be given to all.
                headers.add_vary_header("Origin")
                headers["Cross-Origin-Resource-Policy"] = self._resource_policy
            await send(message)

        await self._app(scope, receive, with_headers)
