"""At the most talkative level, too: what people write and their tokens are never in a log."""

import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from channels import logs
from retrieval.encoder import Encoder
from tests.channels.conftest import Talk, data_folder, until
from tests.conftest import ROOT

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


@pytest.fixture
def server(tmp_path: Path, encoder: Encoder) -> Iterator[Server]:
    data_folder(tmp_path / "data", encoder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "KALAUZ_DATA_DIR": str(tmp_path / "data"), "KALAUZ_LOG_LEVEL": "debug"}
    command = [sys.executable, "-m", "channels", "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    yield Server(process, f"http://127.0.0.1:{port}", tmp_path / "data", log)
    process.kill()
    process.wait()


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
