"""The starter content taken in and indexed in a folder of its own, as `make run` does."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from channels.assembly import Assembly
from retrieval.answers import Answers

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = Path(__file__).parent
QUESTIONS = sorted((HERE / "questions").glob("*.tsv"))


def take_in(folder: Path) -> dict[str, str]:
    """Import and index with the commands; returns the environment that serves from the folder."""
    environment = {**os.environ, "KALAUZ_DATA_DIR": str(folder)}
    for command in (["kb", "import"], ["index", "build"]):
        subprocess.run([sys.executable, "-m", "channels", *command], env=environment, check=True)
    return environment


async def load(folder: Path) -> Answers:
    assembly = Assembly(
        database_url=f"sqlite+aiosqlite:///{folder}/kalauz.db",
        site="hungary",
        encoder=None,
        index_dir=folder / "index",
        secret_keys=lambda: ("a key for the benchmark",),
    )
    try:
        await assembly.follow()
    finally:
        await assembly.close()
    assert assembly.asking is not None
    return assembly.asking


@contextmanager
def served() -> Iterator[Answers]:
    """What answers from the starter content."""
    with tempfile.TemporaryDirectory() as folder:
        take_in(Path(folder))
        yield asyncio.run(load(Path(folder)))
