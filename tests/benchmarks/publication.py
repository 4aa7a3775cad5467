"""How soon a published text is quoted, and how soon it is found by what is new in it.

Usage: python -m tests.benchmarks.publication
A real server in its own process on the starter content; the editor's use case in another, on the same database.
"""

import asyncio
import json
import tempfile
import time
from datetime import date
from pathlib import Path

import httpx
import numpy as np

from channels.service import now
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import Manuscript
from tests.end_to_end.conftest import DEADLINE_S, Server
from tests.warm import warm_starter

ARTICLE, LANGUAGE, TIMES = "health-taj-card", "fr", 20
# Opens the article whatever the search finds: what is measured is the publication.
OPEN = json.dumps({"id": ARTICLE, "whole": True})
API = "/api/v1/conversations"


async def publish(database: Database, sentence: str) -> None:
    async with database.transaction() as session:
        newest = await repository.latest_revision(session, ARTICLE, LANGUAGE)
        assert newest is not None
        text = newest.text.model_copy(update={"body": f"{newest.text.body}\n\n{sentence}"})
        manuscript = Manuscript(text, newest.number, newest.reviewed or date.today(), newest.renders)
        saved = await drafts.save(session, ARTICLE, LANGUAGE, manuscript)
        await drafts.publish(session, ARTICLE, LANGUAGE, saved.number or 0, major=False)


def quoted(client: httpx.Client, number: int, sentence: str) -> bool:
    """Whether a conversation of its own reads the sentence."""
    headers = {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250}"}
    started = client.post(API, json={"language": LANGUAGE}, headers=headers).raise_for_status().json()
    headers["Authorization"] = f"Bearer {started['token']}"
    said = {"text": f"/article{OPEN}", "client_id": "message-1"}
    told = client.post(f"{API}/{started['id']}/messages", json=said, headers=headers).raise_for_status().json()
    return sentence in told["messages"][1]["text"]


def measured(server: Server) -> tuple[list[float], list[float]]:
    """Seconds from the commit until a migrant reads it, and until the index has it."""
    database = Database(f"sqlite+aiosqlite:///{server.data / 'kalauz.db'}")
    read, found = [], []
    asked = 0
    with asyncio.Runner() as runner, httpx.Client(base_url=server.url, timeout=60) as client:
        for number in range(TIMES):
            version = client.get("/ready").json()["content_version"]
            sentence = f"Une phrase nouvelle, la numéro {number}."
            runner.run(publish(database, sentence))
            began = time.perf_counter()
            while not quoted(client, asked, sentence):
                asked += 1
            read.append(time.perf_counter() - began)
            while client.get("/ready").json()["content_version"] == version:
                time.sleep(0.02)
            found.append(time.perf_counter() - began)
            # The fit that follows is not waited for: the next editor does not either.
            asked += 1
        runner.run(database.close())
    return read, found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        warm_starter(Path(folder) / "index")
        server = Server(Path(folder))
        assert server.kalauz("kb", "import").wait(timeout=DEADLINE_S) == 0
        server.start()
        try:
            server.wait_for("/ready")
            figures = measured(server)
        finally:
            server.stop()
    print(f"{TIMES} publications, {now():%d %B %Y}; seconds p50 / p95 / longest")
    for what, times in zip(("quoted", "indexed"), figures, strict=True):
        p50, p95 = np.percentile(times, [50, 95])
        print(f"{what}: {p50:.2f} / {p95:.2f} / {max(times):.2f}")


if __name__ == "__main__":
    main()
