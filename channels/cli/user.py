"""`kalauz user`: the staff's accounts, from the server's own terminal."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.staff.member import ROLES, Member, StaffError, checked_login, checked_name, checked_password
from channels.cli.output import answer_is_no, bad_use, print_json, print_rows, run, settings

if TYPE_CHECKING:
    from bot.staff.accounts import Accounts

Result = TypeVar("Result")
app = typer.Typer(help="Accounts of the staff console.", no_args_is_help=True)

# Who it was, in the record of changes: no login can be this.
TERMINAL = "(terminal)"

Login = Annotated[str, typer.Argument(metavar="NAME", help="What the member signs in with.")]
Json = Annotated[bool, typer.Option("--json", help="Print an object.")]


@app.command("add")
def add(
    login: Login,
    role: Annotated[str, typer.Option(help="editor, counsellor or admin.")],
    name: Annotated[str | None, typer.Option(help="What migrants see; left out, NAME.")] = None,
    language: Annotated[str, typer.Option(help="Language of the console for this member.")] = "en",
    json: Json = False,
) -> None:
    """Make an account. Asks for a password (or reads a line); left empty, one is made and shown, once.

    Status 1 if there is such an account already.

    Example: kalauz user add anna --role counsellor --language hu
    """
    from channels.console.texts import CONSOLE

    if role not in ROLES:
        bad_use(f"--role is one of {', '.join(ROLES)}, not {role!r}")
    if language not in CONSOLE.languages():
        bad_use(f"the console speaks {', '.join(sorted(CONSOLE.languages()))}, not {language!r}")
    try:
        checked_login(login)
        name = checked_name(name if name is not None else login)
    except StaffError as error:
        bad_use(str(error))
    password, made = _password()

    async def work(accounts: "Accounts") -> Member:
        return await accounts.add(login, name=name, role=role, password=password, language=language, by=TERMINAL)

    _print(_done(work), made, json=json, said=f"{login} can sign in as {role}")


@app.command("list")
def list_everybody(
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> None:
    """Show every account. Status 1 if there is none.

    Example: kalauz user list
    """

    async def work(accounts: "Accounts") -> Sequence[Member]:
        return await accounts.everybody()

    found = _done(work)
    if json:
        print_json([_object(member) for member in found])
    elif found:
        rows = [
            [m.login, m.name, m.role, m.language, "open" if m.active else "closed", f"{m.created_at:%Y-%m-%d}"]
            for m in found
        ]
        print_rows(["login", "name", "role", "language", "state", "made"], rows)
    if not found:
        answer_is_no("there is no account yet; `kalauz user add NAME --role admin` makes one")


@app.command("password")
def set_password(login: Login, json: Json = False) -> None:
    """Give an account a new password; that signs it out everywhere, and ends a lock. Status 1 if there is none.

    Asks for the password (or reads a line); left empty, one is made and shown, once.

    Example: kalauz user password anna
    """
    password, made = _password()

    async def work(accounts: "Accounts") -> Member:
        return await accounts.set_password((await accounts.by_login(login)).id, password, by=TERMINAL)

    _print(_done(work), made, json=json, said=f"{login} has a new password")


@app.command("close")
def close(login: Login, json: Json = False) -> None:
    """Close an account; that signs it out everywhere. Status 1 if there is none, or no other open one of an admin.

    Example: kalauz user close anna
    """

    async def work(accounts: "Accounts") -> Member:
        return await accounts.close((await accounts.by_login(login)).id, by=TERMINAL)

    _print(_done(work), None, json=json, said=f"{login} is closed")


@app.command("open")
def open_again(login: Login, json: Json = False) -> None:
    """Open a closed account again, or end its lock. Status 1 if there is none.

    Example: kalauz user open anna
    """

    async def work(accounts: "Accounts") -> Member:
        return await accounts.open((await accounts.by_login(login)).id, by=TERMINAL)

    _print(_done(work), None, json=json, said=f"{login} is open")


@app.command("codes-off")
def codes_off(login: Login, json: Json = False) -> None:
    """Let an account sign in with its password alone again, as after a lost telephone. Status 1 if there is none.

    Example: kalauz user codes-off anna
    """

    async def work(accounts: "Accounts") -> Member:
        return await accounts.codes.remove((await accounts.by_login(login)).id, by=TERMINAL)

    _print(_done(work), None, json=json, said=f"{login} signs in with the password alone")


def _password() -> tuple[str, str | None]:
    """The password, and once more if it was made here and has to be shown."""
    from bot.staff.passwords import generated

    if sys.stdin.isatty():
        typed = typer.prompt(
            "Password (leave it empty to get one made)", default="", hide_input=True, show_default=False
        )
        if typed and typer.prompt("Once more", hide_input=True) != typed:
            bad_use("these are two different passwords")
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    if not typed:
        made = generated()
        return made, made
    try:
        return checked_password(typed), None
    except StaffError as error:
        bad_use(str(error))


def _done(work: "Callable[[Accounts], Awaitable[Result]]") -> Result:
    """What came of work on the accounts; what cannot be done is said, with status 1."""

    async def opened() -> Result:
        from bot.staff.accounts import Accounts
        from channels.service import now
        from knowledge_base.database import Database

        database = Database(settings().database)
        try:
            await database.migrate()
            return await work(Accounts(database, now))
        except StaffError as error:
            answer_is_no(str(error))
        finally:
            await database.close()

    return run(opened())


def _object(member: Member) -> dict[str, Any]:
    return {key: value for key, value in asdict(member).items() if key != "epoch"}


def _print(member: Member, made: str | None, *, json: bool, said: str) -> None:
    if json:
        print_json(_object(member) | ({"password": made} if made else {}))
        return
    typer.echo(said)
    if made:
        typer.echo(f"password, shown only now: {made}")
