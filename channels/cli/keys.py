"""`kalauz keys`: from an old `KALAUZ_SECRET_KEY` to a new one."""

from typing import TYPE_CHECKING

import typer

from channels.cli.output import answer_is_no, bad_use, run, settings

if TYPE_CHECKING:
    from bot.rotation import Rotated

app = typer.Typer(help="The key that seals personal data.", no_args_is_help=True)


@app.command("rotate")
def rotate() -> None:
    """Seal everything anew with the first key of KALAUZ_SECRET_KEY, `new,old`; then the old one can be dropped.

    Status 1 if something was sealed with a key that is not there.

    Example: kalauz keys rotate
    """
    chosen = settings()
    if len(chosen.secret_keys) < 2:
        bad_use("put the new key before the old one: KALAUZ_SECRET_KEY=new,old")
    done = run(_rotated(chosen.database, chosen.secret_keys))
    typer.echo(f"{done.resealed} sealed anew, {done.current} had the new key already.")
    if done.lost:
        answer_is_no(f"{done.lost} were sealed with a key that is not there: keep looking for it, or erase them")
    typer.echo("The old key is no longer needed for what is stored; backups from before still need it.")


async def _rotated(url: str, secret_keys: tuple[str, ...]) -> "Rotated":
    import channels.tables  # noqa: F401
    from bot.rotation import rotate
    from bot.vault import Vault
    from knowledge_base.database import Database

    database = Database(url)
    try:
        await database.migrate()
        return await rotate(database, Vault(*secret_keys))
    finally:
        await database.close()
