"""What browsers load of the widget: how much, from where, and for how long they keep it."""

import base64
import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.texts import Texts
from channels.app import create_app
from channels.settings import Settings
from channels.web.scripts import MODULES, STATIC, embed_line, launcher, version

ALLOWED = "https://www.example.org"
API = "/api/v1/texts"


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A server that lets one website embed the widget; it need not be loaded for that."""
    folder: Path = tmp_path_factory.mktemp("data")
    return TestClient(create_app(Settings(data_dir=folder, widget_origins=f"{ALLOWED}, http://localhost:9000")))


def weight(text: str) -> int:
    return len(gzip.compress(text.encode("utf-8"), 9))


def test_the_launcher_weighs_at_most_5_kilobytes() -> None:
    assert weight(launcher()) <= 5_000


def test_the_whole_panel_weighs_at_most_30_kilobytes(client: TestClient) -> None:
    modules = sum(weight((STATIC / f"{name}.js").read_text("utf-8")) for name in MODULES)
    assert modules + weight(client.get(API, params={"language": "bn"}).text) <= 30_000


def test_a_browser_keeps_a_module_under_its_version_and_none_under_an_old_one(client: TestClient) -> None:
    current = client.get(f"/widget/{version()}/chat.js")
    assert "immutable" in current.headers["cache-control"]
    old = client.get("/widget/0123456789ab/chat.js")
    assert (old.headers["cache-control"], old.text) == ("no-cache", current.text)


@pytest.mark.parametrize("path", ["/widget/x/nothing.js", "/widget/x/widget.js", "/widget/nothing.css", "/widget/x/.."])
def test_nothing_else_is_served_from_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_launcher_knows_its_version_and_its_words(client: TestClient) -> None:
    served = client.get("/widget.js")
    assert served.headers["content-type"].startswith("text/javascript")
    assert f'VERSION = "{version()}"' in served.text
    assert f'"hu":"{Texts("hu").gettext("Your question")}"' in served.text
    assert served.text == launcher()


def test_the_lines_integrity_is_the_hash_of_what_is_served(client: TestClient) -> None:
    line = embed_line("https://kalauz.example.org/")
    found = re.fullmatch(
        r'<script src="https://kalauz\.example\.org/widget\.js" integrity="sha384-([^"]+)" '
        r'crossorigin="anonymous" async></script>',
        line,
    )
    assert found
    assert base64.b64decode(found[1]) == hashlib.sha384(client.get("/widget.js").content).digest()


@pytest.mark.parametrize("path", [API, "/widget.js", "/widget/x/chat.js"])
def test_a_website_that_is_allowed_may_read(embedding: TestClient, path: str) -> None:
    response = embedding.get(path, headers={"Origin": ALLOWED})
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in response.headers
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://www.example.org.evil.example"])
def test_a_website_that_is_not_allowed_may_not_read(embedding: TestClient, origin: str) -> None:
    response = embedding.get(API, headers={"Origin": origin})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": ALLOWED}, {"Origin": "https://evil.example"}])
def test_what_one_website_got_is_not_given_to_another_from_a_cache(embedding: TestClient, headers: Any) -> None:
    assert "Origin" in embedding.get("/widget.js", headers=headers).headers["vary"]


def test_a_website_asks_before_it_writes(embedding: TestClient) -> None:
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    allowed = embedding.options("/api/v1/conversations", headers={"Origin": ALLOWED, **asks})
    assert allowed.status_code == 200
    assert "POST" in allowed.headers["access-control-allow-methods"]
    refused = embedding.options("/api/v1/conversations", headers={"Origin": "https://evil.example", **asks})
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("path", ["/", "/docs", "/health"])
def test_only_the_widget_is_for_other_websites(embedding: TestClient, path: str) -> None:
    response = embedding.get(path, headers={"Origin": ALLOWED})
    assert "access-control-allow-origin" not in response.headers


def test_no_website_is_allowed_by_itself(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"Origin": ALLOWED})
    assert "access-control-allow-origin" not in response.headers
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
