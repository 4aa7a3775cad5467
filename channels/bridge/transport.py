"""Calls to the other desk over HTTP, and what their failures mean: later, or never."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

# How long an answer may take, in seconds.
PATIENCE_S = 20.0
# What says "not now": everything else from 300 to 499 is a refusal that no repetition mends.
LATER = frozenset({408, 425, 429})


class LaterError(RuntimeError):
    """The other desk cannot be reached, or asks for patience; `after_s` is for how long, where it says so."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class RefusedError(RuntimeError):
    """The other desk will not take it. The message holds a status or a kind of failure, and nothing that was sent."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class Transport:
    """`headers` go with every call; `clock` gives the aware time now."""

    def __init__(
        self, *, headers: Mapping[str, str], clock: Callable[[], datetime], patience_s: float = PATIENCE_S
    ) -> None:
        self._clock = clock
        self._client = httpx.AsyncClient(headers=dict(headers), timeout=patience_s)

    async def call(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, if it is a good one. Raises LaterError or RefusedError."""
        try:
            answer = await self._client.request(
                method, url, json=json, content=content, params=params, headers=dict(headers or {})
            )
        except httpx.TransportError as error:
            raise LaterError(type(error).__name__) from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise RefusedError(type(error).__name__) from None
        status = answer.status_code
        if status >= 500 or status in LATER:
            raise LaterError(str(status), _asked_s(answer.headers.get("Retry-After"), self._clock()))
        if status >= 300:
            raise RefusedError(str(status), status)
        return answer

    async def close(self) -> None:
        await self._client.aclose()


def fields(answer: httpx.Response) -> Any:
    """The answer's JSON. Raises RefusedError where it has none: something else answers at this address."""
    try:
        return answer.json()
    except ValueError:
        raise RefusedError("the answer is no JSON") from None


def _asked_s(header: str | None, now: datetime) -> float | None:
    """How long to wait, from seconds or a date."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
