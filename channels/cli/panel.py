"""`kalauz panel`: an article as a sheet to print."""

from pathlib import Path
from typing import Annotated

import typer

from channels.cli.output import answer_is_no, bad_use, run, settings
from channels.printing import printed

PDF = ".pdf"


def panel(
    article: Annotated[str, typer.Argument(help="The article's id.")],
    languages: Annotated[str, typer.Option(help="Which ones, such as hu,en,ar; up to 8.")],
    address: Annotated[str, typer.Option(help="The server's address, for the code that a phone reads.")],
    out: Annotated[Path, typer.Option(help="The file to write: sheet.html, or sheet.pdf with `kalauz[pdf]`.")],
    size: Annotated[str, typer.Option(help="a4 or a3.")] = "a4",
) -> None:
    """Write an article's published texts, side by side, as a sheet with a code that opens the chat at it.

    Example: kalauz panel health-taj-card --languages hu,en,ar --address https://kalauz.example.org --out sheet.html
    """
    from channels.settings import ORIGIN
    from channels.web.sheets import Paper, SheetError, chosen, opening, sheet
    from knowledge_base import repository
    from knowledge_base.database import Database
    from knowledge_base.documents import Article
    from retrieval.showing import show_published

    if size not in list(Paper):
        bad_use(f"--size {size}: there is {', '.join(Paper)}")
    if not ORIGIN.fullmatch(address.rstrip("/")):
        bad_use(f"{address!r} is no address of a server; write it as https://kalauz.example.org")

    async def work() -> Article | None:
        database = Database(settings().database)
        try:
            await database.migrate()
            async with database.reading() as session:
                return await repository.load_article(session, article)
        finally:
            await database.close()

    found = run(work())
    texts = show_published(found) if found else {}
    if not texts:
        answer_is_no(f"there is no published article {article!r}")
    try:
        sides = chosen(texts, [tag.strip() for tag in languages.split(",") if tag.strip()])
    except SheetError as error:
        answer_is_no(str(error))
    html = sheet(sides, Paper(size), opening(address, article), alone=True)
    try:
        if out.suffix == PDF:
            out.write_bytes(_printed(html))
        else:
            out.write_text(html, "utf-8")
    except OSError as error:
        answer_is_no(f"{out} cannot be written: {error.strerror}")
    typer.echo(f"{article} in {len(sides)} languages: {out}")


def _printed(html: str) -> bytes:
    try:
        return printed(html)
    except ModuleNotFoundError:
        bad_use("a PDF needs `pip install kalauz[pdf]`; or write sheet.html and print it from a browser")
    except OSError as error:
        bad_use(f"a PDF needs Pango, on Debian `apt-get install libpango-1.0-0 libpangoft2-1.0-0`: {error}")
