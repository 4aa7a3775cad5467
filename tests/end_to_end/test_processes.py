"""Two servers on one PostgreSQL, as two processes of one site."""

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from knowledge_base.database import Database
from retrieval.encoder import Encoder
from tests import postgres
from tests.benchmarks.chaos import storm
from tests.bot.handoff.conftest import hired
from tests.channels.bridge.conftest import ALWAYS
from tests.channels.conftest import Talk, data_folder
from tests.channels.console.conftest import Visitor
from tests.databases import ask
from tests.end_to_end.conftest import DEADLINE_S, Server

Result = TypeVar("Result")


class Site:
    """`one` and `other` serve the same site; `say` speaks to the database itself."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        # What is committed is there after a crash, as it has to be.
        self.postgres = postgres.Server(synchronous_commit="on")
        self.url = self.postgres.url(asyncio.run(self.postgres.create()))
        data_folder(folder, encoder, database_url=self.url)
        self.with_database(lambda database: hired(database, "Anna", "editor"))
        self.with_database(lambda database: hired(database, "Judit", languages=["en"], weekly=ALWAYS))
        self.one, self.other = (Server(folder, database_url=self.url) for _ in range(2))

    def with_database(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def worked() -> Result:
            database = Database(self.url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(worked())

    def say(self, statement: str, **values: Any) -> list[Any]:
        return ask(self.url, statement, **values)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"), encoder)
    try:
        for server in (site.one, site.other):
            server.start()
            server.wait_for("/ready")
        yield site
    finally:
        site.one.stop()
        site.other.stop()
        site.postgres.close()


@pytest.fixture
def one(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.one.url) as client:
        yield client


@pytest.fixture
def other(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.other.url) as client:
        yield client


def until(holds: Callable[[], object]) -> float:
    """Wait for it; after how many seconds it was so."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() < begun + DEADLINE_S, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - begun


def signed_in(client: httpx.Client, login: str) -> Visitor:
    visitor = Visitor(client, {})  # type: ignore[arg-type]
    assert visitor.sign_in(login).status_code == 303
    return visitor


def case_of(site: Site, talk: Talk) -> int:
    ((id,),) = site.say("SELECT id FROM handoffs WHERE conversation_id = :id", id=talk.started["id"])
    return int(id)


def test_what_is_published_in_one_is_answered_by_the_other_within_a_second(
    one: httpx.Client, other: httpx.Client
) -> None:
    # A busy machine makes one of them slow, and not all.
    assert min(published(one, other, over) for over in range(1, 4)) < 1.0


def published(one: httpx.Client, other: httpx.Client, over: int) -> float:
    """Publish a text over a revision in one; after how many seconds the other answers with it."""
    anna, path, body = signed_in(one, "staff0"), "/content/health-card/en", f"Office number {over} gives you the card."
    anna.get(path)
    fields = {"title": "Health card", "section-0-text": body, "over": str(over), "act": "major"}
    assert anna.send(path, **fields).status_code == 303
    return until(lambda: body in Talk(other).write('/article{"id": "health-card"}').text)  # type: ignore[arg-type]


def test_what_a_counsellor_writes_at_one_is_in_the_stream_that_the_other_holds(
    site: Site, one: httpx.Client, other: httpx.Client
) -> None:
    talk = Talk(other)  # type: ignore[arg-type]
    cursor = talk.write("/human").json()["cursor"]
    case = case_of(site, talk)
    judit = signed_in(one, "staff1")
    judit.get(f"/desk/{case}")
    assert judit.send(f"/desk/{case}/accept").status_code == 303
    waits = []
    with other.stream("GET", f"{talk.path}/stream", params={"after": cursor}, headers=talk.headers) as stream:
        events = _events(stream.iter_lines())
        assert "Judit is here now" in next(events)[1]["text"]
        judit.get(f"/desk/{case}")
        assert judit.send(f"/desk/{case}/typing").status_code == 204
        assert next(events) == ("typing", {"name": "Judit"})
        for number in range(3):
            begun = time.monotonic()
            answer = {"text": f"Answer {number}", "client_id": f"answer-{number}"}
            assert judit.send(f"/desk/{case}/reply", **answer).status_code == 303
            _, message = next(events)
            waits.append(time.monotonic() - begun)
            assert (message["sender"], message["text"]) == ("person", f"Answer {number}")
    assert min(waits) < 1.0


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    kind = ""
    for line in lines:
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


def test_a_database_that_is_started_anew_is_found_again(site: Site, one: httpx.Client, other: httpx.Client) -> None:
    talk = Talk(other)  # type: ignore[arg-type]
    site.postgres.stop()
    refused = talk.write("/privacy")
    assert (refused.status_code, refused.json()["code"]) == (503, "database")
    unseen = other.get("/console/sign-in")
    assert (unseen.status_code, "It was logged. Please try again." in unseen.text) == (503, True)
    assert one.get("/health").status_code == 200
    assert one.get("/ready").json()["code"] == "database"
    site.postgres.start()
    until(lambda: talk.write("/privacy").status_code == 201)
    # The processes hear of each other again.
    newest = "SELECT max(number) FROM revisions WHERE article_id = 'health-card'"
    until(lambda: published(one, other, site.say(newest)[0][0]) < 1.0)


def test_who_is_killed_under_load_loses_and_doubles_nothing(site: Site) -> None:
    def killed() -> None:
        site.other.stop(signal.SIGKILL)
        site.other.start()
        site.other.wait_for("/ready")

    def crashed() -> None:
        site.postgres.crash()
        site.postgres.start()

    counts = storm([site.one.url, site.other.url], [killed, crashed], people=2)
    assert counts.is_right, counts
    assert counts.tries > 0


def test_the_clock_moves_a_case_once_and_goes_on_when_a_process_dies(
    site: Site, one: httpx.Client, other: httpx.Client
) -> None:
    def waited_in_vain(client: httpx.Client) -> Talk:
        talk = Talk(client)  # type: ignore[arg-type]
        talk.write("/human")
        ((since,),) = site.say("SELECT since - interval '30 days' FROM handoffs WHERE id = :id", id=case_of(site, talk))
        site.say("UPDATE handoffs SET since = :since WHERE id = :id", since=since, id=case_of(site, talk))
        return talk

    def apologies(talk: Talk) -> int:
        return sum("no person could come" in message["text"] for message in talk.read().json()["messages"])

    def state(talk: Talk) -> str:
        return str(site.say("SELECT state FROM handoffs WHERE id = :id", id=case_of(site, talk))[0][0])

    talks = [waited_in_vain(client) for client in (one, other, one, other)]
    until(lambda: all(state(talk) == "expired" for talk in talks))
    site.one.stop(signal.SIGKILL)
    later = waited_in_vain(other)
    until(lambda: state(later) == "expired")
    on_other = [talk for talk in (*talks, later) if talk._client is other]
    assert [apologies(talk) for talk in on_other] == [1, 1, 1]
    told = site.say("SELECT count(*) FROM events WHERE CAST(data AS text) LIKE '%no person could come%'")
    assert told == [(len(talks) + 1,)]
