"""What commands share: settings, the assembled program, and how results and problems are printed."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from channels.service import NoContentError
from channels.settings import Settings
from retrieval.evaluation.report import Report

if TYPE_CHECKING:
    from channels.assembly import Assembly

Result = TypeVar("Result")
err = Console(stderr=True)
out = Console()


def settings() -> Settings:
    """The settings; a bad one is bad use."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        # What is wrong with several settings together names them itself.
        named = [(f"KALAUZ_{str(e['loc'][0]).upper()}: " if e["loc"] else "", e["msg"]) for e in error.errors()]
        bad_use("; ".join(name + message for name, message in named))


def assembly() -> "Assembly":
    """The program's heavy parts, as the settings choose them."""
    from channels.assembly import Assembly

    chosen = settings()
    return Assembly(
        database_url=chosen.database,
        site=chosen.site,
        encoder=chosen.encoder,
        index_dir=chosen.index_dir,
        secret_keys=lambda: chosen.secret_keys,
    )


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work; what an operator can mend is said in a sentence, with status 1."""
    from sqlalchemy.exc import SQLAlchemyError

    from knowledge_base.files import BadContentError
    from retrieval.encoder import EncoderError

    try:
        return asyncio.run(coroutine)
    except BadContentError as error:
        answer_is_no("; ".join(str(problem) for problem in error.problems))
    except (NoContentError, EncoderError, SQLAlchemyError, OSError) as error:
        answer_is_no(str(error))
    except ModuleNotFoundError as error:
        answer_is_no(f"install what the setting needs, such as the database's driver: {error}")


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
        left = name in ("language", "corpus_language", "variant")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for row in report.rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    # A table that is cut to a narrow terminal shows no figures at all.
    Console(width=max(out.width, 160)).print(table)


def print_rows(headers: list[str], rows: list[list[str]]) -> None:
    """A table of other people's words: they are text, never markup, and nothing of them is cut."""
    table = Table(*headers)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=max(out.width, 200)).print(table)


def _cell(value: str | int | float | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
