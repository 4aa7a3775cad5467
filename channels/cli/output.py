"""What commands print: text for people, JSON for programs, problems on standard error."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from retrieval.evaluation.report import Report

Result = TypeVar("Result")
err = Console(stderr=True)
out = Console()


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(coroutine)


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def bad_use(message: str) -> NoReturn:
    """Say why and stop with status 2."""
    typer.echo(f"kalauz: {message}", err=True)
    raise typer.Exit(2)


def answer_is_no(message: str) -> NoReturn:
    """Say why and stop with status 1."""
    typer.echo(f"kalauz: {message}", err=True)
    raise typer.Exit(1)


@contextmanager
def progress_bar(description: str) -> Any:
    """A bar on standard error; yields `progress(done, all)`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=False) as bars:
        task = bars.add_task(description, total=None)
        callback: Callable[[int, int], None] = lambda done, total: bars.update(task, completed=done, total=total)  # noqa: E731
        yield callback


def print_report(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_dict())
        return
    out.print(", ".join(f"{name}: {value}" for name, value in report.meta.items()))
    table = Table()
    names = list(dict.fromkeys(name for row in report.rows for name in row))
    for name in names:
        table.add_column(name, justify="left" if name in ("language", "corpus_language", "variant") else "right")
    for row in report.rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    out.print(table)


def _cell(value: str | int | float | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
