"""Codes at the sign-in (TOTP, RFC 6238): made by the member's telephone, each taken once, guessed no faster than
passwords.
"""

import hashlib
import hmac
import logging
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.locks import lock_after
from bot.staff.member import LockedError, Member, WrongCodeError
from bot.staff.passwords import generated
from bot.staff.rows import member_of, staff_row
from bot.staff.tables import AuditRow, RecoveryCodeRow, StaffRow
from bot.vault import SealedError, Vault
from knowledge_base.database import Database, in_utc

if TYPE_CHECKING:
    from bot.staff.accounts import Accounts

log = logging.getLogger(__name__)

ISSUER = "Kalauz"
# How long a code is shown, in seconds, and by how many such windows the telephone's clock may be wrong.
WINDOW_S, DRIFT = 30, 1
DIGITS = 6
RECOVERY_CODES = 8


class Codes:
    """See `bot.staff.member.SignInCodes`; `vault` seals the secrets, without it none is made or known."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], accounts: "Accounts", vault: Vault | None
    ) -> None:
        self._database = database
        self._now = now
        self._accounts = accounts
        self._vault = vault

    async def begin(self, id: int, password: str) -> str:
        """A new secret, which counts once a code of it was typed. Raises LockedError and WrongPasswordError."""
        if self._vault is None:
            raise RuntimeError("there is no vault for the secret")
        await self._accounts.check_password(id, password)
        secret = pyotp.random_base32()
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            row.code_begun = self._vault.seal({"secret": secret})
        return secret

    async def begun(self, id: int) -> str | None:
        """The secret that no code was typed of yet."""
        async with self._database.reading() as session:
            row = await staff_row(session, id)
        return self._opened(row.code_begun)

    async def confirm(self, id: int, code: str) -> tuple[Member, list[str]]:
        """From now on each sign-in asks for a code; everywhere else the member is signed out.

        Returns the codes for who has lost the telephone, which are not shown again. Raises WrongCodeError, also where
        nothing was begun.
        """
        made = [generated() for _ in range(RECOVERY_CODES)]
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            secret = self._opened(row.code_begun)
            window = self._window_of(secret, code, None)
            if window is None:
                raise WrongCodeError("this is no code of the secret that was begun")
            row.code_secret, row.code_begun, row.code_window = row.code_begun, None, window
            row.session_epoch += 1
            await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == id))
            session.add_all(RecoveryCodeRow(staff_id=id, code_hash=_hash(one)) for one in made)
            session.add(AuditRow(at=self._now(), login=row.login, action="codes on", subject=row.login))
        return member_of(row), made

    async def check(self, id: int, code: str) -> Member:
        """Take a code, or one of those for who has lost the telephone; each is taken once.

        Raises LockedError, without looking at the code, and WrongCodeError, which counts like a wrong password.
        """
        now = self._now()
        async with self._database.transaction() as session:
            row = await staff_row(session, id, lock=True)
            if row.locked_until is not None and in_utc(row.locked_until) > now:
                raise LockedError(in_utc(row.locked_until))
            fits = row.active and row.code_secret is not None and await self._takes(session, row, code)
            if fits:
                row.failed, row.locked_until = 0, None
            else:
                row.failed += 1
                lock = lock_after(row.failed)
                row.locked_until = now + lock if lock else None
        if not fits:
            raise WrongCodeError("this is no code of the account, or it was taken already")
        return member_of(row)

    async def left(self, id: int) -> int:
        """How many codes for who has lost the telephone were not used yet."""
        async with self._database.reading() as session:
            own = select(func.count()).select_from(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == id)
            return await session.scalar(own) or 0

    async def stop(self, id: int, password: str) -> Member:
        """By the member. Raises LockedError and WrongPasswordError."""
        known = await self._accounts.check_password(id, password)
        return await self.remove(id, by=known.login)

    async def remove(self, id: int, *, by: str) -> Member:
        """The password alone signs in again."""
        return await self._accounts.remove_codes(id, by=by)

    async def _takes(self, session: AsyncSession, row: StaffRow, code: str) -> bool:
        window = self._window_of(self._opened(row.code_secret), code, row.code_window)
        if window is not None:
            row.code_window = window
            return True
        recovery = await session.get(RecoveryCodeRow, (row.id, _hash(code)))
        if recovery is None:
            return False
        await session.delete(recovery)
        return True

    def _window_of(self, secret: str | None, code: str, last: int | None) -> int | None:
        """The window whose code this is, if it is near now and later than the last one that was taken."""
        if secret is None:
            return None
        typed, here = _digits(code), int(self._now().timestamp()) // WINDOW_S
        maker = pyotp.TOTP(secret, digits=DIGITS, interval=WINDOW_S)
        # Every one is compared, so that the time tells nothing.
        found = [
            window
            for window in range(here - DRIFT, here + DRIFT + 1)
            if hmac.compare_digest(maker.generate_otp(window), typed)
        ]
        return next((window for window in found if last is None or window > last), None)

    def _opened(self, sealed: bytes | None) -> str | None:
        if sealed is None or self._vault is None:
            return None
        try:
            return str(self._vault.open(sealed)["secret"])
        except SealedError:
            # The other codes still work.
            log.error("the secrets of sign-in codes were sealed with another KALAUZ_SECRET_KEY")
            return None


def address(secret: str, login: str) -> str:
    """What a telephone's code app reads, mostly as a picture: `otpauth://totp/…`."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=WINDOW_S).provisioning_uri(name=login, issuer_name=ISSUER)


def _digits(code: str) -> str:
    """The digits of a code, whatever the script and whatever stands between them."""
    return "".join(str(unicodedata.decimal(c)) for c in code[:40] if c.isdecimal())


def _hash(code: str) -> str:
    """Nobody guesses what has about 99 random bits: it needs no slow hash."""
    plain = "".join(c for c in code[:100].lower() if c.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
