"""`kalauz kb`: content in and out of the database."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from channels.cli import exchange
from channels.cli.output import answer_is_no, bad_use, out, print_json, run, settings

app = typer.Typer(help="The knowledge base: import, export, check, status.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class ExportFormat(StrEnum):
    markdown = "markdown"
    csv = "csv"
    xlsx = "xlsx"
    xliff = "xliff"


def starter_content() -> Path:
    import knowledge_base

    return Path(knowledge_base.__file__).parent / "content"


@app.command("import")
def import_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Content folders, or one CSV, XLSX or XLIFF file; left out, the starter content."),
    ] = None,
    if_empty: Annotated[bool, typer.Option(help="Do nothing when the database already has articles.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what a file would change.")] = False,
    json: Json = False,
) -> None:
    """Take content folders into the database: everything, or nothing if one file is bad.

    From a CSV, XLSX or XLIFF file of `kalauz kb export`, what has changed becomes drafts.

    Example: kalauz kb import knowledge_base/content
    """
    if paths and any(path.suffix.lower() in exchange.SUFFIXES for path in paths):
        if len(paths) > 1 or if_empty:
            bad_use("one file at a time, and without --if-empty")
        exchange.take_in(paths[0], dry_run=dry_run, as_json=json)
        return
    if dry_run:
        bad_use("--dry-run is for a CSV, XLSX or XLIFF file")
    from knowledge_base import repository
    from knowledge_base.database import Database
    from knowledge_base.documents import Content
    from knowledge_base.files import BadContentError, Problem, read
    from knowledge_base.importer import ImportReport, import_content

    contents: list[Content] = []
    problems: list[Problem] = []
    for path in paths or [starter_content()]:
        try:
            contents.append(read(path))
        except BadContentError as error:
            problems += error.problems
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        answer_is_no(f"{len(problems)} problems in the content files; nothing was imported")

    async def work() -> ImportReport | None:
        database = Database(settings().database)
        try:
            await database.migrate()
            async with database.transaction() as session:
                if if_empty and await repository.article_count(session):
                    return None
                total = ImportReport()
                for content in contents:
                    total = total + await import_content(session, content)
                return total
        finally:
            await database.close()

    report = run(work())
    if report is None and json:
        print_json(ImportReport().as_dict())
    elif report is None:
        typer.echo("The database has articles already; nothing was imported.")
    elif json:
        print_json(report.as_dict())
    else:
        typer.echo(
            f"{report.revisions} texts new or changed, {report.unchanged} as they were; "
            f"{report.documents} topics, contacts, notices and sites new or changed."
        )


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; files of other ids there stay.")],
    format: Annotated[ExportFormat, typer.Option(help="The format of the files.")] = ExportFormat.markdown,
    language: Annotated[
        list[str] | None,
        typer.Option(help="For CSV, XLSX and XLIFF: only these, with what is not translated into them yet."),
    ] = None,
) -> None:
    """Write the content of the database as files: all of it, or its texts for translators.

    Example: kalauz kb export backup/content
    """
    if format is not ExportFormat.markdown:
        exchange.give_out(folder, format, language)
        return
    if language:
        bad_use("--language is for CSV, XLSX and XLIFF")
    from knowledge_base import repository
    from knowledge_base.database import Database
    from knowledge_base.documents import Content
    from knowledge_base.files import write

    async def work() -> Content:
        database = Database(settings().database)
        try:
            await database.migrate()
            async with database.reading() as session:
                return await repository.load_content(session)
        finally:
            await database.close()

    content = run(work())
    if not content.articles:
        answer_is_no("the database has no articles; run `kalauz kb import` first")
    if folder.exists() and not folder.is_dir():
        bad_use(f"{folder} is a file, not a folder")
    try:
        typer.echo(f"{write(content, folder)} files written to {folder}")
    except OSError as error:
        answer_is_no(f"{folder} cannot be written: {error.strerror}")


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Content folders; left out, the starter content.")] = None,
    json: Json = False,
) -> None:
    """Read content folders and name every bad file with line and reason; status 1 if there is one.

    Then compare each translation with its source: numbers, links, sections, steps, leftovers, the language it is in.
    What differs there is to be looked at by a person, and is no error.

    Example: kalauz kb check knowledge_base/content
    """
    from knowledge_base.files import BadContentError, Problem, read
    from knowledge_base.proofreading import Finding, findings
    from retrieval.language import LanguageDetector

    problems: list[Problem] = []
    found: list[Finding] = []
    articles = texts = 0
    for path in paths or [starter_content()]:
        try:
            content = read(path)
        except BadContentError as error:
            problems += error.problems
            continue
        written = sorted({language for article in content.articles for language in article.translations})
        found += findings(content, LanguageDetector(written).detect if written else None)
        articles += len(content.articles)
        texts += sum(len(article.translations) for article in content.articles)
    if json:
        rows = [{"path": str(p.path), "line": p.line, "reason": p.reason} for p in problems]
        print_json({"articles": articles, "texts": texts, "problems": rows, "findings": [asdict(f) for f in found]})
    for line in [*problems, *found] if not json else []:
        typer.echo(str(line))
    if problems:
        raise typer.Exit(1)
    if not json:
        typer.echo(f"{articles} articles in {texts} texts, no problems, {len(found)} places to look at.")


@app.command()
def status(json: Json = False) -> None:
    """How complete and how sure the content of the database is.

    Example: kalauz kb status
    """
    from rich.table import Table

    from knowledge_base import repository
    from knowledge_base.database import Database
    from knowledge_base.status import ContentStatus, content_status

    async def work() -> ContentStatus:
        database = Database(settings().database)
        try:
            await database.migrate()
            async with database.reading() as session:
                return content_status(await repository.load_content(session))
        finally:
            await database.close()

    found = run(work())
    if json:
        print_json(found.as_dict())
        return
    out.print(
        f"{found.articles} articles ({found.history} about the past), "
        f"{found.contacts} contacts, {found.notices} notices"
    )
    table = Table("language", "current", "outdated", "draft", "missing", "LIX")
    for row in found.languages:
        level = found.reading.get(row.language)
        states = (str(row.current), str(row.outdated), str(row.draft), str(row.missing))
        table.add_row(row.language, *states, "" if level is None else f"{level:.0f}")
    out.print(table)
    levels = ", ".join(f"{level}: {found.confidence.get(level, 0)}" for level in ("high", "medium", "low"))
    out.print(f"confidence of facts: {levels}; {len(found.to_verify)} with something to verify (--json lists them)")
