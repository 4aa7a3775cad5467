"""Signatures over a body: with the time, so that an old one is worth nothing, or as Zammad makes them, without."""

import hashlib
import hmac
from datetime import datetime, timedelta

# A letter may be on its way so long, and clocks may differ so much.
FRESH = timedelta(minutes=5)


class NotSignedError(PermissionError):
    """The signature is missing, wrong or old."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of `{timestamp}.{body}` in hexadecimal digits; the time in seconds since 1970."""
    signed = timestamp.encode("utf-8", "replace") + b"." + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def check(secret: str, timestamp: str | None, given: str | None, body: bytes, now: datetime) -> None:
    """Raises NotSignedError."""
    stamp = timestamp or ""
    if not _same(given, signature(secret, stamp, body)):
        raise NotSignedError("the signature is missing or wrong")
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp[:18])) > FRESH.total_seconds():
        raise NotSignedError("the signature is too old, or a clock is wrong")


def check_undated(secret: str, given: str | None, body: bytes) -> None:
    """`sha1=` and the HMAC-SHA1 of the body, as WebSub and Zammad sign. Raises NotSignedError."""
    if not _same(given, f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"):
        raise NotSignedError("the signature is missing or wrong")


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), expected.encode())
