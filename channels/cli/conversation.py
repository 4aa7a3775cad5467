"""`kalauz conversation`: what is stored of one conversation, where somebody asks for a copy of it."""

from typing import Annotated, Any

import typer

from channels.cli.output import answer_is_no, print_json, run, settings

app = typer.Typer(help="One conversation.", no_args_is_help=True)


@app.command("export")
def export(conversation: Annotated[str, typer.Argument(help="The conversation's id.")]) -> None:
    """Print all that is stored of a conversation as JSON, sealed data opened. Status 1 if there is none.

    Example: kalauz conversation export Zk3v0QxY1aBc9dEf > copy.json
    """
    print_json(run(_exported(conversation)))


@app.command("id")
def id_of(case: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="The number in the case's address.")]) -> None:
    """Print the id of the conversation that a case is about, such as that at /console/desk/17. Status 1 if none is.

    Example: kalauz conversation id 17
    """
    found = run(_id_of(case))
    if found is None:
        answer_is_no("there is no such case, or its conversation was erased")
    typer.echo(found)


async def _id_of(case: int) -> str | None:
    from bot.handoff.tables import HandoffRow
    from knowledge_base.database import Database

    database = Database(settings().database)
    try:
        await database.migrate()
        async with database.reading() as session:
            row = await session.get(HandoffRow, case)
            return row.conversation_id if row is not None else None
    finally:
        await database.close()


async def _exported(conversation: str) -> dict[str, Any]:
    import channels.tables  # noqa: F401
    from bot.export import exported
    from bot.messages import UnknownConversationError
    from bot.vault import Vault
    from knowledge_base.database import Database

    chosen = settings()
    database = Database(chosen.database)
    try:
        await database.migrate()
        async with database.reading() as session:
            return await exported(session, conversation, Vault(*chosen.secret_keys))
    except UnknownConversationError as error:
        answer_is_no(str(error))
    finally:
        await database.close()
