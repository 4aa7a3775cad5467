"""Who is signed in: a signed cookie that holds an account's id and epoch, and tokens that only its forms have."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from bot.staff.member import Member

COOKIE = "kalauz-console"
# A session ends when it was not used for so long, and in any case after so long.
IDLE = timedelta(hours=4)
LONGEST = timedelta(hours=16)
# How long after the password the code is waited for.
CODE_WAIT = timedelta(minutes=5)
# How old the cookie's `seen` may be before it is written again.
RENEWED = timedelta(minutes=5)
# How much the clocks of two servers may differ. What began later than that was begun by a clock that went wrong.
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Session:
    """`said` is what the next page tells; times are in seconds since 1970. Without `member` nobody is signed in.

    `half` is who has typed a right password, and has to type a code yet.
    """

    key: str
    started: float
    seen: float
    member: int | None = None
    epoch: int = 0
    said: tuple[str, ...] = ()
    half: int | None = None

    @classmethod
    def begun(cls, now: datetime, member: Member | None = None) -> "Session":
        """A new one, with a new key: nobody who knew the old one is signed in by it."""
        at = now.timestamp()
        key = secrets.token_urlsafe(16)
        return cls(key, at, at, member.id, member.epoch) if member else cls(key, at, at)

    @classmethod
    def half_begun(cls, now: datetime, member: Member) -> "Session":
        """For who has typed a right password, and has to type a code yet."""
        return replace(cls.begun(now), half=member.id, epoch=member.epoch)

    def waits_for_code(self, now: datetime) -> int | None:
        """The id of the member whose code is waited for; None where none is, or not any more."""
        return self.half if now.timestamp() < self.started + CODE_WAIT.total_seconds() else None

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used again."""
        last = min(self.seen + IDLE.total_seconds(), self.started + LONGEST.total_seconds())
        return datetime.fromtimestamp(last, UTC)

    def is_of(self, member: Member) -> bool:
        """Whether the member may still use it."""
        return member.active and (member.id, member.epoch) == (self.member, self.epoch)


class Sessions:
    """Signs with the first key and knows any, so that a key can be changed."""

    def __init__(self, keys: Callable[[], tuple[str, ...]]) -> None:
        self._keys = keys

    def read(self, cookie: str | None, now: datetime) -> Session | None:
        """The cookie's session; None for what we did not sign, for one that has ended, or not begun."""
        held = _loaded(self._cookies, cookie)
        try:
            session = Session(**{**held, "said": tuple(held["said"])})
        except (KeyError, TypeError):
            return None
        begun = session.started <= (now + SKEW).timestamp()
        return session if begun and now < session.ends_at else None

    def write(self, session: Session) -> str:
        return _text(self._cookies.dumps(asdict(session)))

    def token(self, session: Session) -> str:
        """What a form of this session holds; never the same twice, so that a packed page does not give it away."""
        return _text(self._tokens.dumps({"key": session.key, "salt": secrets.token_urlsafe(8)}))

    def is_token(self, token: str | None, session: Session) -> bool:
        return secrets.compare_digest(str(_loaded(self._tokens, token).get("key", "")), session.key)

    @cached_property
    def _cookies(self) -> URLSafeSerializer:
        return self._signer("kalauz-console-session")

    @cached_property
    def _tokens(self) -> URLSafeSerializer:
        return self._signer("kalauz-console-form")

    def _signer(self, salt: str) -> URLSafeSerializer:
        # itsdangerous signs with the last key.
        keys = [key.encode() for key in reversed(self._keys())]
        return URLSafeSerializer(keys, salt=salt, signer_kwargs={"digest_method": staticmethod(hashlib.sha256)})


def _loaded(signer: URLSafeSerializer, signed: str | None) -> Mapping[str, Any]:
    try:
        held = signer.loads(signed or "")
    except BadData:
        return {}
    return held if isinstance(held, dict) else {}


def _text(signed: str | bytes) -> str:
    return signed if isinstance(signed, str) else signed.decode("ascii")
