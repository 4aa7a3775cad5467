"""Dialogues with follow-up questions, talked through a real engine on a real SQLite file.

A file `dialogues/LANG.tsv` has a turn a line: dialogue number, text, expected articles, aspect. Even dialogues
were used to tune the bot, odd ones only to report.
"""

import asyncio
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.engine import Engine
from bot.messages import Incoming, Message
from bot.payloads import payload
from bot.replies import Buttons
from bot.vault import Vault
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.evaluation.report import Report, mean

ASPECTS = ("-", "cost", "papers", "place", "time", "steps", "who", "detail", "new")


@dataclass(frozen=True, slots=True)
class Turn:
    dialogue: int
    text: str
    expected: tuple[str, ...]
    aspect: str


@dataclass(frozen=True, slots=True)
class Talked:
    """What came of a turn: the article that was shown, those that were offered, how long it took."""

    turn: Turn
    language: str
    outcome: str | None
    shown: str | None
    offered: frozenset[str]
    action: str
    elapsed_ms: float


def read_dialogues(path: Path) -> dict[int, list[Turn]]:
    found: dict[int, list[Turn]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        number, text, expected, aspect = line.split("\t")
        assert aspect in ASPECTS, f"{path}: {line}"
        found[int(number)].append(Turn(int(number), text, tuple(expected.split("|")), aspect))
    return found


async def talk_through(paths: list[Path], answers: Answers, now: datetime) -> list[Talked]:
    """Every dialogue as a conversation of its own that begins in the file's language."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/kalauz.db")
        await database.migrate()
        engine = Engine(database, answers, lambda: now, Vault("a key for the benchmark"))
        for path in paths:
            for turns in read_dialogues(path).values():
                started = await engine.start(channel="web", language=path.stem)
                for number, turn in enumerate(turns):
                    begun = time.perf_counter()
                    incoming = Incoming(turn.text, f"message-{number}")
                    messages = await engine.receive(started.conversation_id, started.token, incoming)
                    elapsed = (time.perf_counter() - begun) * 1000
                    talked = await _talked(database, started.conversation_id, path.stem, turn, messages, elapsed)
                    found.append(talked)
                    if talked.shown not in turn.expected:
                        # The person finds it among the choices or the topics, and goes on from there.
                        wanted = payload("article", id=turn.expected[0])
                        found_it = Incoming(wanted, f"found-it-{number}")
                        await engine.receive(started.conversation_id, started.token, found_it)
        await database.close()
    return found


async def _talked(
    database: Database, conversation_id: str, language: str, turn: Turn, messages: list[Message], elapsed: float
) -> Talked:
    from bot import conversations
    from bot.state import slots_of

    async with database.reading() as session:
        events = [event.data for event in await conversations.events(session, conversation_id)]
    reply = messages[-1].reply
    assert reply is not None
    buttons = [b for block in reply.blocks if isinstance(block, Buttons) for b in block.buttons]
    offered = frozenset(
        b.payload.split('"')[3] for b in buttons if b.payload.startswith("/article") and "whole" not in b.payload
    )
    last_user = max(i for i, event in enumerate(events) if event["event"] == "user")
    action = next(event["name"] for event in events[last_user:] if event["event"] == "action")
    shown = slots_of(events[last_user:]).get("article") if reply.outcome == "answer" else None
    return Talked(turn, language, reply.outcome, shown, offered, action, elapsed)


def report(talked: list[Talked]) -> Report:
    """Per aspect: shown rightly, only offered among the buttons, shown wrongly."""
    found = Report({"turns": len(talked)})
    for aspect in ("all", "follow-ups", *ASPECTS):
        rows = [
            t for t in talked if aspect in ("all", t.turn.aspect) or (aspect == "follow-ups" and t.turn.aspect != "-")
        ]
        right = [t.shown in t.turn.expected for t in rows]
        offered = [
            not r and t.outcome == "choices" and bool(t.offered & set(t.turn.expected))
            for t, r in zip(rows, right, strict=True)
        ]
        wrong = [t.shown is not None and t.shown not in t.turn.expected for t in rows]
        found.rows.append(
            {
                "variant": aspect,
                "n": len(rows),
                "right": mean(right),
                "offered": mean(offered),
                "wrong": mean(wrong),
            }
        )
    return found


def dialogues(answers: Answers, now: datetime, *, odd: bool = True) -> list[Talked]:
    """The odd dialogues, or the even ones for tuning."""
    paths = sorted((Path(__file__).parent / "dialogues").glob("*.tsv"))
    talked = asyncio.run(talk_through(paths, answers, now))
    return [t for t in talked if bool(t.turn.dialogue % 2) == odd]
