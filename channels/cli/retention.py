"""`kalauz retention`: erase the conversations in which nothing was written for longer than the site keeps them."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.output import run, settings

if TYPE_CHECKING:
    from bot.retention import Due

app = typer.Typer(help="How long conversations are kept.", no_args_is_help=True)


@app.command("run")
def run_now(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
) -> None:
    """Erase now what the server erases by itself, in its own time: conversations older than the site keeps them.

    Example: kalauz retention run --dry-run
    """
    days, due = run(_retention(dry_run=dry_run))
    said = "would be erased" if dry_run else "are erased"
    typer.echo(f"Nothing was written for {days} days in {due.erased} conversations, which {said}.")
    if due.kept:
        typer.echo(f"{due.kept} more are as old and have an open case: close it at the desk, and they go too.")


async def _retention(*, dry_run: bool) -> "tuple[int, Due]":
    from dataclasses import replace

    from bot.retention import Retention
    from channels.assembly import chosen_site
    from channels.service import now
    from knowledge_base.database import Database
    from knowledge_base.repository import load_content

    chosen = settings()
    database = Database(chosen.database)
    try:
        await database.migrate()
        async with database.reading() as session:
            site = chosen_site(await load_content(session), chosen.site)
        retention = Retention(database, site.retention_days, now)
        due = await retention.due()
        return site.retention_days, due if dry_run else replace(due, erased=await retention.run())
    finally:
        await database.close()
