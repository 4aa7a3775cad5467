"""Kills servers and the database at random under load, and counts messages: what was taken, lost, doubled, unanswered.

    python -m tests.benchmarks.chaos --seconds 60

Two servers run on one PostgreSQL; people write all the while, each through whichever server answers, and send again
what got no answer, as the widget does. The exit status is 1 if a message was lost, doubled, or got another number of
replies than one.
"""

import argparse
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

# How many messages a conversation has, and how long is waited before something is sent again, in seconds.
MESSAGES, PAUSE_S = 15, 0.1
# It is never refused, whatever was written before, and always gets one reply.
TEXT = "/privacy"


@dataclass
class Counts:
    """Of messages; `tries` counts the times that one had to be sent again."""

    conversations: int = 0
    taken: int = 0
    tries: int = 0
    lost: int = 0
    doubled: int = 0
    unanswered: int = 0

    @property
    def is_right(self) -> bool:
        return self.taken > 0 and not (self.lost or self.doubled or self.unanswered)


class Person:
    """Somebody who writes, and does not give up."""

    def __init__(self, urls: Sequence[str], seed: int) -> None:
        self._urls = urls
        self._random = random.Random(seed)
        self.tries = 0
        # Of each conversation: its address, its token, and the ids of what was taken.
        self.written: list[tuple[str, dict[str, str], list[str]]] = []

    def write_until(self, end: threading.Event) -> None:
        with httpx.Client(timeout=10) as self._client:
            while not end.is_set():
                started = self._insist("POST", "/api/v1/conversations", {}, json={"language": "en"})
                path = f"/api/v1/conversations/{started['id']}"
                headers, taken = {"Authorization": f"Bearer {started['token']}"}, list[str]()
                self.written.append((path, headers, taken))
                for number in range(MESSAGES):
                    sent = {"text": TEXT, "client_id": f"message-{number}"}
                    self._insist("POST", f"{path}/messages", headers, json=sent)
                    taken.append(sent["client_id"])

    def count(self) -> Counts:
        """What is there of what was written, once everything stands again."""
        counts = Counts(conversations=len(self.written))
        with httpx.Client(timeout=10) as self._client:
            for path, headers, taken in self.written:
                messages = self._insist("GET", f"{path}/messages", headers)["messages"]
                there = [one["client_id"] for one in messages if one["sender"] == "migrant"]
                replies = sum(one["sender"] == "bot" for one in messages) - 1
                counts.taken += len(taken)
                counts.lost += len(set(taken) - set(there))
                counts.doubled += len(there) - len(set(there))
                counts.unanswered += abs(len(there) - replies)
        counts.tries = self.tries
        return counts

    def _insist(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Any:
        while True:
            try:
                response = self._client.request(method, self._random.choice(self._urls) + path, headers=headers, **more)
                if response.is_success:
                    return response.json()
                assert response.status_code >= 500, response.text
            except httpx.TransportError:
                pass
            self.tries += 1
            time.sleep(PAUSE_S)


def storm(urls: Sequence[str], strikes: Iterable[Callable[[], None]], *, people: int = 4) -> Counts:
    """People write while one strike after the other comes down; then everything is counted."""
    end, persons = threading.Event(), [Person(urls, seed) for seed in range(people)]
    threads = [threading.Thread(target=person.write_until, args=(end,)) for person in persons]
    for thread in threads:
        thread.start()
    try:
        for strike in strikes:
            strike()
    finally:
        end.set()
    for thread in threads:
        thread.join()
    total = Counts()
    for person in persons:
        found = person.count()
        for name, count in vars(found).items():
            setattr(total, name, getattr(total, name) + count)
    return total


def main() -> int:
    from tests.end_to_end.test_processes import Site
    from tests.warm import encoder

    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.chaos")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    chance, struck = random.Random(chosen.seed), dict.fromkeys(("server", "database"), 0)
    with tempfile.TemporaryDirectory(prefix="kalauz-chaos-") as folder:
        site = Site(Path(folder), encoder())
        servers = (site.one, site.other)

        def kill() -> None:
            server = chance.choice(servers)
            server.stop(signal.SIGKILL)
            struck["server"] += 1
            server.start()
            server.wait_for("/ready")

        def crash() -> None:
            site.postgres.crash()
            struck["database"] += 1
            site.postgres.start()
            for server in servers:
                server.wait_for("/ready")

        def strikes() -> Iterator[Callable[[], None]]:
            deadline = time.monotonic() + chosen.seconds
            while time.monotonic() < deadline:
                yield chance.choice((kill, kill, kill, crash))
                time.sleep(chance.uniform(0.0, 2.0))

        try:
            for server in servers:
                server.start()
                server.wait_for("/ready")
            counts = storm([server.url for server in servers], strikes())
        finally:
            for server in servers:
                server.stop(signal.SIGKILL)
            site.postgres.close()
    print(f"killed: {struck['server']} servers, {struck['database']} databases, in {chosen.seconds:.0f} s")
    for name, count in vars(counts).items():
        print(f"{name}: {count}")
    return 0 if counts.is_right else 1


if __name__ == "__main__":
    raise SystemExit(main())
