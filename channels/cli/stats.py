"""`kalauz stats`: counts without persons, for reports."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from channels.cli.output import bad_use, run, settings
from channels.statistics_files import FORMATS, Format

if TYPE_CHECKING:
    from bot.needs.figures import Statistics
    from bot.needs.period import Period

app = typer.Typer(no_args_is_help=True, help="Count what was asked and what became of it.")


@app.callback()
def stats() -> None:
    """Keeps `export` a command of its own."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write: its name ends in .csv, .xlsx or .json.")],
    period: Annotated[str | None, typer.Option(help="A quarter of a year such as 2026-Q4; left out, this one.")] = None,
) -> None:
    """Write the statistics of a quarter of a year: counts without persons. Those under five are put together.

    Example: kalauz stats export autumn.xlsx --period 2026-Q4
    """
    from bot.needs.period import Period, PeriodError
    from channels.service import now

    format = file.suffix.removeprefix(".").lower()
    if format not in FORMATS:
        bad_use(f"{str(file)!r} has to end in {', '.join(f'.{one}' for one in FORMATS)}")
    try:
        chosen = Period.read(period) if period else Period.of(now().date())
    except PeriodError as error:
        bad_use(str(error))
    run(_export(chosen, file, cast(Format, format)))
    typer.echo(f"{chosen} is in {file}")


async def _export(period: "Period", file: Path, format: Format) -> None:
    from channels.statistics_files import written

    await asyncio.to_thread(file.write_bytes, written(await _statistics(period), format))


async def _statistics(period: "Period") -> "Statistics":
    from bot.needs.statistics import statistics
    from bot.needs.tallies import tallies
    from channels.assembly import chosen_site
    from knowledge_base import repository
    from knowledge_base.database import Database

    own = settings()
    database = Database(own.database)
    try:
        await database.migrate()
        async with database.reading() as session:
            content = await repository.load_content(session)
            site = chosen_site(content, own.site)
            return statistics(period, await tallies(session, site.id, period), content.articles, site.languages)
    finally:
        await database.close()
