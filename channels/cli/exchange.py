"""Texts out to translators and back, for `kalauz kb export` and `kalauz kb import`."""

from pathlib import Path
from typing import NoReturn

import typer

from channels.cli.output import answer_is_no, bad_use, print_json, run, settings

# Files that translators send back.
SUFFIXES = (".csv", ".xlsx", ".xlf", ".xliff")


def give_out(folder: Path, format: str, languages: list[str] | None) -> None:
    """Write the texts into the folder, in the languages or in all."""
    from bot.editing.exchange import Exchange
    from channels.service import now
    from knowledge_base.database import Database
    from knowledge_base.exchange.faults import ExchangeError
    from knowledge_base.exchange.files import Format
    from knowledge_base.languages import TAG

    for language in languages or []:
        if not TAG.fullmatch(language):
            bad_use(f"{language!r} is not a language tag such as hu, sr-Latn or zh-Hans")

    async def work() -> dict[str, bytes]:
        database = Database(settings().database)
        try:
            await database.migrate()
            return await Exchange(database, now).export(Format(format), languages)
        finally:
            await database.close()

    try:
        files = run(work())
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except ExchangeError as error:
        answer_is_no(str(error))
    except OSError as error:
        answer_is_no(f"{folder} cannot be written: {error.strerror}")
    typer.echo(f"{', '.join(files) or 'nothing'} written to {folder}")


def take_in(path: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take what has changed in as drafts, or with `dry_run` only say what would be."""
    from bot.editing.exchange import Exchange
    from channels.service import now
    from knowledge_base.database import Database
    from knowledge_base.exchange.comparing import Change
    from knowledge_base.exchange.faults import ExchangeError
    from knowledge_base.exchange.files import read_copies

    try:
        copies = read_copies(path.name, path.read_bytes())
    except OSError as error:
        answer_is_no(f"{path} cannot be read: {error.strerror}")
    except ExchangeError as error:
        _refuse(path, error)

    async def work() -> list[Change]:
        database = Database(settings().database)
        try:
            await database.migrate()
            exchange = Exchange(database, now)
            return await (exchange.compare(copies) if dry_run else exchange.take_in(copies, by="(terminal)"))
        finally:
            await database.close()

    try:
        changes = run(work())
    except ExchangeError as error:
        _refuse(path, error)
    rows = [
        {
            "article": change.copy.article,
            "language": change.copy.language,
            "outcome": change.outcome,
            "fields": found.changed if (found := change.differences) else change.missing,
            "left": change.left,
        }
        for change in changes
        if change.outcome != "same"
    ]
    if as_json:
        print_json({"dry_run": dry_run, "texts": len(changes), "changes": rows})
        return
    for row in rows:
        typer.echo(f"{row['article']}/{row['language']}: {row['outcome']}: {', '.join(row['fields'])}".rstrip(": "))
        if row["left"]:
            typer.echo(f"  stays outdated, still says what an older source said: {', '.join(row['left'])}")
    taken = sum(change.manuscript is not None for change in changes)
    left = [change.outcome for change in changes if change.outcome in ("conflict", "unfinished")]
    typer.echo(
        f"{taken} texts {'would become' if dry_run else 'are now'} drafts, {len(changes) - len(rows)} as they were."
    )
    if left:
        typer.echo(
            f"{left.count('conflict')} left out because somebody has saved another text since the export, "
            f"{left.count('unfinished')} because not all of it is translated.",
            err=True,
        )


def _refuse(path: Path, error: Exception) -> NoReturn:
    faults = getattr(error, "faults", [])
    for fault in faults:
        typer.echo(f"{path}: {fault}", err=True)
    answer_is_no(f"{len(faults)} faults in {path}; nothing was taken in")
