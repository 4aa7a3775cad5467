"""Pages from a real server, and what it may not do to us."""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from knowledge_base.intake.extract import LARGEST, IntakeError
from knowledge_base.intake.fetching import Fetched, fetch, parsed
from knowledge_base.intake.outside import Guard, Reach
from tests.knowledge_base.intake.server import (
    LOOPBACK,
    Page,
    Website,
    closed_port,
    endless,
    packed,
    self_signed,
    slow,
    website,
)

HTML = b"<html><body><p>Hello</p></body></html>"


@pytest.fixture(scope="module")
def site() -> Iterator[Website]:
    pages = {
        "/": Page(HTML),
        "/packed": Page(gzip.compress(HTML), headers={"Content-Encoding": "gzip"}),
        "/moved": Page(status=302, headers={"Location": "/?a=1#part"}),
        "/round": Page(status=301, headers={"Location": "/round"}),
        "/inside": Page(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"}),
        "/ssh": Page(status=302, headers={"Location": "http://127.0.0.1:22/"}),
        "/script": Page(status=302, headers={"Location": "javascript:alert(1)"}),
        "/file": Page(status=302, headers={"Location": "file:///etc/passwd"}),
        "/gone": Page(status=410),
        "/bomb": packed(LARGEST + 1),
        "/endless": Page(write=endless),
        "/slow": Page(write=slow),
        "/cut": Page(gzip.compress(HTML)[:-10], headers={"Content-Encoding": "gzip"}),
        "/brotli": Page(HTML, headers={"Content-Encoding": "br"}),
        "/picture": Page(b"\x89PNG", type="image/png"),
        "/nothing": Page(HTML, type=""),
        "/report": Page(b"%PDF-1.4", type="application/octet-stream"),
    }
    with website(pages) as site:
        yield site


async def got(site: Website, path: str, **settings: float) -> Fetched:
    return await fetch(f"{site.url}{path}", Guard(site.reach), **settings)


async def test_a_page_is_fetched_packed_or_not_and_where_it_moved(site: Website) -> None:
    assert await got(site, "/") == Fetched(HTML, "html", f"{site.url}/", "utf-8")
    assert (await got(site, "/packed")).data == HTML
    assert (await got(site, "/moved")).url == f"{site.url}/?a=1"


async def test_a_file_is_known_by_what_it_begins_with(site: Website) -> None:
    assert (await got(site, "/report")).kind == "pdf"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/inside", "private"),
        ("/ssh", "private"),
        ("/script", "address"),
        ("/file", "address"),
        ("/round", "unreachable"),
        ("/gone", "status: 410"),
        ("/bomb", "too_large"),
        ("/endless", "too_large"),
        ("/cut", "broken"),
        ("/brotli", "broken"),
        ("/picture", "kind"),
        ("/nothing", "kind"),
    ],
)
async def test_what_cannot_or_may_not_be_fetched_says_why(site: Website, path: str, reason: str) -> None:
    with pytest.raises(IntakeError, match=f"^{reason}"):
        await got(site, path)


async def test_a_server_that_never_ends_is_given_up(site: Website) -> None:
    with pytest.raises(IntakeError, match="too_slow"):
        await got(site, "/slow", whole_s=0.3)


async def test_without_being_allowed_this_machine_is_not_asked(site: Website) -> None:
    before = len(site.asked)
    with pytest.raises(IntakeError, match="private"):
        await fetch(f"{site.url}/", Guard(Reach(ports=frozenset({site.port}))))
    assert len(site.asked) == before


async def test_a_name_is_resolved_once_and_the_address_that_was_checked_is_asked(site: Website) -> None:
    """A second look could find another address: that is how names are rebound."""
    looked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.1"]

    fetched = await fetch(f"http://rebound.example:{site.port}/", Guard(site.reach, resolve))
    assert (fetched.data, looked) == (HTML, ["rebound.example"])
    assert site.asked[-1] == ("/", f"rebound.example:{site.port}")


async def test_each_redirect_is_resolved_and_checked_again(site: Website) -> None:
    looked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.1"]

    with pytest.raises(IntakeError, match=r"private: 10\.0\.0\.1"):
        await fetch(f"http://rebound.example:{site.port}/moved", Guard(site.reach, resolve))
    assert looked == ["rebound.example"] * 2


async def test_the_next_address_is_asked_where_the_first_does_not_answer(site: Website) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    assert (await fetch(f"http://two.example:{site.port}/", Guard(site.reach, resolve))).data == HTML


async def test_nobody_who_answers_is_told(site: Website) -> None:
    port = closed_port()
    with pytest.raises(IntakeError, match="unreachable"):
        await fetch(f"http://127.0.0.1:{port}/", Guard(Reach((LOOPBACK,), frozenset({port}))))


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with website({"/": Page(HTML)}, certificate=self_signed(tmp_path)) as site:
        with pytest.raises(IntakeError, match="unreachable"):
            await fetch(f"https://127.0.0.1:{site.port}/", Guard(site.reach))
        assert site.asked == []


async def test_what_speaks_no_tls_is_not_trusted(site: Website) -> None:
    with pytest.raises(IntakeError, match="unreachable"):
        await fetch(f"https://127.0.0.1:{site.port}/", Guard(site.reach))


@pytest.mark.parametrize(
    "address",
    [
        *("", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://", "http:///x", "gopher://x"),
        *("http://anna:secret@example.org/", "http://anna@example.org/", "http://exa mple.org", "http://[::1"),
        f"http://example.org/{'x' * 2000}",
    ],
)
def test_what_is_no_plain_web_address_is_refused(address: str) -> None:
    with pytest.raises(IntakeError, match="address"):
        parsed(address)
