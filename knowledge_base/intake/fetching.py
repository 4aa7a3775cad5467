"""One page or file from the web: whoever names it decides what is asked, so the limits are here."""

import asyncio
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import certifi
import httpcore
import httpx

from knowledge_base.intake.extract import LARGEST, IntakeError, Kind
from knowledge_base.intake.kinds import DOCX, kind_of
from knowledge_base.intake.outside import Guard

REDIRECTS = 5
# For all of it, and for each wait, in seconds.
WHOLE_S, WAIT_S = 30.0, 10.0
HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "Kalauz (an editor reads this page)",
    "Accept": f"text/html, application/xhtml+xml, application/pdf, {DOCX}, text/markdown, text/plain;q=0.8",
    "Accept-Encoding": "gzip",
}
LONGEST_ADDRESS = 2000
CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
# A name in ASCII, as it is resolved, or an address.
HOST = re.compile(rb"[0-9a-z._:-]+")


@dataclass(frozen=True, slots=True)
class Fetched:
    """`url` is where it was in the end, `charset` what its server says of its letters, if it does."""

    data: bytes
    kind: Kind
    url: str
    charset: str = ""


async def fetch(address: str, guard: Guard, *, whole_s: float = WHOLE_S) -> Fetched:
    """Follows redirects, each of which is checked like the first. Raises IntakeError."""
    url = parsed(address)
    try:
        async with (
            asyncio.timeout(whole_s),
            httpcore.AsyncConnectionPool(
                ssl_context=ssl.create_default_context(cafile=certifi.where()), network_backend=guard
            ) as pool,
        ):
            for _ in range(REDIRECTS + 1):
                found = await _asked(pool, url)
                if isinstance(found, Fetched):
                    return found
                url = found
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise IntakeError("too_slow") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise IntakeError("unreachable", url.host) from error
    raise IntakeError("unreachable", "too many redirects")


def parsed(address: str) -> httpx.URL:
    """A web address as it will be asked. Raises IntakeError for one with a name and password, or that is none."""
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise IntakeError("address") from error
    is_plain = HOST.fullmatch(url.raw_host) and not url.userinfo and len(str(url)) <= LONGEST_ADDRESS
    if url.scheme not in ("http", "https") or not is_plain:
        raise IntakeError("address")
    return url


async def _asked(pool: httpcore.AsyncConnectionPool, url: httpx.URL) -> Fetched | httpx.URL:
    """What is there, or where it is said to be."""
    asked = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    host = url.netloc.decode("ascii")
    wait = dict.fromkeys(("connect", "read", "write", "pool"), WAIT_S)
    headers = {"Host": host, **HEADERS, "Connection": "close"}
    async with pool.stream("GET", asked, headers=headers, extensions={"timeout": wait}) as response:
        known = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in (301, 302, 303, 307, 308) and "location" in known:
            return _joined(url, known["location"])
        if response.status != 200:
            raise IntakeError("status", str(response.status))
        data = b"".join([chunk async for chunk in unpacked(response.aiter_stream(), known)])
    said = known.get("content-type", "")
    charset = CHARSET.search(said)
    # Without its fragment, which only a browser knows.
    where = str(url.copy_with(fragment=None))
    return Fetched(data, kind_of(data, said, url.path), where, charset[1] if charset else "")


def _joined(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return parsed(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise IntakeError("address") from error


async def unpacked(
    chunks: AsyncIterator[bytes], headers: Mapping[str, str], largest: int = LARGEST
) -> AsyncIterator[bytes]:
    """The body as it was before it was packed, up to a size in bytes. Raises IntakeError."""
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip"):
        raise IntakeError("broken", packing)
    unpacking = zlib.decompressobj(wbits=31) if "gzip" in packing else None
    size = 0
    async for chunk in chunks:
        waiting = chunk
        while waiting:
            if unpacking is None:
                piece, waiting = waiting, b""
            else:
                try:
                    piece = unpacking.decompress(waiting, largest - size + 1)
                except zlib.error as error:
                    raise IntakeError("broken", packing) from error
                waiting = unpacking.unconsumed_tail
            size += len(piece)
            if size > largest:
                raise IntakeError("too_large")
            if piece:
                yield piece
            if unpacking is not None and unpacking.eof:
                return
    if unpacking is not None and not unpacking.eof:
        raise IntakeError("broken", packing)
