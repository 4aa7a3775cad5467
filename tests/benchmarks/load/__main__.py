"""Whole turns a second (stored, looked up, replied) beside a route that does nothing.

Usage: python -m tests.benchmarks.load [--seconds 20] [--users 16] [--shapes 3] [--write FILE]
Locust runs on the same machine, and takes its share of it. One process and two, on SQLite
and on PostgreSQL, on the starter content; SQLite has one process. The questions are those that
people ask in 27 languages, some thousands, so that few come twice.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tests import postgres
from tests.benchmarks.__main__ import memory_mb
from tests.end_to_end.conftest import DEADLINE_S, Server
from tests.warm import warm_starter

USERS = Path(__file__).with_name("users.py")
# (what is written into the report, PostgreSQL or SQLite, processes)
SHAPES = [
    ("SQLite, one process", False, 1),
    ("PostgreSQL, one process", True, 1),
    ("PostgreSQL, two processes", True, 2),
]
# So few that nobody waits for another's turn.
FEW = 2
HEADER = (
    "| | users | a second | p50 ms | p95 ms | p99 ms | failed | our CPU ms each | MB a process |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


@contextmanager
def serving(index: Path, *, on_postgres: bool, processes: int) -> Iterator[tuple[list[Server], dict[str, float]]]:
    """Servers on one database, and how long the first took to be alive and to be ready, in seconds."""
    server = postgres.Server(**postgres.DURABLE) if on_postgres else None
    name = asyncio.run(server.create(empty=True)) if server else None
    with tempfile.TemporaryDirectory() as folder:
        url = server.url(name) if server and name else None
        servers = [Server(Path(folder) / str(number), database_url=url) for number in range(processes)]
        for one in servers:
            one.data.mkdir()
            # One key for all.
            (one.data / "secret.key").write_text("k" * 44)
            (one.data / "index").symlink_to(index)
        assert servers[0].kalauz("kb", "import").wait(timeout=DEADLINE_S) == 0
        times: dict[str, float] = {}
        try:
            for one in servers:
                began = time.perf_counter()
                one.start()
                times.setdefault("alive", time.perf_counter() - began)
                one.wait_for("/ready")
                times.setdefault("ready", time.perf_counter() - began)
            yield servers, times
        finally:
            for one in servers:
                one.stop()
    if server:
        server.close()


def locust(kind: str, servers: list[Server], *, users: int, seconds: int) -> dict[str, dict[str, Any]]:
    """What Locust counted, by name."""
    command = [sys.executable, "-m", "locust", "-f", str(USERS), kind, "--headless", "--json", "--skip-log"]
    command += [
        "-u",
        str(users),
        "-r",
        str(users),
        "-t",
        f"{seconds}s",
        "--stop-timeout",
        "10",
        "--exit-code-on-error",
        "0",
    ]
    environment = {**os.environ, "KALAUZ_LOAD_HOSTS": " ".join(one.url for one in servers), "PYTHONPATH": "."}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return {row["name"]: row for row in json.loads(done.stdout)}


def cpu_s(servers: list[Server]) -> float:
    """Processor time that the servers' processes have taken (Linux)."""
    ticks = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()[11:13] for one in servers]
    return sum(int(tick) for both in ticks for tick in both) / os.sysconf("SC_CLK_TCK")


def imported_mb(module: str) -> float:
    """Memory of a process that has imported nothing else (Linux)."""
    says = f"import {module}; print(open('/proc/self/statm').read().split()[1])"
    pages = int(subprocess.run([sys.executable, "-c", says], stdout=subprocess.PIPE, check=True).stdout)
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def line(name: str, row: dict[str, Any], users: int, cpu: float, memory: float) -> str:
    """A row of the table; Locust keeps how often each time was seen, in ms."""
    times = sorted((float(ms), count) for ms, count in row["response_times"].items())
    values = np.repeat([ms for ms, _ in times], [count for _, count in times])
    rate = row["num_requests"] / max(row["last_request_timestamp"] - row["start_time"], 1e-9)
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    cells = [f"{value:.0f}" for value in (rate, p50, p95, p99, row["num_failures"])]
    cells += [f"{cpu / row['num_requests'] * 1000:.1f}", f"{memory:.0f}"]
    return f"| {name} | {users} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--shapes", type=int, default=len(SHAPES), help="how many of the shapes, the last ones")
    parser.add_argument("--write", type=Path, help="write the report here")
    given = parser.parse_args()
    lines = [HEADER]
    starts = []
    with tempfile.TemporaryDirectory() as index:
        warm_starter(Path(index))
        for name, on_postgres, processes in SHAPES[-given.shapes :]:
            with serving(Path(index), on_postgres=on_postgres, processes=processes) as (servers, times):
                starts.append(f"| {name} | {times['alive']:.2f} | {times['ready']:.2f} |")
                for kind, what, users in (
                    ("Idler", "nothing", given.users),
                    ("Person", "turn", FEW),
                    ("Person", "turn", given.users),
                ):
                    locust(kind, servers, users=users, seconds=3)
                    before = cpu_s(servers)
                    row = locust(kind, servers, users=users, seconds=given.seconds)[what]
                    cpu = cpu_s(servers) - before
                    memory = max(memory_mb(one.pid) for one in servers)
                    lines.append(line(f"{name}: {what}", row, users, cpu, memory))
                    print(lines[-1], flush=True)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    report = [
        f"`python -m tests.benchmarks.load --seconds {given.seconds} --users {given.users}` on "
        f"{datetime.now(UTC):%d %B %Y}; {machine}. The senders share the processors with the servers.",
        "\n".join(lines),
        "Seconds from the start of the first process until it is alive (`/health`) and until it answers (`/ready`), "
        "with an index that is there:",
        "\n".join(["| | alive | ready |", "|---|---|---|", *starts]),
        "The encoders that ship do not load torch. Another one (`KALAUZ_ENCODER`) does: beside NumPy it takes "
        f"{imported_mb('torch') - imported_mb('numpy'):.0f} MB, with sentence-transformers "
        f"{imported_mb('sentence_transformers') - imported_mb('numpy'):.0f} MB, before any model.",
    ]
    if given.write:
        given.write.write_text("# Load\n\n" + "\n\n".join(report) + "\n", "utf-8")
    print("\n\n".join(report))


if __name__ == "__main__":
    main()
