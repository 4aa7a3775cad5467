"""`kalauz backup` and `kalauz restore`: all that the database holds, in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.output import answer_is_no, run, settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from knowledge_base.backup import Backup
    from knowledge_base.database import Database


def backup(file: Annotated[Path, typer.Argument(help="Where to write; a file of that name is replaced.")]) -> None:
    """Write everything in the database to a file, while the server runs. It holds what people wrote: keep it safe.

    Example: kalauz backup kalauz-monday.zip
    """
    from channels.service import now
    from knowledge_base.backup import BackupError, back_up

    try:
        done = run(_over(lambda database: back_up(database, file, now=now())))
    except (BackupError, OSError) as error:
        answer_is_no(f"no backup was written: {_reason(error)}")
    typer.echo(f"{sum(done.rows.values())} rows in {len(done.rows)} tables written to {file}")


def restore(file: Annotated[Path, typer.Argument(help="A file that `kalauz backup` wrote.")]) -> None:
    """Fill an empty database from a backup, with everything or nothing. Name it by KALAUZ_DATA_DIR or _DATABASE_URL.

    The secret key and the index are not in a backup: copy the one, and the other is built again.

    Example: kalauz restore kalauz-monday.zip
    """
    from knowledge_base.backup import BackupError
    from knowledge_base.backup import restore as take

    try:
        done = run(_over(lambda database: take(database, file)))
    except (BackupError, OSError) as error:
        answer_is_no(f"nothing was restored: {_reason(error)}")
    typer.echo(f"{sum(done.rows.values())} rows in {len(done.rows)} tables, as of {done.taken_at:%Y-%m-%d %H:%M %Z}")


async def _over(work: "Callable[[Database], Awaitable[Backup]]") -> "Backup":
    """What is done with the database of the settings, which is closed afterwards."""
    from knowledge_base.database import Database

    database = Database(settings().database)
    try:
        return await work(database)
    finally:
        await database.close()


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
