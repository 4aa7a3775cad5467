"""Published means visible, in a running process, and never half."""

import sqlite3
from pathlib import Path

from starlette.testclient import TestClient

from channels.settings import Settings
from knowledge_base.documents import Content
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import Talk, data_folder, serving, take_in, until

QUESTION = "How do I get a health card?"


def called(title: str) -> Content:
    """The content with another title of the health card."""
    return builders.content(builders.article(en=builders.revision(builders.text(title))))


def title(client: TestClient) -> str:
    """The best candidate's title; a content as small as this is offered, not answered, once it was fitted anew."""
    best: str = client.post("/api/v1/ask", json={"text": QUESTION}).json()["choices"][0]["title"]
    return best


def version(client: TestClient) -> int:
    found: int = client.get("/ready").json()["content_version"]
    return found


def change(settings: Settings, sql: str) -> None:
    """Change the database behind the program's back."""
    connection = sqlite3.connect(settings.data_dir / "kalauz.db")
    with connection:
        connection.execute(sql)
    connection.close()


def test_a_changed_text_is_served_without_a_restart(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        assert title(client) == "Health card"
        take_in(settings, called("Card of health"))
        until(lambda: title(client) == "Card of health")


def test_a_new_article_is_found_without_a_restart(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        fishing = builders.text("Fishing licence", "The anglers' club sells it.")
        take_in(settings, builders.content(builders.article("fishing", en=builders.revision(fishing))))

        def best() -> str:
            found: str = client.post("/api/v1/ask", json={"text": "fishing licence"}).json()["choices"][0]["article"]
            return found

        until(lambda: best() == "fishing")


def test_a_conversation_goes_on_over_a_publication(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    button = '/article{"id": "health-card"}'
    with serving(settings) as client:
        talk = Talk(client)
        first = talk.write(button).json()["messages"]
        take_in(settings, called("Card of health"))
        until(lambda: title(client) == "Card of health")
        second = talk.write(button, "message-2").json()["messages"]
        assert [first[0]["text"], second[0]["text"]] == ["Health card", "Card of health"]
        assert talk.read().json()["messages"] == talk.started["messages"] + first + second


def test_a_changed_site_is_served_without_a_restart(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        talk = Talk(client)
        contacts = [builders.contact(), builders.contact("new-line", name="New line")]
        take_in(settings, builders.content(contacts=contacts, sites=[builders.site(hotline="new-line")]))
        tries = iter(range(10_000))

        def hotline() -> bool:
            reply = talk.write("/human", f"message-{next(tries)}").json()["messages"][1]
            return "New line" in reply["text"]

        until(hotline)


def test_content_that_cannot_be_loaded_leaves_the_old_one_serving_until_it_is_mended(
    tmp_path: Path, encoder: Encoder
) -> None:
    settings = data_folder(tmp_path, encoder)
    with serving(settings) as client:
        before = version(client)
        service = client.app.state.service  # type: ignore[attr-defined]
        # Of numbers that nobody has read yet.
        for table, column in (("revisions", "number"), ("translations", "published")):
            change(settings, f"UPDATE {table} SET {column} = {column} + 1")
        change(settings, """UPDATE revisions SET text = '{"title": ""}'""")
        change(settings, "UPDATE content_version SET number = number + 1")
        until(lambda: service.failure is not None)
        assert title(client) == "Health card"
        change(settings, """UPDATE revisions SET text = '{"title": "Mended", "body": "Text."}'""")
        until(lambda: version(client) > before and service.failure is None)
        assert title(client) == "Mended"
