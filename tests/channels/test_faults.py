"""Whatever breaks around the program: it says so, stores nothing by halves, loses nothing, and goes on by itself."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.encoder import Encoder
from tests.channels.conftest import Talk, data_folder, serving, stored, take_in, until
from tests.channels.test_publish import called, title
from tests.warm import warm_phrases

QUESTION = "How do I get a health card?"
# No file of a database is smaller, in bytes.
NOTHING_FITS = 4096


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
