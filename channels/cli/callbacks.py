"""`kalauz callbacks`: who asked to be called back, for whoever calls them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.output import answer_is_no, print_json, print_rows, run, settings

if TYPE_CHECKING:
    from bot.handoff.inbox import Request

app = typer.Typer(help="People who asked to be called back.", no_args_is_help=True)


@app.command("list")
def list_waiting(
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> None:
    """Show who waits, urgent ones first. Status 1 if nobody does.

    Example: kalauz callbacks list
    """
    found = run(_waiting())
    if json:
        print_json([asdict(request) for request in found])
    elif found:
        rows = []
        for request in found:
            asked, urgent = f"{request.asked_at:%Y-%m-%d %H:%M %Z}", "yes" if request.urgent else ""
            row = [
                request.conversation_id,
                asked,
                urgent,
                request.name,
                request.contact,
                request.time,
                request.language,
            ]
            rows.append(row)
        print_rows(["conversation", "asked", "urgent", "name", "contact", "time", "language"], rows)
    if not found:
        answer_is_no("nobody waits to be called back")


@app.command("done")
def done(conversation: Annotated[str, typer.Argument(help="The conversation's id, as `list` shows it.")]) -> None:
    """Forget a request that was dealt with: its name and number are deleted. Status 1 if there is none.

    Example: kalauz callbacks done Zk3v0QxY1aBc9dEf
    """
    if not run(_close(conversation)):
        answer_is_no("there is no such request")


async def _waiting() -> "list[Request]":
    from bot import callbacks
    from bot.vault import SealedError, Vault
    from knowledge_base.database import Database

    chosen = settings()
    database = Database(chosen.database)
    try:
        await database.migrate()
        async with database.reading() as session:
            return await callbacks.waiting(session, Vault(*chosen.secret_keys))
    except SealedError as error:
        answer_is_no(str(error))
    finally:
        await database.close()


async def _close(conversation: str) -> bool:
    from bot import callbacks
    from channels.service import now
    from knowledge_base.database import Database

    database = Database(settings().database)
    try:
        await database.migrate()
        async with database.transaction() as session:
            closed = await callbacks.close(session, conversation, now())
        await database.forget()
        return closed
    finally:
        await database.close()
