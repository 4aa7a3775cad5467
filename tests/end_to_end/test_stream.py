"""The stream of a real server, as a program listens to it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx

from retrieval.encoder import Encoder
from tests.channels.conftest import data_folder
from tests.end_to_end.conftest import Server


def test_a_stream_brings_what_is_written_at_once_and_does_not_keep_the_server_from_stopping(
    tmp_path: Path, encoder: Encoder
) -> None:
    data_folder(tmp_path, encoder)
    server = Server(tmp_path)
    server.start()
    try:
        server.wait_for("/ready")
        started = httpx.post(f"{server.url}/api/v1/conversations", json={}).json()
        address = f"{server.url}/api/v1/conversations/{started['id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}
        after = {"after": started["cursor"]}
        with httpx.stream("GET", f"{address}/stream", params=after, headers=headers, timeout=10) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": here"
            body = {"text": "How do I get a health card?", "client_id": "12345678"}
            written = httpx.post(f"{address}/messages", json=body, headers=headers).json()["messages"]
            for message in written:
                assert json.loads(next(_data(lines)).removeprefix("data: ")) == message
            server.stop()
            assert list(_data(lines)) == []
    finally:
        server.stop()


def _data(lines: Iterator[str]) -> Iterator[str]:
    return (line for line in lines if line.startswith("data: "))
