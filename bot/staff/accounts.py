"""All SQL and rules of accounts: one transaction a use case, and no transaction while a password is hashed."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.codes import Codes
from bot.staff.locks import lock_after
from bot.staff.member import (
    LOGIN,
    LONGEST_PASSWORD,
    BadLoginError,
    Change,
    LastAdminError,
    LockedError,
    Member,
    Role,
    UnknownStaffError,
    WrongPasswordError,
    checked_login,
    checked_name,
    checked_password,
)
from bot.staff.passwords import Passwords
from bot.staff.rows import member_of, staff_row
from bot.staff.tables import AuditRow, RecoveryCodeRow, StaffRow
from bot.vault import Vault
from knowledge_base.database import Database, in_utc

# Logins of nobody whose tries are remembered; the oldest are forgotten first.
STRANGERS = 10_000


class Accounts:
    """Keeps the accounts; see `bot.staff.member.Staff` for what each method is for."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        passwords: Passwords | None = None,
        *,
        vault: Vault | None = None,
    ) -> None:
        """Without a vault there are no codes at the sign-in: who uses them cannot sign in."""
        self._database = database
        self._now = now
        self._passwords = passwords or Passwords()
        # A login that nobody has is locked like the others, or a lock would tell which logins there are.
        self._strangers: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()
        self.codes = Codes(database, now, self, vault)

    async def add(self, login: str, *, name: str, role: Role, password: str, language: str = "en", by: str) -> Member:
        """Raises BadLoginError, BadNameError or BadPasswordError."""
        checked_login(login)
        row = StaffRow(
            login=login,
            name=checked_name(name),
            role=role,
            password_hash=await self._passwords.hash(checked_password(password)),
            language=language,
            failed=0,
            locked_until=None,
            active=True,
            session_epoch=1,
            created_at=self._now(),
        )
        try:
            async with self._database.transaction() as session:
                session.add(row)
                await session.flush()
                self._note(session, by, f"add {role}", login)
        except IntegrityError as error:
            raise BadLoginError(f"there is already an account {login!r}") from error
        return member_of(row)

    async def everybody(self) -> Sequence[Member]:
        async with self._database.reading() as session:
            return [member_of(row) for row in await session.scalars(select(StaffRow).order_by(StaffRow.login))]

    async def by_id(self, id: int) -> Member:
        async with self._database.reading() as session:
            return member_of(await staff_row(session, id))

    async def by_login(self, login: str) -> Member:
        async with self._database.reading() as session:
            row = await session.scalar(select(StaffRow).where(StaffRow.login == login))
        if row is None:
            raise UnknownStaffError(f"there is no account {login!r}")
        return member_of(row)

    async def authenticate(self, login: str, password: str) -> Member:
        """Whose login and password these are; a member who uses codes has to type one yet.

        Raises LockedError, without looking at the password, or WrongPasswordError.
        """
        now = self._now()
        known = await self._attempt(login, now)
        stored = known.password_hash if known is not None and known.active else None
        # Nobody's password is that long: it is not worth the time.
        fits = await self._passwords.fits(password[:LONGEST_PASSWORD], stored)
        if known is None or not fits or len(password) > LONGEST_PASSWORD:
            raise WrongPasswordError("no account has this login and password")
        newer = await self._passwords.hash(password) if self._passwords.is_outdated(known.password_hash) else None
        async with self._database.transaction() as session:
            row = await staff_row(session, known.id, lock=True)
            if not row.active or row.password_hash != known.password_hash:
                raise WrongPasswordError("the account was changed meanwhile")
            # Where a code is still to come only this try is taken back, or each right password would buy another guess.
            row.failed, row.locked_until = max(row.failed - 1, 0) if row.code_secret else 0, None
            row.password_hash = newer or row.password_hash
        return member_of(row)

    async def introduce(self, id: int, *, name: str, language: str, by: str) -> Member:
        """Raises BadNameError."""
        name = checked_name(name)
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            row.name, row.language = name, language
            self._note(session, by, "introduce", row.login)
        return member_of(row)

    async def change_password(self, id: int, old: str, new: str) -> Member:
        """By the member; it takes the old password, which counts like one at a sign-in. Ends all sessions.

        Raises LockedError, WrongPasswordError or BadPasswordError.
        """
        checked_password(new)
        known = await self.check_password(id, old)
        return await self.set_password(id, new, by=known.login)

    async def check_password(self, id: int, password: str) -> Member:
        """That a member at a page is who they say. Raises LockedError and WrongPasswordError."""
        return await self.authenticate((await self.by_id(id)).login, password)

    async def remove_codes(self, id: int, *, by: str) -> Member:
        """The password alone signs in again."""
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            if row.code_secret is not None:
                self._note(session, by, "codes off", row.login)
            row.code_secret = row.code_begun = row.code_window = None
            await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == id))
        return member_of(row)

    async def set_password(self, id: int, password: str, *, by: str) -> Member:
        """Ends all sessions of the account and a lock. Raises BadPasswordError."""
        hashed = await self._passwords.hash(checked_password(password))
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            row.password_hash, row.failed, row.locked_until = hashed, 0, None
            row.session_epoch += 1
            self._note(session, by, "password", row.login)
        return member_of(row)

    async def sign_out(self, id: int) -> Member:
        """Ends all sessions."""
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            row.session_epoch += 1
        return member_of(row)

    async def give_role(self, id: int, role: Role, *, by: str) -> Member:
        """It counts from the next request on. Raises LastAdminError."""
        async with self._database.transaction() as session:
            if role != "admin":
                await _keep_another_admin(session, id)
            row = await staff_row(session, id, lock=True)
            row.role = role
            self._note(session, by, f"role {role}", row.login)
        return member_of(row)

    async def close(self, id: int, *, by: str) -> Member:
        """Ends all sessions; nobody signs in with it until it is opened. Raises LastAdminError."""
        async with self._database.transaction() as session:
            await _keep_another_admin(session, id)
            row = await staff_row(session, id, lock=True)
            row.active = False
            row.session_epoch += 1
            self._note(session, by, "close", row.login)
        return member_of(row)

    async def open(self, id: int, *, by: str) -> Member:
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            row.active, row.failed, row.locked_until = True, 0, None
            self._note(session, by, "open", row.login)
        return member_of(row)

    async def changes(self, *, before: int | None = None, limit: int = 50) -> Sequence[Change]:
        """Who changed what, newest first; `before` is the id of a change to read on from."""
        found = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            found = found.where(AuditRow.id < before)
        async with self._database.reading() as session:
            return [
                Change(row.id, in_utc(row.at), row.login, row.action, row.subject)
                for row in await session.scalars(found)
            ]

    async def _attempt(self, login: str, now: datetime) -> StaffRow | None:
        """Count a try before its password is looked at, so that many at once are not worth more than one by one.

        Raises LockedError.
        """
        if not LOGIN.fullmatch(login):
            return None
        async with self._database.transaction() as session:
            row = await session.scalar(select(StaffRow).where(StaffRow.login == login).with_for_update())
            failed, until = (row.failed, row.locked_until) if row else self._strangers.get(login, (0, None))
            if until is not None and in_utc(until) > now:
                raise LockedError(in_utc(until))
            lock = lock_after(failed + 1)
            failed, until = failed + 1, now + lock if lock else None
            # Also where there is no such account: it takes as long.
            await session.execute(
                update(StaffRow).where(StaffRow.login == login).values(failed=failed, locked_until=until)
            )
        if row is None:
            self._strangers[login] = failed, until
            self._strangers.move_to_end(login)
            if len(self._strangers) > STRANGERS:
                self._strangers.popitem(last=False)
        return row

    def _note(self, session: AsyncSession, by: str, action: str, subject: str) -> None:
        session.add(AuditRow(at=self._now(), login=by, action=action, subject=subject))


async def _keep_another_admin(session: AsyncSession, id: int) -> None:
    """Raises LastAdminError if the account is the only open one of an admin."""
    # Locked, so that two admins who close each other's accounts at once do not both succeed.
    admins = select(StaffRow).where(StaffRow.role == "admin", StaffRow.active).order_by(StaffRow.id).with_for_update()
    found = (await session.scalars(admins)).all()
    if [row.id for row in found] == [id]:
        raise LastAdminError(f"{found[0].login!r} is the last open account of an admin")
