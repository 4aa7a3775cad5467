"""`kalauz questions`: what people asked and could not get, for editors."""

from typing import Annotated, Any

import typer

from channels.cli.output import answer_is_no, print_json, print_rows, run, settings

NAMES = ("asked_at", "language", "reason", "article", "text")


def questions(
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> None:
    """Questions that found no answer, or whose answer did not help, newest first. Status 1 if there are none.

    Those that editors have settled in the console are left out. They are in people's own words; telephone numbers,
    e-mail and web addresses and other long numbers are taken out, names are not. Deleting a conversation deletes its
    questions.

    Example: kalauz questions
    """
    found = run(_unanswered())
    if json:
        print_json(found)
    elif found:
        rows = [[f"{row['asked_at']:%Y-%m-%d %H:%M}", *(row[name] or "" for name in NAMES[1:])] for row in found]
        print_rows(["asked", "language", "why", "article", "question"], rows)
    if not found:
        answer_is_no("no question is left without an answer")


async def _unanswered() -> list[dict[str, Any]]:
    from bot.needs import questions
    from knowledge_base.database import Database

    database = Database(settings().database)
    try:
        await database.migrate()
        async with database.reading() as session:
            rows = await questions.unanswered(session)
    finally:
        await database.close()
    return [{name: getattr(row, name) for name in NAMES} for row in rows]
