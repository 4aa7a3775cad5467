"""How soon a published text is quoted, also right after another one, and how soon it is found by what is new in it.

Usage: python -m tests.benchmarks.publication
A real server in its own process on the starter content; the editor's use case in another, on the same database.
"""

import asyncio
import itertools
import json
import tempfile
import time
from collections import defaultdict
from datetime import date
from pathlib import Path

import httpx
import numpy as np

from channels.service import now
from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import Manuscript
from tests.benchmarks.__main__ import memory_mb
from tests.end_to_end.conftest import DEADLINE_S, Server
from tests.warm import warm_starter

ARTICLE, LANGUAGE, TIMES = "health-taj-card", "fr", 20
# How long after a publication the next one of a burst comes, in seconds: the index of the first is in the making.
BURST_S = 0.5
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


def measured(server: Server) -> dict[str, list[float]]:
    """Seconds from a commit until a migrant reads it, and until the index has it, by what is measured."""
    database = Database(f"sqlite+aiosqlite:///{server.data / 'kalauz.db'}")
    times: dict[str, list[float]] = defaultdict(list)
    asked = itertools.count()
    with asyncio.Runner() as runner, httpx.Client(base_url=server.url, timeout=60) as client:

        def version() -> int:
            return int(client.get("/ready").json()["content_version"])

        def published(sentence: str) -> float:
            """When it was; it is read then."""
            runner.run(publish(database, sentence))
            began = time.perf_counter()
            while not quoted(client, next(asked), sentence):
                pass
            return began

        for number in range(TIMES):
            before = version()
            began = published(f"Une phrase nouvelle, la numéro {number}.")
            times["quoted"].append(time.perf_counter() - began)
            time.sleep(max(0.0, began + BURST_S - time.perf_counter()))
            again = published(f"Une phrase de plus, la numéro {number}.")
            times["quoted, right after another"].append(time.perf_counter() - again)
            while version() < before + 1:
                time.sleep(0.02)
            times["indexed"].append(time.perf_counter() - began)
            while version() < before + 2:
                time.sleep(0.02)
            times["indexed, right after another"].append(time.perf_counter() - again)
            # The fit that follows is not waited for: the next editor does not either.
        runner.run(database.close())
    return times


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        warm_starter(Path(folder) / "index")
        server = Server(Path(folder))
        assert server.kalauz("kb", "import").wait(timeout=DEADLINE_S) == 0
        server.start()
        try:
            server.wait_for("/ready")
            before = memory_mb(server.pid)
            figures = measured(server)
            after = memory_mb(server.pid)
        finally:
            server.stop()
    print(f"{TIMES} times two publications, {now():%d %B %Y}; seconds p50 / p95 / longest")
    for what, times in figures.items():
        p50, p95 = np.percentile(times, [50, 95])
        print(f"{what}: {p50:.2f} / {p95:.2f} / {max(times):.2f}")
    print(f"memory before and after: {before:.0f} / {after:.0f} MB")


if __name__ == "__main__":
    main()
