"""Whatever breaks around the program: it says so, stores nothing by halves, loses nothing, and goes on by itself."""

import resource
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from retrieval.encoder import Encoder
from tests.channels.conftest import Talk, data_folder, serving, stored, take_in, until
from tests.channels.test_publish import called, title
from tests.databases import ask, chosen_url
from tests.warm import warm_phrases

QUESTION = "How do I get a health card?"
# No file of a database is smaller, in bytes.
NOTHING_FITS = 4096
# How long a slow disk takes for a message, in seconds.
SLOW_S = 0.4


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow, as where there is no space left."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (NOTHING_FITS, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def written(talk: Talk) -> list[tuple[str, str | None]]:
    """Who wrote each message, and a migrant's own id of it."""
    return [(one["sender"], one["client_id"]) for one in talk.read().json()["messages"]]


def test_on_a_full_disk_nothing_is_stored_by_halves_and_what_is_sent_again_counts_once(
    tmp_path: Path, encoder: Encoder
) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        talk = Talk(client)
        assert talk.write(QUESTION, "message-0").status_code == 201
        before, rows = written(talk), stored(settings)
        with full_disk():
            refused = [talk.write(QUESTION, f"message-{number}") for number in (1, 2, 3)]
            assert [response.status_code for response in refused] == [500] * 3
            assert {response.json()["code"] for response in refused} == {"internal"}
            ready = client.get("/ready")
            assert (ready.status_code, ready.json()["code"]) == (503, "database")
            assert client.get("/health").status_code == 200
            assert written(talk) == before
            assert client.post("/api/v1/ask", json={"text": QUESTION}).json()["outcome"] == "answer"
        assert client.get("/ready").status_code == 200
        assert stored(settings) == rows
        again = [talk.write(QUESTION, f"message-{number}") for number in (1, 2, 3, 3)]
        assert [response.status_code for response in again] == [201] * 4
        sent = [f"message-{number}" for number in range(4)]
        assert [id for sender, id in written(talk) if sender == "migrant"] == sent
        assert sum(sender == "bot" for sender, _ in written(talk)) == len(sent) + 1


@contextmanager
def slow_disk(url: str) -> Iterator[None]:
    """A message is stored only after SLOW_S, in which whoever stores it holds what it has locked."""
    if make_url(url).get_backend_name() == "postgresql":
        stored_slowly = f"CREATE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep({SLOW_S}); RETURN NEW; END'"
        ask(url, f"{stored_slowly} LANGUAGE plpgsql")
        ask(url, "CREATE TRIGGER slow AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION slow()")
        yield
        ask(url, "DROP FUNCTION slow() CASCADE")
        return

    def learn(connection: DBAPIConnection, record: object) -> None:
        cast(Any, connection).create_function("slow", 0, lambda: time.sleep(SLOW_S))

    event.listen(Engine, "connect", learn)
    ask(url, "CREATE TRIGGER slow AFTER INSERT ON events WHEN NEW.type = 'user' BEGIN SELECT slow(); END")
    yield
    ask(url, "DROP TRIGGER slow")
    event.remove(Engine, "connect", learn)


def test_on_a_slow_disk_everybody_waits_and_who_sends_again_meanwhile_is_counted_once(
    tmp_path: Path, encoder: Encoder
) -> None:
    settings = data_folder(tmp_path, encoder, database_url=chosen_url(tmp_path))
    with slow_disk(settings.database), serving(settings) as client:
        talks = [Talk(client) for _ in range(3)]
        sent = [f"message-{number}" for number in range(3)]

        def write(talk: Talk) -> None:
            for id in sent:
                # As a browser does that hears nothing for a while.
                with ThreadPoolExecutor() as impatient:
                    responses = list(impatient.map(talk.write, [QUESTION] * 2, [id] * 2))
                assert [response.status_code for response in responses] == [201, 201]
                assert responses[0].json() == responses[1].json()

        with ThreadPoolExecutor() as people:
            writing = [people.submit(write, talk) for talk in talks]
            waited = []
            while not all(one.done() for one in writing):
                began = time.monotonic()
                assert client.get("/health").status_code == 200
                waited.append(time.monotonic() - began)
        for one in writing:
            one.result()
        assert max(waited) < SLOW_S
        for talk in talks:
            assert [id for sender, id in written(talk) if sender == "migrant"] == sent
            assert sum(sender == "bot" for sender, _ in written(talk)) == len(sent) + 1


def damage(index_dir: Path) -> int:
    """Write something else into every file of the index but the phrases' vectors, which take minutes to make."""
    files = [path for path in index_dir.rglob("*") if path.is_file() and "phrases" not in path.parts]
    for path in files:
        path.write_bytes(b"\x00damaged" + path.read_bytes()[:50])
    return len(files)


def test_a_damaged_index_is_made_again_while_the_old_one_serves_and_after_a_restart(
    tmp_path: Path, encoder: Encoder
) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        assert title(client) == "Health card"
        assert damage(settings.index_dir) > 2
        assert title(client) == "Health card"
        assert client.get("/ready").status_code == 200
        take_in(settings, called("Card of health"))
        until(lambda: title(client) == "Card of health")
    damage(settings.index_dir)
    with serving(settings) as client:
        assert title(client) == "Card of health"


def test_an_index_that_is_gone_is_made_again(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings):
        pass
    shutil.rmtree(settings.index_dir)
    warm_phrases(settings.index_dir)
    with serving(settings) as client:
        assert client.post("/api/v1/ask", json={"text": QUESTION}).status_code == 200
