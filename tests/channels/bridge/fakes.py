"""Other desks over real HTTP, after their public API documents: they record what they get, and can fail."""

import asyncio
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from channels.bridge.signature import signature

SECRET = "a secret for the tests"
TOKEN = "an access token"
DEADLINE_S = 20


@dataclass(frozen=True)
class Fault:
    """An answer in place of the right one; `after`: the call had its effect nevertheless. Status 0 is no answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False


class Fake:
    """`calls` are the method, path and body of everything that came, failed or not. `down` lets everything fail."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.faults: deque[Fault | None] = deque()
        self.down = False
        self.url = ""
        self.app = FastAPI()
        self.app.middleware("http")(self._through)
        self.ids = itertools.count(1)

    async def _through(self, request: Request, go_on: Callable[[Request], Any]) -> Response:
        body = await request.body()
        self.calls.append((request.method, request.url.path, json.loads(body) if body else None))
        if self.down:
            return JSONResponse({}, 503)
        if not self.knows(request, body):
            return JSONResponse({"error": "Authentication required"}, 401)
        fault = self.faults.popleft() if self.faults else None
        if fault is None:
            answer: Response = await go_on(request)
            return answer
        if fault.after:
            await go_on(request)
        if fault.status == 0:
            await asyncio.sleep(1.1)
        return JSONResponse({}, fault.status or 504, fault.headers)

    def knows(self, request: Request, body: bytes) -> bool:
        raise NotImplementedError


class Hook(Fake):
    """A receiver as docs/bridge.md asks for one: it checks the signature, and takes a key once."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: dict[str, dict[str, Any]] = {}
        self.received: list[str] = []

        @self.app.post("/letters")
        async def take(request: Request) -> dict[str, Any]:
            key = request.headers["Idempotency-Key"]
            self.received.append(key)
            self.letters.setdefault(key, await request.json())
            return {}

    def knows(self, request: Request, body: bytes) -> bool:
        stamp = request.headers.get("Kalauz-Timestamp", "")
        return request.headers.get("Kalauz-Signature") == signature(SECRET, stamp, body)

    @property
    def types(self) -> list[str]:
        return [letter["type"] for letter in self.letters.values()]

    @property
    def texts(self) -> list[str]:
        return [one["message"]["text"] for one in self.letters.values() if one["type"] == "message"]


class Zammad(Fake):
    """Tickets and articles of `/api/v1`, as docs.zammad.org describes them."""

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[int, dict[str, Any]] = {}
        self.articles: list[dict[str, Any]] = []
        app = self.app

        def added(ticket_id: int, article: dict[str, Any]) -> dict[str, Any]:
            assert article["sender"] in ("Agent", "Customer")
            assert article["type"] == "note"
            made = {"id": next(self.ids), "ticket_id": ticket_id, **article}
            self.articles.append(made)
            return made

        @app.post("/api/v1/tickets", status_code=201)
        async def create(request: Request) -> dict[str, Any]:
            asked = await request.json()
            assert asked["customer_id"].startswith("guess:")
            id, article = next(self.ids), asked.pop("article")
            self.tickets[id] = {"id": id, "state": "new", "priority": "2 normal", **asked}
            added(id, article)
            return self.tickets[id]

        @app.get("/api/v1/tickets/search")
        async def search(query: str, expand: str, limit: int) -> list[dict[str, Any]]:
            title = query.removeprefix('title:"').removesuffix('"')
            return [ticket for ticket in self.tickets.values() if title in ticket["title"]][:limit]

        @app.put("/api/v1/tickets/{id}", response_model=None)
        async def update(id: int, request: Request) -> dict[str, Any] | Response:
            if id not in self.tickets:
                return JSONResponse({"error": "Couldn't find Ticket"}, 404)
            asked = await request.json()
            added(id, asked.pop("article"))
            self.tickets[id].update(asked)
            return self.tickets[id]

        @app.delete("/api/v1/tickets/{id}")
        async def delete(id: int) -> Response:
            if self.tickets.pop(id, None) is None:
                return JSONResponse({"error": "Couldn't find Ticket"}, 404)
            self.articles = [one for one in self.articles if one["ticket_id"] != id]
            return JSONResponse({})

        @app.post("/api/v1/ticket_articles", status_code=201, response_model=None)
        async def write(request: Request) -> dict[str, Any] | Response:
            asked = await request.json()
            if asked["ticket_id"] not in self.tickets:
                return JSONResponse({"error": "Couldn't find Ticket"}, 422)
            return added(asked.pop("ticket_id"), asked)

        @app.get("/api/v1/ticket_articles/by_ticket/{id}")
        async def by_ticket(id: int) -> list[dict[str, Any]]:
            return [one for one in self.articles if one["ticket_id"] == id]

    def knows(self, request: Request, body: bytes) -> bool:
        return request.headers.get("Authorization") == f"Token token={TOKEN}"

    def said(self, sender: str) -> list[str]:
        return [one["body"] for one in self.articles if one["sender"] == sender]


class Chatwoot(Fake):
    """Contacts, conversations and messages of account 1, inbox 4, as developers.chatwoot.com describes them."""

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[int, dict[str, Any]] = {}
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        app, root = self.app, "/api/v1/accounts/1"

        @app.get(f"{root}/contacts/search")
        async def search(q: str) -> dict[str, Any]:
            return {"payload": [one for one in self.contacts.values() if q in (one["identifier"] or "")]}

        @app.post(f"{root}/contacts", response_model=None)
        async def create(request: Request) -> dict[str, Any] | Response:
            asked = await request.json()
            if any(one["identifier"] == asked["identifier"] for one in self.contacts.values()):
                return JSONResponse({"message": "Identifier has already been taken"}, 422)
            id = next(self.ids)
            inbox = {"source_id": f"source-{id}", "inbox": {"id": asked["inbox_id"]}}
            contact = {"id": id, "name": asked["name"], "identifier": asked["identifier"], "contact_inboxes": [inbox]}
            self.contacts[id] = contact
            return {"payload": {"contact": contact, "contact_inbox": inbox}}

        @app.get(f"{root}/contacts/{{id}}/conversations")
        async def conversations(id: int) -> dict[str, Any]:
            return {"payload": [one for one in self.conversations.values() if one["contact_id"] == id]}

        @app.delete(f"{root}/contacts/{{id}}")
        async def delete(id: int) -> Response:
            if self.contacts.pop(id, None) is None:
                return Response(status_code=404)
            gone = [key for key, one in self.conversations.items() if one["contact_id"] == id]
            for key in gone:
                del self.conversations[key]
            self.messages = [one for one in self.messages if one["conversation_id"] not in gone]
            return Response()

        @app.post(f"{root}/conversations", response_model=None)
        async def begin(request: Request) -> dict[str, Any] | Response:
            asked = await request.json()
            contact = self.contacts[asked["contact_id"]]
            assert asked["source_id"] == contact["contact_inboxes"][0]["source_id"]
            assert asked["inbox_id"] == 4
            id = next(self.ids)
            self.conversations[id] = {"id": id, "priority": None, **asked}
            return self.conversations[id]

        @app.get(f"{root}/conversations/{{id}}/messages")
        async def listed(id: int) -> dict[str, Any]:
            types = {"incoming": 0, "outgoing": 1}
            listed = [{**one, "message_type": types[one["message_type"]]} for one in self.messages]
            return {"meta": {}, "payload": [one for one in listed if one["conversation_id"] == id]}

        @app.post(f"{root}/conversations/{{id}}/messages", response_model=None)
        async def write(id: int, request: Request) -> dict[str, Any] | Response:
            if id not in self.conversations:
                return JSONResponse({"error": "Resource could not be found"}, 404)
            message = {"id": next(self.ids), "conversation_id": id, **await request.json()}
            self.messages.append(message)
            return message

        @app.post(f"{root}/conversations/{{id}}/toggle_status")
        async def status(id: int, request: Request) -> dict[str, Any]:
            self.conversations[id].update(await request.json())
            return {"payload": {"success": True}}

        @app.post(f"{root}/conversations/{{id}}/toggle_priority")
        async def priority(id: int, request: Request) -> Response:
            self.conversations[id].update(await request.json())
            return Response()

    def knows(self, request: Request, body: bytes) -> bool:
        return request.headers.get("api_access_token") == TOKEN

    def said(self, *, private: bool) -> list[str]:
        return [one["content"] for one in self.messages if one["private"] == private]


@contextmanager
def serving(fake: Fake) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(fake.app, port=0, log_config=None, timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + DEADLINE_S
    while not server.started:
        assert time.monotonic() < deadline, "it did not start in time"
        time.sleep(0.01)
    fake.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield
    server.should_exit = True
    thread.join()
