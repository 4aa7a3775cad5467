"""From the editor's page to the migrant's answer, over the whole app."""

import asyncio
import itertools
import re
from pathlib import Path

from starlette.testclient import TestClient

from bot.staff.accounts import Accounts
from channels.service import now
from channels.settings import Settings
from knowledge_base.database import Database
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import Talk, data_folder, serving, until

PASSWORD = "a plain long sentence"


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


def test_what_an_editor_publishes_is_answered_at_once(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path, encoder)
    add_editor(settings)
    with serving(settings) as client:
        sign_in = {"login": "anna", "password": PASSWORD, "csrf": token(client, "/console/sign-in")}
        assert client.post("/console/sign-in", data=sign_in).status_code == 200
        path = "/console/content/health-card/en"
        text = {"title": "Health card", "section-0-text": "A robot gives you the health card.", "over": "1"}
        sent = client.post(path, data={**text, "act": "major", "csrf": token(client, path)})
        assert "It is published: migrants read it within a second." in sent.text

        talk, tries = Talk(client), itertools.count()

        def read() -> str:
            # By its button: whether a question finds it is the calibration's business, which is fitted anew.
            messages = talk.write('/article{"id": "health-card"}', f"message-{next(tries)}").json()["messages"]
            return str(messages)

        until(lambda: "A robot gives you the health card." in read())
