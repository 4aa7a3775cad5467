"""What the conversation understands, and how fast: `python -m tests.benchmarks.conversation [--write FILE]`."""

import asyncio
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bot.engine import Engine
from bot.messages import Incoming
from bot.vault import Vault
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.evaluation.questions import evaluate_questions, read_questions
from retrieval.evaluation.report import Report
from tests.benchmarks.__main__ import table
from tests.benchmarks.dialogues import dialogues, report
from tests.benchmarks.served import NOW, QUESTIONS, served

# Turns of a conversation before the next one begins, and turns that only warm up.
TURNS, WARM_UP = 6, 60


async def turn_times(answers: Answers) -> list[float]:
    """Milliseconds of whole turns, stored on SQLite, with questions of all languages."""
    texts = [question.text for path in QUESTIONS for question in read_questions(path)]
    times = []
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/kalauz.db")
        await database.migrate()
        engine = Engine(database, answers, lambda: datetime.now(UTC), Vault("a key for the benchmark"))
        for begin in range(0, len(texts), TURNS):
            started = await engine.start(channel="web", language=None)
            for number, text in enumerate(texts[begin : begin + TURNS]):
                incoming = Incoming(text, f"message-{number}")
                begun = time.perf_counter()
                await engine.receive(started.conversation_id, started.token, incoming)
                times.append((time.perf_counter() - begun) * 1000)
        await database.close()
    return times[WARM_UP:]


def main() -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    parts = ["# The conversation, measured", ""]
    parts += [f"`python -m tests.benchmarks.conversation` on {datetime.now(UTC):%d %B %Y}; {machine}.", ""]
    with served() as answers:
        times = asyncio.run(turn_times(answers))
        found = evaluate_questions(QUESTIONS, answers, now=NOW)
        talked = dialogues(answers, NOW)
    quantiles = " / ".join(f"{value:.1f}" for value in np.percentile(times, [50, 90, 99]))
    parts += [f"A turn with storage on SQLite, p50 / p90 / p99 of {len(times)}: {quantiles} ms.", ""]
    parts += ["## Follow-ups", "", FOLLOW_UPS, ""]
    parts += [table(report(talked), ["right", "offered", "wrong"], ["variant", "n"]), ""]
    parts += ["## Danger and the wish for a person", "", RECOGNITION, ""]
    rows = Report(found.meta, [row for row in found.rows if row["variant"] == "all"])
    parts.append(table(rows, ["urgent_recall", "urgent_false", "human_recall"], ["language", "n"]))
    return "\n".join(parts) + "\n"


FOLLOW_UPS = """The odd dialogues of `tests/benchmarks/dialogues` (12 languages, two and three turns), each talked
through a real engine; the even ones served to tune. `-` is the opening question. *right*: the expected article is
shown; *offered*: it is among the buttons instead; *wrong*: another article is shown. Where the right one was not
shown, the person opens it and goes on from there. `who` ("and for my wife?") is answered with titles to choose from,
on purpose."""

RECOGNITION = """The reporting half of the question sets, `tests/benchmarks/questions`. *urgent_false* is the share
of all other messages that were taken for danger."""

if __name__ == "__main__":
    text = main()
    print(text)
    if "--write" in sys.argv:
        Path(sys.argv[sys.argv.index("--write") + 1]).write_text(text, "utf-8")
