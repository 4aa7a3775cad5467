"""A member of staff, as channels see one, and what can go wrong with an account."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

Role = Literal["editor", "counsellor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# No rules but a length: rules make passwords that are easy to guess and hard to keep in mind.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LONGEST_NAME = 60
LOGIN = re.compile(r"[a-z0-9._-]{2,40}")


@dataclass(frozen=True, slots=True)
class Member:
    """`name` is what migrants see: a first name or a role. `epoch` grows when all sessions of the member end.

    `locked_until` is when the account takes a password again, after too many wrong ones; it may be over. With
    `uses_codes` a password is only half of a sign-in.
    """

    id: int
    login: str
    name: str
    role: Role
    language: str
    active: bool
    epoch: int
    created_at: datetime
    locked_until: datetime | None
    uses_codes: bool = False

    def locked_at(self, now: datetime) -> datetime | None:
        """Until when the account takes no password; None if it takes one."""
        return self.locked_until if self.locked_until is not None and self.locked_until > now else None

    def may(self, role: Role) -> bool:
        """Whether this member has the role; an admin has every one."""
        return self.role in (role, "admin")


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what: `login` did `action` to the account `subject`."""

    id: int
    at: datetime
    login: str
    action: str
    subject: str


class StaffError(RuntimeError):
    """Something about an account that cannot be done; the message names it."""


class BadLoginError(StaffError):
    """The login cannot be one, or is taken."""


class BadNameError(StaffError):
    """The name is empty, too long, or holds what cannot be shown."""


class BadPasswordError(StaffError):
    """The new password is too short or too long."""


class UnknownStaffError(StaffError):
    """There is no such account."""


class LastAdminError(StaffError):
    """Without this account nobody could open accounts any more."""


class WrongPasswordError(StaffError):
    """No open account has this login and password; which of them is wrong stays unsaid."""


class WrongCodeError(StaffError):
    """The account has no such code at the sign-in, or it was taken already."""


class LockedError(StaffError):
    """Too many wrong passwords or codes; `until` is when the account takes one again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many wrong passwords; locked until {until:%H:%M:%S} UTC")
        self.until = until


def checked_login(login: str) -> str:
    """The login, if it can be one. Raises BadLoginError."""
    if not LOGIN.fullmatch(login):
        raise BadLoginError(
            f"{login!r} cannot be a login: take 2 to 40 of the small letters a to z, digits, dot, hyphen and underscore"
        )
    return login


def checked_name(name: str) -> str:
    """The name without space around it. Raises BadNameError."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadNameError(f"a name has 1 to {LONGEST_NAME} characters that can be shown")
    return name


def checked_password(password: str) -> str:
    """The password, if it may be one. Raises BadPasswordError."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPasswordError(f"a password has at least {SHORTEST_PASSWORD} characters")
    return password


class SignInCodes(Protocol):
    """What keeps the codes at the sign-in; see `bot.staff.codes.Codes`. No account raises UnknownStaffError."""

    async def begin(self, id: int, password: str) -> str: ...

    async def begun(self, id: int) -> str | None: ...

    async def confirm(self, id: int, code: str) -> tuple[Member, list[str]]: ...

    async def check(self, id: int, code: str) -> Member: ...

    async def left(self, id: int) -> int: ...

    async def stop(self, id: int, password: str) -> Member: ...

    async def remove(self, id: int, *, by: str) -> Member: ...


class Staff(Protocol):
    """What keeps the accounts; see `bot.staff.accounts.Accounts`.

    `by` is the login of who does it, for the record of changes. Where a method takes an account's id or login that
    there is not, it raises UnknownStaffError.
    """

    @property
    def codes(self) -> SignInCodes: ...

    async def add(
        self, login: str, *, name: str, role: Role, password: str, language: str = "en", by: str
    ) -> Member: ...

    async def everybody(self) -> Sequence[Member]: ...

    async def by_id(self, id: int) -> Member: ...

    async def by_login(self, login: str) -> Member: ...

    async def authenticate(self, login: str, password: str) -> Member: ...

    async def introduce(self, id: int, *, name: str, language: str, by: str) -> Member: ...

    async def change_password(self, id: int, old: str, new: str) -> Member: ...

    async def set_password(self, id: int, password: str, *, by: str) -> Member: ...

    async def sign_out(self, id: int) -> Member: ...

    async def give_role(self, id: int, role: Role, *, by: str) -> Member: ...

    async def close(self, id: int, *, by: str) -> Member: ...

    async def open(self, id: int, *, by: str) -> Member: ...

    async def changes(self, *, before: int | None = None, limit: int = 50) -> Sequence[Change]: ...
