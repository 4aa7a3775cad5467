"""At the most talkative level, too: what people write and their tokens are never in a log."""

import ast
import asyncio
import json
import logging
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
import pytest
from starlette.testclient import TestClient

from bot.staff.accounts import Accounts
from channels import logs
from channels.service import now
from knowledge_base.database import Database
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import Talk, data_folder, until
from tests.channels.console.conftest import Visitor
from tests.channels.telegram.fake import TOKEN, Fault, Telegram, serving_telegram
from tests.conftest import ROOT
from tests.databases import sqlite_url

SECRET = "Zsófia Kovácsné from Tündérkert street"


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    address: str
    data: Path
    log: Path

    def health(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> str:
        """Interrupt it as Ctrl-C does; returns everything it printed."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return self.log.read_text("utf-8")


@contextmanager
def serving(tmp_path: Path, encoder: Encoder, **settings: str) -> Iterator[Server]:
    """`kalauz serve` in a process of its own, over the small content, with nothing held back from its log."""
    data_folder(tmp_path / "data", encoder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chosen = {"KALAUZ_DATA_DIR": str(tmp_path / "data"), "KALAUZ_LOG_LEVEL": "debug", **settings}
    environment = {**os.environ, **chosen}
    command = [sys.executable, "-m", "channels", "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Server(process, f"http://127.0.0.1:{port}", tmp_path / "data", log)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def server(tmp_path: Path, encoder: Encoder) -> Iterator[Server]:
    with serving(tmp_path, encoder) as server:
        yield server


def test_what_people_write_and_their_tokens_are_never_in_the_log(server: Server) -> None:
    until(server.health)
    with httpx.Client(base_url=server.address) as client:
        until(lambda: client.get("/ready").status_code == 200)
        started = client.post("/api/v1/conversations", json={"language": "en"}).json()
        path = f"/api/v1/conversations/{started['id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}
        client.post("/api/v1/ask", json={"text": SECRET})
        for number, text in enumerate((SECRET, SECRET, f"{SECRET}\x00", SECRET * 100)):
            body = {"text": text, "client_id": f"message-{min(number, 1)}"}
            client.post(f"{path}/messages", json=body, headers=headers)
        client.post(f"{path}/messages", json={"text": SECRET}, headers={"Authorization": f"Bearer x{SECRET!a}"})
        assert client.get(f"{path}/messages", headers=headers).json()["messages"][1]["text"] == SECRET
        connection = sqlite3.connect(server.data / "kalauz.db")
        with connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        connection.close()
        body = {"text": SECRET, "client_id": "message-9"}
        assert client.post(f"{path}/messages", json=body, headers=headers).status_code == 500
    log = server.stop()
    assert "serving" in log
    assert "disk full" in log
    for secret in ("Zsófia", "Kov", "street", started["token"]):
        assert secret not in log


# What somebody writes, who they are, how to reach them, what opens something; each in a form that nothing else has.
MARKS = {
    "message": "Zsófia-message-mark",
    "question": "Zsófia-question-mark",
    "query": "query-mark",
    "name": "Zsófia-name-mark",
    "phone": "+36 20 555 0199",
    "telegram": "Zsófia-telegram-mark",
    "token": "conversation-token-mark",
    "password": "a password-mark of many words",
    "login": "login-mark",
    "reply": "Zsófia-reply-mark",
    "note": "Zsófia-note-mark",
    "id": "Zsofia-request-id-mark",
}
CHAT = 778899001


def test_web_telegram_and_desk_write_nobodys_data_into_a_log_of_objects(tmp_path: Path, encoder: Encoder) -> None:
    with (
        serving_telegram() as telegram,
        serving(
            tmp_path,
            encoder,
            KALAUZ_LOG_FORMAT="json",
            KALAUZ_TELEGRAM_TOKEN=TOKEN,
            KALAUZ_TELEGRAM_API_BASE=telegram.url,
        ) as server,
    ):
        hire(server)
        until(lambda: "by polling" in server.log.read_text("utf-8"))
        with httpx.Client(base_url=server.address) as client:
            secrets = told(client, telegram)
        log = server.stop()
    lines = [json.loads(line) for line in log.splitlines() if not line.startswith("Kalauz is at")]
    assert {"time", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))
    assert {line["level"] for line in lines} >= {"info", "warning"}
    requests = [line for line in lines if line["logger"] == "channels.requests"]
    said = " ".join(line["message"] for line in requests)
    for route in ("/api/v1/conversations/{conversation_id}/messages", "/console/desk/{id}/reply", "(no such route)"):
        assert route in said
    assert all(line["request"] for line in requests)
    assert "0123456789abcdef" * 2 in {line["request"] for line in requests}
    for secret in (*MARKS.values(), *secrets, "Zs", "mark", "0199", str(CHAT), TOKEN.split(":")[1], "127.0.0.1:"):
        assert secret not in log.replace(server.address, "").replace("@KalauzTestBot", ""), secret


def hire(server: Server) -> None:
    async def work() -> None:
        database = Database(sqlite_url(server.data / "kalauz.db"))
        accounts = Accounts(database, now, builders.passwords())
        await accounts.add(
            MARKS["login"],
            name=MARKS["name"],
            role="counsellor",
            password=MARKS["password"],
            language="en",
            by="(test)",
        )
        await database.close()

    asyncio.run(work())


def told(client: httpx.Client, telegram: Telegram) -> list[str]:
    """Use everything with marked data; returns further secrets that the server made of it."""
    started = client.post("/api/v1/conversations", json={"language": "en"}).json()
    path, headers = f"/api/v1/conversations/{started['id']}", {"Authorization": f"Bearer {started['token']}"}
    texts = (MARKS["message"], "/callback", MARKS["name"], MARKS["phone"], "morning", "en", "/human")
    for number, text in enumerate(texts):
        body = {"text": text, "client_id": f"message-{number}"}
        own = {**headers, "X-Request-ID": "0123456789abcdef" * 2 if number else MARKS["id"]}
        assert client.post(f"{path}/messages", json=body, headers=own).status_code == 201
    client.post("/api/v1/ask", json={"text": MARKS["question"]})
    client.get(f"{path}/messages", headers={"Authorization": f"Bearer {MARKS['token']}"})
    client.get(f"{path}/export", headers=headers)
    for address in ("/", "/chat", f"/{MARKS['query']}", path, "/console/content", "/api/v1/texts", "/docs"):
        client.get(address, params={"article": MARKS["query"], "language": MARKS["query"], "words": MARKS["query"]})
    telegram.queue(telegram.text("/start", CHAT), telegram.text(MARKS["telegram"], CHAT))
    until(lambda: len(telegram.chat(CHAT)) >= 2)
    telegram.fail("sendMessage", Fault(400, MARKS["telegram"]))
    telegram.queue(telegram.text(f"{MARKS['telegram']}?", CHAT))
    client.cookies.clear()
    counsellor = Visitor(cast(TestClient, client), {})
    assert counsellor.sign_in(MARKS["login"], f"not {MARKS['password']}").status_code == 422
    assert counsellor.sign_in(MARKS["login"], MARKS["password"]).status_code == 303
    (case,) = set(re.findall(r"/desk/(\d+)", counsellor.get("/desk").text))
    assert counsellor.send(f"/desk/{case}/accept").status_code == 303
    counsellor.get(f"/desk/{case}")
    assert counsellor.send(f"/desk/{case}/note", note=MARKS["note"]).status_code == 303
    assert counsellor.send(f"/desk/{case}/reply", text=MARKS["reply"], client_id="reply-mark-1").status_code == 303
    shown = client.get(f"{path}/messages", headers=headers).text
    assert MARKS["message"] in shown
    assert MARKS["reply"] in shown
    assert client.delete(path, headers=headers).status_code == 204
    return [started["id"], started["token"], counsellor.cookie, counsellor.token]


@pytest.fixture
def every_logger_at_debug(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The root logger lets everything through, as an operator's own configuration may; then ours is set."""
    before = {name: logging.getLogger(name).level for name in (*logs.ROOMS, *logs.CARRIERS)}
    caplog.set_level(logging.DEBUG)
    logs.configure("debug")
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("every_logger_at_debug")
def test_libraries_that_log_the_data_they_carry_are_held_back(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    talk = Talk(client)
    assert talk.write(SECRET).status_code == 201
    assert talk.read().status_code == 200
    assert talk.erase().status_code == 204
    logging.getLogger("bot").debug("logging works")
    log = caplog.text
    assert "logging works" in log
    for secret in ("Zsófia", "Kov", "street", talk.started["token"]):
        assert secret not in log


# What a line may tell beside its own words. Whoever logs something else looks first whether it can hold what people
# wrote, who they are or how they are reached; the text of an error often does.
TELLABLE = {"type(error).__name__", "type(error.__cause__).__name__", "RETRY_S"}
TELLABLE_THERE = {
    "channels/service.py": {"changed"},
    # A version and two counts.
    "channels/assembly.py": {"self.served"},
    "channels/requests.py": {"_method(scope)", "route", "status", "1000 * (time.monotonic() - began)"},
    "channels/telegram/sending.py": {"pause"},
    "channels/telegram/channel.py": {"update.update_id"},
    # Errors of our own, about settings.
    "channels/telegram/hosting.py": {"name", "self.state", "error", "pause"},
    "channels/bridge/hosting.py": {"bridge.kind", "error"},
    # WeasyPrint's last words; a sheet holds what is published.
    "channels/printing.py": {"WHOLE_S", "fault"},
    "channels/telegram/outbox.py": {"number"},
    "channels/bridge/reception.py": {"case.handoff_id"},
    # What the other desk answered: a status or the kind of an error.
    "channels/bridge/outbox.py": {"case.handoff_id", "handoff_id", "error", "theirs", "then"},
    "knowledge_base/coordination.py": {"role"},
}


@pytest.mark.parametrize("room", logs.ROOMS)
def test_a_log_call_has_fixed_words_and_tells_only_what_was_looked_at(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for call in log_calls(ast.parse(path.read_text("utf-8"))):
            words, *told = call.args[1:] if ast.unparse(call.func) == "log.log" else call.args
            assert isinstance(words, ast.Constant), f"{name}:{call.lineno} makes up the words of a log line"
            unknown = {ast.unparse(one) for one in told} - TELLABLE - TELLABLE_THERE.get(name, set())
            assert not unknown, f"{name}:{call.lineno} logs {', '.join(unknown)}"
            assert not call.keywords, f"{name}:{call.lineno}"


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.fullmatch(
            r"(log|logger|logging)\.(?!getLogger|basicConfig|disable|Stream)\w+", ast.unparse(node.func)
        ):
            yield node
