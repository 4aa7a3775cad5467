"""`kalauz erase`: delete one conversation, where somebody asks for it in another way than in the chat."""

from typing import Annotated

import typer

from channels.cli.output import answer_is_no, run, settings


def erase(conversation: Annotated[str, typer.Argument(help="The conversation's id.")]) -> None:
    """Delete a conversation and all that belongs to it: messages, case, notes, callback. Status 1 if there is none.

    Example: kalauz erase Zk3v0QxY1aBc9dEf
    """
    if not run(_erased(conversation)):
        answer_is_no("there is no such conversation")
    typer.echo("The conversation and all that belongs to it is deleted; backups hold it until they are.")


async def _erased(conversation: str) -> bool:
    from bot import conversations
    from knowledge_base.database import Database

    database = Database(settings().database)
    try:
        await database.migrate()
        async with database.transaction() as session:
            if not await conversations.exists(session, conversation):
                return False
            await conversations.erase(session, conversation)
        await database.forget()
        return True
    finally:
        await database.close()
