"""From the editor's page to the migrant's answer, over the whole app."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.staff.accounts import Accounts
from channels.assembly import Assembly
from channels.service import Service, now
from channels.settings import Settings
from knowledge_base.database import Database
from knowledge_base.editing.manuscript import Manuscript
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import Talk, data_folder, serving, until
from tests.channels.console.conftest import form_of

PASSWORD = "a plain long sentence"
CARD = '/article{"id": "health-card"}'


def add_editor(settings: Settings) -> None:
    async def work() -> None:
        database = Database(settings.database)
        accounts = Accounts(database, now, builders.passwords())
        await accounts.add("anna", name="Anna", role="editor", password=PASSWORD, by="(test)")
        await database.close()

    asyncio.run(work())


def token(client: TestClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


class Editor:
    """An editor with a browser, and a migrant beside them."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.talk = Talk(client)
        self._tries = itertools.count()
        self.send("/sign-in", {"login": "anna", "password": PASSWORD}, at="/sign-in")

    def send(self, path: str, fields: dict[str, str], *, at: str) -> None:
        csrf = token(self.client, f"/console{at}")
        assert self.client.post(f"/console{path}", data={**fields, "csrf": csrf}).status_code == 200

    def write(self, path: str, act: str = "save", **changes: str) -> None:
        fields = form_of(self.client.get(f"/console{path}")) | changes | {"act": act}
        assert self.client.post(f"/console{path}", data=fields).status_code == 200

    def press(self, payload: str) -> Any:
        """The bot's answer to a button: whether a question finds it is the calibration's, which is fitted anew."""
        return self.talk.write(payload, f"message-{next(self._tries)}").json()["messages"][-1]

    def best(self, question: str) -> list[str]:
        """The articles that may answer, best first."""
        asked = self.client.post("/api/v1/ask", json={"text": question}).json()
        return [choice["article"] for choice in asked["choices"]]


@contextmanager
def editing(tmp_path: Path, encoder: Encoder) -> Iterator[Editor]:
    settings = data_folder(tmp_path, encoder)
    add_editor(settings)
    with serving(settings) as client:
        yield Editor(client)


def test_what_an_editor_publishes_is_answered_at_once(tmp_path: Path, encoder: Encoder) -> None:
    with editing(tmp_path, encoder) as anna:
        anna.write("/content/health-card/en", "major", **{"section-0-text": "A robot gives you the health card."})
        until(lambda: "A robot gives you the health card." in str(anna.press(CARD)))


def test_what_an_editor_planned_is_answered_when_its_time_has_come(tmp_path: Path, encoder: Encoder) -> None:
    with editing(tmp_path, encoder) as anna:
        service: Service = anna.client.app.state.service  # type: ignore[attr-defined]
        assembly = service.assembly
        assert isinstance(assembly, Assembly)
        assert assembly.editing is not None
        text = builders.text("Card", "A robot gives you the health card.")
        plan = partial(assembly.editing.plan, major=True, at=now(), by="anna")
        assert anna.client.portal is not None
        anna.client.portal.call(plan, "health-card", "en", Manuscript(text, 1, builders.REVIEWED))
        anna.client.portal.call(assembly.tend)
        until(lambda: "A robot gives you the health card." in str(anna.press(CARD)))


def test_what_is_wrong_with_one_clock_keeps_no_other_from_its_work(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with editing(tmp_path, encoder) as anna:
        service: Service = anna.client.app.state.service  # type: ignore[attr-defined]
        assembly = service.assembly
        assert isinstance(assembly, Assembly)
        done = []

        async def fails() -> None:
            raise RuntimeError("this one case")

        async def works() -> None:
            done.append("kept nothing too long")

        monkeypatch.setattr(assembly.desk, "tick", fails)
        monkeypatch.setattr(assembly.retention, "tick", works)
        assert anna.client.portal is not None
        with pytest.raises(ExceptionGroup, match="some of what the clock has to do"):
            anna.client.portal.call(assembly.tend)
        assert done


def test_changed_facts_are_shown_with_the_answer_at_once(tmp_path: Path, encoder: Encoder) -> None:
    with editing(tmp_path, encoder) as anna:
        anna.write("/content/health-card/facts", **{"sources-0-title": "The new leaflet", "contacts-0": "help-line"})
        until(lambda: "The new leaflet" in str(anna.press(CARD)))
        assert "+36 1 234 5678" in str(anna.press(CARD))


def test_a_withdrawn_article_is_neither_found_nor_opened_until_it_is_put_back(tmp_path: Path, encoder: Encoder) -> None:
    with editing(tmp_path, encoder) as anna:
        page = "/content/health-card"
        assert "health-card" in anna.best("health card")
        anna.send(f"{page}/withdraw", {"language": ""}, at=page)
        until(lambda: "health-card" not in anna.best("health card"))
        assert anna.press(CARD)["text"] == "This text is no longer here. Please write your question."
        anna.send(f"{page}/put-back", {"language": ""}, at=page)
        until(lambda: "health-card" in anna.best("health card"))
        assert "The office gives you a health card." in str(anna.press(CARD))


def test_how_people_ask_is_searched_at_once_and_no_more_when_it_is_taken_out(tmp_path: Path, encoder: Encoder) -> None:
    with editing(tmp_path, encoder) as anna:
        path, question = "/content/tax-card/asked/hu", "kockás papír a főnöknek"
        assert anna.best(question)[:1] != ["tax-card"]
        anna.write(path, questions=question)
        until(lambda: anna.best(question)[:1] == ["tax-card"])
        anna.write(path, questions="")
        until(lambda: anna.best(question)[:1] != ["tax-card"])


def test_a_notice_is_shown_at_once_and_no_more_when_it_is_ended(tmp_path: Path, encoder: Encoder) -> None:
    with editing(tmp_path, encoder) as anna:
        new = {
            "valid_from-day": "2020-01-01",
            "topics-0": "health",
            "texts-en-title": "Flu season",
            "texts-en-text": "Wear a mask.",
        }
        anna.write("/add-notice", **new)
        until(lambda: "Wear a mask." in str(anna.press(CARD)))
        anna.send("/notices/flu-season/end", {}, at="/notices/flu-season")
        until(lambda: "Wear a mask." not in str(anna.press(CARD)))
