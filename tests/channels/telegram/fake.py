"""Telegram as far as a bot sees it: a Bot API over real HTTP that records what it gets, checks it, and can fail."""

import asyncio
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

TOKEN = "42:TEST"
ME = {"id": 42, "is_bot": True, "first_name": "Kalauz", "username": "KalauzTestBot"}
DEADLINE_S = 20
TAGS = {"b", "i", "a"}


@dataclass(frozen=True)
class Fault:
    """An answer in place of the right one; `after` says that the call had its effect nevertheless.

    Status 0 is no answer at all.
    """

    status: int
    description: str = "fault"
    parameters: dict[str, Any] = field(default_factory=dict)
    after: bool = False


@dataclass(frozen=True)
class Call:
    method: str
    body: dict[str, Any]


class _Reader(HTMLParser):
    """Reads Telegram's HTML as strictly as Telegram does; `text` is what a person sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"unsupported start tag {tag}"
        self.open.append(tag)
        if tag == "a":
            ((name, value),) = attrs
            assert name == "href"
            self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"unexpected end tag {tag}"
        assert self.open.pop() == tag, f"can't find end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(html: str) -> str:
    """What a person sees of a message; an AssertionError for what Telegram would not take."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [], f"can't find end tag {reader.open}"
    return reader.text


def links(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.links


class Telegram:
    """The other side. `user()` and the like write; `chat()` is what a person then has on the screen."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.blocked: set[int] = set()
        self.messages: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        self.kept: dict[tuple[str, str], Any] = {}
        self.updates: list[dict[str, Any]] = []
        self.url = ""
        self._silent = True
        self._update_id = 1000
        self._message_id = 0
        self.app = FastAPI()
        self.app.post("/bot{token}/{method}")(self._called)

    # What people do.

    def message(
        self, chat_id: int = 7, *, kind: str = "private", language: str = "en", **content: Any
    ) -> dict[str, Any]:
        """An update with a new message of somebody."""
        self._message_id += 1
        message = {
            "message_id": self._message_id,
            "date": 1795383762,
            "chat": {"id": chat_id, "type": kind, "first_name": "Anna", "title": "Neighbours"},
            "from": {"id": abs(chat_id), "is_bot": False, "first_name": "Anna", "language_code": language},
            **content,
        }
        return self._update(message=message)

    def text(self, text: str, chat_id: int = 7, **more: Any) -> dict[str, Any]:
        return self.message(chat_id, text=text, **more)

    def edited(self, update: dict[str, Any], text: str) -> dict[str, Any]:
        """An update that changes the text of an earlier one's message."""
        return self._update(edited_message={**update["message"], "edit_date": 1795383799, "text": text})

    def press(self, title: str, chat_id: int = 7, *, message_id: int | None = None) -> dict[str, Any]:
        """An update for the newest button with the title, or for the one under a message."""
        for number, message in reversed(self.messages[chat_id].items()):
            for row in message["keyboard"]:
                for key in row:
                    if title in key["text"] and message_id in (None, number):
                        return self.pressed(key["callback_data"], chat_id, message_id=number)
        raise AssertionError(f"there is no button {title!r}")

    def pressed(self, data: str, chat_id: int = 7, *, message_id: int = 1) -> dict[str, Any]:
        query = {
            "id": f"query-{self._update_id}",
            "from": {"id": abs(chat_id), "is_bot": False, "first_name": "Anna", "language_code": "en"},
            "chat_instance": "1",
            "message": {
                "message_id": message_id,
                "date": 1795383762,
                "chat": {"id": chat_id, "type": "private", "first_name": "Anna"},
                "from": ME,
                "text": "…",
            },
            "data": data,
        }
        return self._update(callback_query=query)

    def member(self, status: str, chat_id: int = 7) -> dict[str, Any]:
        """An update that tells how the bot stands in the chat: `kicked` is blocked."""
        more = {"until_date": 0} if status == "kicked" else {}
        change = {
            "chat": {"id": chat_id, "type": "private", "first_name": "Anna"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "Anna"},
            "date": 1795383762,
            "old_chat_member": {"user": ME, "status": "member"},
            "new_chat_member": {"user": ME, "status": status, **more},
        }
        return self._update(my_chat_member=change)

    def _update(self, **content: Any) -> dict[str, Any]:
        self._update_id += 1
        return {"update_id": self._update_id, **content}

    def queue(self, *updates: dict[str, Any]) -> None:
        """Let polling find updates."""
        self.updates += updates

    # What can be seen.

    def chat(self, chat_id: int = 7) -> list[str]:
        """The texts that a person has on the screen."""
        return [message["text"] for message in self.messages[chat_id].values()]

    def keys(self, chat_id: int = 7) -> list[list[str]]:
        """The buttons' titles under each message."""
        return [[key["text"] for row in m["keyboard"] for key in row] for m in self.messages[chat_id].values()]

    def of(self, method: str) -> list[dict[str, Any]]:
        return [call.body for call in list(self.calls) if call.method == method]

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults[method] += faults

    def end_silence(self) -> None:
        """Let go of who waits for no answer at all."""
        self._silent = False

    # What the bot asks.

    async def _called(self, token: str, method: str, request: Request) -> JSONResponse:
        form = await request.form()
        body = {name: _value(name, str(value)) for name, value in form.items()}
        if token != TOKEN:
            return _error(Fault(401, "Unauthorized"))
        self.calls.append(Call(method, body))
        faults = self.faults[method]
        if faults and not faults[0].after:
            return await self._fault(faults.popleft())
        if body.get("chat_id") in self.blocked:
            return _error(Fault(403, "Forbidden: bot was blocked by the user"))
        try:
            result = await getattr(self, f"_{method}", self._keep)(method, body)
        except AssertionError as error:
            return _error(Fault(400, f"Bad Request: {error}"))
        return await self._fault(faults.popleft()) if faults else JSONResponse({"ok": True, "result": result})

    async def _fault(self, fault: Fault) -> JSONResponse:
        while fault.status == 0 and self._silent:  # noqa: ASYNC110  (it is ended from another thread)
            await asyncio.sleep(0.01)
        return _error(fault)

    async def _getMe(self, method: str, body: dict[str, Any]) -> Any:  # noqa: N802
        return ME

    async def _getUpdates(self, method: str, body: dict[str, Any]) -> Any:  # noqa: N802
        offset, until = int(body.get("offset", 0)), time.monotonic() + float(body.get("timeout", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        while not self.updates and time.monotonic() < until:  # noqa: ASYNC110  (they come from another thread)
            await asyncio.sleep(0.01)
        return self.updates

    async def _sendMessage(self, method: str, body: dict[str, Any]) -> Any:  # noqa: N802
        self._message_id += 1
        self.messages[body["chat_id"]][self._message_id] = _shown(body)
        return self._sent(body["chat_id"], self._message_id)

    async def _editMessageText(self, method: str, body: dict[str, Any]) -> Any:  # noqa: N802
        chat, number = self.messages[body["chat_id"]], int(body["message_id"])
        assert number in chat, "message to edit not found"
        shown = _shown(body)
        assert shown != chat[number], "message is not modified"
        chat[number] = shown
        return self._sent(body["chat_id"], number)

    def _sent(self, chat_id: int, message_id: int) -> dict[str, Any]:
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "group", "title": "Neighbours"}
        return {"message_id": message_id, "date": 1795383762, "chat": chat, "from": ME, "text": "…"}

    async def _keep(self, method: str, body: dict[str, Any]) -> Any:
        """Settings such as commands and descriptions: set and got by language."""
        subject, language = method.removeprefix("set").removeprefix("get"), str(body.pop("language_code", ""))
        if method.startswith("set"):
            self.kept[subject, language] = body
            return True
        if method == "getMyCommands":
            return self.kept.get((subject, language), {}).get("commands", [])
        if method.startswith("getMy"):
            name = {"MyDescription": "description", "MyShortDescription": "short_description"}[subject]
            return {name: self.kept.get((subject, language), {}).get(name, "")}
        return True


def _value(name: str, value: str) -> Any:
    if name == "text":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    """What is then on the screen; an AssertionError for what Telegram refuses."""
    assert body.get("parse_mode") == "HTML"
    html = body["text"]
    text = seen(html)
    assert text.strip(), "message text is empty"
    assert len(html.encode("utf-16-le")) // 2 <= 4096, "message is too long"
    keyboard = body.get("reply_markup", {}).get("inline_keyboard", [])
    for row in keyboard:
        for key in row:
            assert key["text"].strip(), "text buttons must have a text"
            assert 1 <= len(key["callback_data"].encode()) <= 64, "BUTTON_DATA_INVALID"
    assert sum(map(len, keyboard)) <= 100, "too many buttons"
    return {"text": text, "html": html, "keyboard": keyboard}


def _error(fault: Fault) -> JSONResponse:
    body = {"ok": False, "error_code": fault.status, "description": fault.description}
    return JSONResponse({**body, "parameters": fault.parameters} if fault.parameters else body, fault.status)


@contextmanager
def serving_telegram() -> Iterator[Telegram]:
    telegram = Telegram()
    server = uvicorn.Server(uvicorn.Config(telegram.app, port=0, log_config=None, timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    telegram.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield telegram
    telegram.end_silence()
    server.should_exit = True
    thread.join()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to arrive; fail when it does not."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
