"""`/metrics` is for whoever has the token, and counts without telling anything of anybody."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from bot.messages import Taken
from channels.bridge import ledger
from channels.metrics import Metrics
from channels.service import Backlog, Served
from channels.settings import Settings
from channels.telegram import chats
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from tests.bot.conftest import VAULT, answers, library  # noqa: F401
from tests.bot.handoff.conftest import Office, Watch, hired
from tests.channels.conftest import Talk, data_folder, serving
from tests.channels.test_stream import listening
from tests.conftest import NOW
from tests.databases import chosen_url

TOKEN = "a token for Prometheus"
Figures = dict[tuple[str, ...], float]


def figures(text: str) -> Figures:
    """Every sample by its name and the values of its labels, in the order of the labels' names."""
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[(sample.name, *sample.labels.values())] = sample.value
    return found


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("measured")
    settings = data_folder(folder, encoder, database_url=chosen_url(folder))
    asyncio.run(staffed(settings.database))
    with serving(settings.model_copy(update={"metrics_token": TOKEN})) as client:
        yield client


async def staffed(url: str) -> None:
    """Nobody waits where nobody could come."""
    database = Database(url)
    await hired(database, "Anna", languages=["en"])
    await database.close()


def read(client: TestClient) -> Figures:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    return figures(response.text)


def test_without_a_token_in_the_settings_there_is_no_such_page(client: TestClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer None"}).status_code == 404


@pytest.mark.parametrize("authorization", [None, "Bearer other", f"Basic {TOKEN}", "Bearer "])
def test_only_who_has_the_token_reads_it(measured: TestClient, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert measured.get("/metrics", headers=headers).status_code == 401


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 characters"):
        Settings.model_validate({"metrics_token": "short"})
    assert Settings.model_validate({"metrics_token": " "}).metrics_token is None


def test_questions_are_counted_by_outcome_and_language_once_each(measured: TestClient) -> None:
    before = read(measured)
    talk = Talk(measured)
    for _ in range(2):
        assert talk.write("How do I get a health card?").status_code == 201
    after = read(measured)

    def grown(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown("kalauz_questions_total", "en", "answer") == 1
    assert grown("kalauz_confidence_count") == 1
    assert grown("kalauz_turn_seconds_count") == 1
    assert after["kalauz_library_passages",] > 3
    assert after["kalauz_content_version",] >= 1
    assert after["kalauz_outbox_age_seconds", "telegram"] == after["kalauz_outbox_age_seconds", "bridge"] == 0
    assert after["process_resident_memory_bytes",] > 0


def test_who_waits_is_seen_and_nothing_that_they_wrote(measured: TestClient) -> None:
    talk = Talk(measured, "hu")
    talk.write("Zsófia secret", "message-1")
    talk.write("/human", "message-2")
    response = measured.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    found = figures(response.text)
    assert found["kalauz_waiting_cases", "no"] == 1
    assert found["kalauz_waiting_cases", "yes"] == 0
    assert "secret" not in response.text
    assert talk.started["id"] not in response.text
    talk.erase()
    assert read(measured)["kalauz_waiting_cases", "no"] == 0


def test_a_stream_counts_for_as_long_as_it_is_open(measured: TestClient) -> None:
    talk = Talk(measured)
    with ThreadPoolExecutor() as pool:
        stream = listening(pool, measured, talk)
        assert read(measured)["kalauz_open_streams",] == 1
        talk.erase()
        assert stream.result().status_code == 200
    assert read(measured)["kalauz_open_streams",] == 0


class Loading:
    served: Served | None = None
    line_down_s: float | None = 42.0

    async def backlog(self) -> Backlog | None:
        return None


def test_labels_take_no_values_without_end() -> None:
    metrics = Metrics(clock=iter(range(1000)).__next__)
    for language in ("en", "sr-Latn", "tlh", "x" * 100):
        metrics.begin()(Taken("answer", language, 0.5))
    metrics.begin()(Taken("something new", None, None))
    metrics.begin()(Taken(None, "en", None))
    found = figures(asyncio.run(metrics.collect(Loading())).decode())
    questions = {name[1:]: value for name, value in found.items() if name[0] == "kalauz_questions_total"}
    assert questions == {
        ("en", "answer"): 1,
        ("sr-Latn", "answer"): 1,
        ("other", "answer"): 2,
        ("other", "other"): 1,
    }
    assert found["kalauz_turn_seconds_sum",] == 6
    assert found["kalauz_line_down_seconds",] == 42
    assert found["kalauz_confidence_count",] == 4


def test_while_it_loads_nothing_is_said_of_what_waits() -> None:
    found = figures(asyncio.run(Metrics().collect(Loading())).decode())
    assert not any(name[0] in ("kalauz_waiting_cases", "kalauz_outbox_age_seconds") for name in found)


async def test_the_oldest_undelivered_message_is_known(database: Database, answers: Answers) -> None:  # noqa: F811
    office = Office(database, answers, Watch())
    migrant = await office.migrant(channel="telegram")
    anna = await hired(database, "Anna", languages=["en"])
    began = NOW.timestamp()
    async with database.transaction() as session:
        assert await chats.oldest(session) is None
        assert await ledger.oldest(session) is None
        sealed = VAULT.seal({"token": migrant.started.token})
        await chats.bind(session, 4711, migrant.started.conversation_id, sealed, delivered=0)
    office.watch.wind(minutes=5)
    await migrant.say("/human")
    (entry,) = await office.desk.inbox(anna)
    async with database.transaction() as session:
        await ledger.admit(session, "hungary", office.watch())
        assert await chats.oldest(session) == began
        assert await ledger.oldest(session) == began
        chat = await chats.find(session, 4711)
        assert chat is not None
        await chats.delivered(session, chat, migrant.started.messages[-1].number)
        assert await chats.oldest(session) == began + 300
        await chats.set_blocked(session, 4711, True)
        assert await chats.oldest(session) is None
        case = await ledger.take(session, entry.id, office.watch())
        assert case is not None
        await ledger.deliver(session, case, 10_000, open=True, remote="1", now=office.watch())
        assert await ledger.oldest(session) is None
