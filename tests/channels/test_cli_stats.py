"""`kalauz stats export`: the same counts in every format, whatever was deleted."""

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from channels.statistics_files import COLUMNS
from tests.channels.test_cli import QUESTION, Shell, column, empty_shell, rows, shell  # noqa: F401

Row = dict[str, Any]
# A day, a language, what it was about and how it went, and how often.
ASKED = [
    ("2026-07-06", "hu", "health/HU/answer", 14),
    ("2026-07-07", "hu", "work/HU/no_answer", 8),
    ("2026-08-03", "uk", "health/HU/answer", 31),
    ("2026-08-05", "uk", "/HU/urgent", 2),
    ("2026-09-29", "so", "work/HU/choices", 3),
    ("2026-10-05", "hu", "work/HU/answer", 100),
]


@pytest.fixture
def counted(shell: Shell, tmp_path: Path) -> Shell:  # noqa: F811
    """A shell with a summer of counts."""
    connection = sqlite3.connect(tmp_path / "data" / "kalauz.db")
    for day, language, subject, count in ASKED:
        row = (day, "hungary", language, "question", subject, count)
        connection.execute("INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?)", row)
    for kind, subject in (("waited", "5-15"), ("handoff", "asked"), ("closed", "solved"), ("helped", "x/en/1")):
        row = ("2026-07-06", "hungary", "hu", kind, subject, 6)
        connection.execute("INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.commit()
    connection.close()
    return shell


def of_csv(file: Path) -> list[Row]:
    found = csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig")))
    return [row | {"count": int(row["count"])} for row in found]


def of_xlsx(file: Path, period: str) -> list[Row]:
    found = []
    for sheet in load_workbook(file):
        names, *lines = sheet.values
        for line in lines:
            said = dict(zip(names, line, strict=True))
            whole = {name: said.get(name) or "" for name in COLUMNS}
            found.append(whole | {"period": period, "table": sheet.title, "count": said["count"]})
    return found


def test_every_format_has_the_same_counts(counted: Shell, tmp_path: Path) -> None:
    for format in ("csv", "xlsx", "json"):
        assert counted.kalauz("stats", "export", f"q.{format}", "--period", "2026-Q3") == 0
        assert counted.out == f"2026-Q3 is in q.{format}\n"
    found = json.loads((tmp_path / "q.json").read_text("utf-8"))
    assert found["meta"] == {"period": "2026-Q3"}
    assert of_csv(tmp_path / "q.csv") == found["rows"] == of_xlsx(tmp_path / "q.xlsx", "2026-Q3")
    tables = {row["table"] for row in found["rows"]}
    assert {"week", "language", "questions", "handoffs", "handoff_ends", "waiting", "feedback", "coverage"} <= tables


def test_few_are_not_told_and_do_not_follow(counted: Shell, tmp_path: Path) -> None:
    counted.kalauz("stats", "export", "q.json", "--period", "2026-Q3")
    found = json.loads((tmp_path / "q.json").read_text("utf-8"))["rows"]
    told = {row["language"] or row["item"]: row["count"] for row in found if row["table"] == "language"}
    assert told == {"uk": 33, "all others together": 25}
    assert min(row["count"] for row in found if row["table"] != "coverage") >= 5


def test_the_quarter_of_today_is_the_one_that_is_meant(shell: Shell, tmp_path: Path) -> None:  # noqa: F811
    assert shell.kalauz("stats", "export", "now.csv") == 0
    assert shell.out.startswith("20")
    assert {row["table"] for row in of_csv(tmp_path / "now.csv")} == {"coverage"}


def test_the_counts_stay_when_what_was_said_is_deleted(shell: Shell, tmp_path: Path) -> None:  # noqa: F811
    for _ in range(5):
        shell.kalauz("chat", input=f"{QUESTION}\n")
    shell.kalauz("stats", "export", "before.csv")
    for conversation in column(tmp_path, "conversations", "id"):
        assert shell.kalauz("erase", conversation) == 0
    assert rows(tmp_path, "events") == 0
    shell.kalauz("stats", "export", "after.csv")
    assert of_csv(tmp_path / "after.csv") == of_csv(tmp_path / "before.csv")
    assert {"outcome", "topic"} <= {row["table"] for row in of_csv(tmp_path / "after.csv")}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["q.txt"], "has to end in .csv, .xlsx, .json"), (["q.csv", "--period", "summer"], "is no quarter of a year")],
)
def test_what_cannot_be_written_is_bad_use(empty_shell: Shell, arguments: list[str], told: str) -> None:  # noqa: F811
    assert empty_shell.kalauz("stats", "export", *arguments) == 2
    assert told in empty_shell.err


def test_a_place_where_nothing_can_be_written_is_told(shell: Shell) -> None:  # noqa: F811
    assert shell.kalauz("stats", "export", "nowhere/q.csv") == 1
    assert "nowhere" in shell.err
