"""Passwords: hashed with argon2id in a thread, compared in the same time whether or not there is an account."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# Letters and digits that are not mistaken for each other on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """`hasher` says what a hash costs; a hash that cost less is made anew at the next sign-in."""

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        # Each hash takes tens of megabytes: many sign-ins at once wait for each other.
        self._turn = asyncio.Semaphore(at_once)
        # What an unknown login's password is compared with.
        self._nobody = cache(lambda: self._hasher.hash(secrets.token_urlsafe(32)))

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether the password is the hash's own; None, where there is no account, takes as long and never fits."""
        async with self._turn:
            return await asyncio.to_thread(self._verify, password, stored)

    def is_outdated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, password: str, stored: str | None) -> bool:
        nobody = self._nobody()
        try:
            return self._hasher.verify(stored or nobody, _bytes(password)) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    # Half a character, which a form can hold, is no reason to fail.
    return password.encode("utf-8", "surrogatepass")


def generated() -> str:
    """A password that nobody can guess and anybody can copy from paper: four groups of five."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
