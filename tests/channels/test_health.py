import gc
import weakref
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from channels import assembly
from channels.api import health
from channels.app import create_app
from channels.settings import Settings
from knowledge_base.coordination import SeveralProcesses
from knowledge_base.database import Database
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import data_folder, serving, take_in, until
from tests.warm import warm_phrases


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """A data folder without anything."""
    return Settings(data_dir=tmp_path / "data", database_url=None, site="hungary", encoder=None, log_level="info")


def test_the_process_lives_while_it_still_loads(empty: Settings) -> None:
    with TestClient(create_app(empty)) as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/ready", None),
        ("POST", "/api/v1/ask", {"text": "a question"}),
        ("POST", "/api/v1/conversations", {}),
        ("POST", "/rasa/webhook", {}),
    ],
)
def test_what_needs_the_content_says_that_it_is_loading(
    empty: Settings, method: str, path: str, body: dict[str, str] | None
) -> None:
    with TestClient(create_app(empty)) as client:
        response = client.request(method, path, json=body)
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.json()["code"] in ("not_ready", "failed")


def test_ready_tells_what_is_served(client: TestClient, settings: Settings) -> None:
    ready = client.get("/ready").json()
    assert set(ready) == {"status", "content_version", "articles", "passages", "telegram", "bridge", "line"}
    assert ready["line"] == ("up" if settings.database.startswith("postgresql") else "off")
    assert ready["articles"] == 3
    assert (ready["telegram"], ready["bridge"]) == ("off", "off")
    assert ready["passages"] > 3


def test_a_line_to_the_other_processes_that_stays_down_is_not_ready_although_the_database_works(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Database("postgresql+asyncpg://kalauz@127.0.0.1:1/kalauz")
    monkeypatch.setattr(assembly, "coordination", lambda _: SeveralProcesses(nowhere))
    with serving(data_folder(tmp_path, encoder)) as client:
        assert client.get("/ready").json()["line"] == "down"
        monkeypatch.setattr(health, "LINE_S", 0.0)
        response = client.get("/ready")
        assert (response.status_code, response.json()["code"]) == (503, "line")
        assert client.post("/api/v1/conversations", json={}).status_code == 201


def failure(client: TestClient) -> str:
    until(lambda: client.get("/ready").json()["code"] == "failed")
    detail: str = client.get("/ready").json()["detail"]
    return detail


def test_without_content_ready_says_why_and_content_mends_it(empty: Settings, encoder: Encoder) -> None:
    warm_phrases(empty.index_dir)
    with TestClient(create_app(empty)) as client:
        assert "NoContentError" in failure(client)
        take_in(empty, builders.content())
        until(lambda: client.get("/ready").status_code == 200)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database_url": "nonsense"}, "ArgumentError"),
        ({"site": "atlantis"}, "NoContentError"),
        ({"site": "no-such-file.yaml"}, "BadContentError"),
    ],
)
def test_a_bad_setting_keeps_the_process_alive_and_is_named(
    tmp_path: Path, encoder: Encoder, change: dict[str, str], reason: str
) -> None:
    settings = data_folder(tmp_path, encoder).model_copy(update=change)
    with TestClient(create_app(settings)) as client:
        assert reason in failure(client)
        assert client.get("/health").status_code == 200


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    settings = Settings(data_dir=tmp_path / "data", database_url=None, site="hungary", encoder=None, log_level="info")
    with TestClient(create_app(settings)) as client:
        assert "FileExistsError" in failure(client)


def test_a_ready_app_stops_and_starts_again_with_what_it_stored(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        started = client.post("/api/v1/conversations", json={}).json()
    with serving(settings) as client:
        headers = {"Authorization": f"Bearer {started['token']}"}
        read = client.get(f"/api/v1/conversations/{started['id']}/messages", headers=headers).json()
        assert read["messages"] == started["messages"]


def test_a_server_that_has_stopped_lets_go_of_what_it_loaded(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app):
        until(lambda: app.state.service.loaded.is_set())
        loaded = weakref.ref(app.state.service.assembly)
    gc.collect()
    assert loaded() is None
