"""Personal data at rest: sealed with the site's key, and opened only for who calls back."""

import base64
import hashlib
import json
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

# What marks a column whose values were sealed here: whoever changes the key finds them by it.
SEALED: Final = {"sealed": True}


class SealedError(RuntimeError):
    """The data was sealed with another key."""


class Vault:
    """Seals with the first key and opens with any, so that a key can be changed (Fernet: AES-128-CBC and HMAC)."""

    def __init__(self, *keys: str) -> None:
        fernets = [Fernet(_derived(key)) for key in keys]
        self._first, self._fernet = fernets[0], MultiFernet(fernets)

    def seal(self, values: dict[str, Any]) -> bytes:
        return self._fernet.encrypt(json.dumps(values).encode())

    def reseal(self, sealed: bytes) -> bytes | None:
        """The same, sealed with the first key; None where it is already. Raises SealedError where no key fits."""
        if _fits(self._first, sealed):
            return None
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken as error:
            raise SealedError("this was sealed with another KALAUZ_SECRET_KEY") from error

    def open(self, sealed: bytes) -> dict[str, Any]:
        """Raises SealedError where no key fits."""
        try:
            values: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise SealedError("this was sealed with another KALAUZ_SECRET_KEY") from error
        return values


def _fits(fernet: Fernet, sealed: bytes) -> bool:
    try:
        fernet.decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"kalauz-vault" + key.encode()).digest())
