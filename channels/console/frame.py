"""What surrounds every page of the console: its session comes in with the cookie, and headers go out with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels import policies
from channels.console.sessions import COOKIE, RENEWED, Session, Sessions

ROOT = "/console"
# A request that no person asked for, such as a piece of a page that fetches itself anew: it is no use of the session.
UNATTENDED = "x-unattended"


class Frame:
    """Sets `request.state.session`; what a page puts there instead is kept in the cookie."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._app = app
        self._sessions = sessions
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        now = self._now()
        connection = HTTPConnection(scope)
        known = self._sessions.read(connection.cookies.get(COOKIE), now)
        state = scope.setdefault("state", {})
        state["session"] = known or Session.begun(now)
        is_file = scope["path"].startswith(f"{ROOT}/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in policies.CONSOLE.items():
                    headers.setdefault(name, "no-cache" if is_file and name == "Cache-Control" else value)
                session: Session = state["session"]
                is_used = not is_file and UNATTENDED not in connection.headers
                is_due = is_used and now.timestamp() - session.seen >= RENEWED.total_seconds()
                if is_due:
                    session = replace(session, seen=now.timestamp())
                if is_due or (session != known and not is_file):
                    headers.append("Set-Cookie", self._cookie(session, secure=scope["scheme"] == "https"))
            await send(message)

        await self._app(scope, receive, with_headers)

    def _cookie(self, session: Session, *, secure: bool) -> str:
        value = self._sessions.write(session)
        return f"{COOKIE}={value}; Path={ROOT}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
