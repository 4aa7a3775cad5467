"""A copy of a conversation has everything that any table holds of it, and nothing of another one."""

import json
from typing import Any

import pytest

from bot.export import exported
from bot.messages import UnknownConversationError, WrongTokenError
from bot.vault import Vault
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.bot.conftest import VAULT
from tests.bot.handoff.conftest import Office, Watch
from tests.bot.test_retention import MARKS, lived, rows


@pytest.fixture
def office(database: Database, answers: Answers) -> Office:
    return Office(database, answers, Watch())


async def copy_of(office: Office, conversation_id: str, vault: Vault = VAULT) -> dict[str, Any]:
    async with office.database.reading() as session:
        copy = await exported(session, conversation_id, vault)
    # It is JSON, whatever the tables hold.
    read: dict[str, Any] = json.loads(json.dumps(copy))
    return read


async def test_every_row_of_the_conversation_is_in_its_copy_and_none_of_another(office: Office) -> None:
    migrant = await lived(office)
    stored = await rows(office.database)
    other = await office.migrant()
    await other.say("A secret of somebody else")
    copy = await copy_of(office, migrant.started.conversation_id)
    counted = {name: len(found) for name, found in copy["records"].items()}
    assert counted | {"conversations": 1} == stored
    assert "somebody else" not in json.dumps(copy)


async def test_a_copy_can_be_read(office: Office) -> None:
    migrant = await lived(office)
    copy = await copy_of(office, migrant.started.conversation_id)
    assert copy["conversation"]["channel"] == "telegram"
    assert copy["conversation"]["started_at"].endswith("+00:00")
    said = [(message["from"], message["text"]) for message in copy["messages"]]
    assert ("migrant", f"qwerty {MARKS[0]} asdfgh") in said
    assert {sender for sender, _ in said} == {"migrant", "bot"}
    (draft,) = copy["records"]["callbacks"]
    assert draft["draft"] == {"callback_name": MARKS[0], "callback_contact": MARKS[1]}
    (note,) = copy["records"]["handoff_notes"]
    assert note["by"] == "Anna"


async def test_what_opens_the_conversation_is_not_in_its_copy(office: Office) -> None:
    migrant = await lived(office)
    said = json.dumps(await copy_of(office, migrant.started.conversation_id))
    assert migrant.started.token not in said
    assert "token" not in said


async def test_what_was_sealed_with_a_lost_key_does_not_hold_up_the_rest(office: Office) -> None:
    migrant = await lived(office)
    copy = await copy_of(office, migrant.started.conversation_id, Vault("another key"))
    assert "another KALAUZ_SECRET_KEY" in copy["records"]["callbacks"][0]["draft"]
    assert copy["messages"]


async def test_the_migrant_gets_it_without_what_counsellors_wrote_for_each_other(office: Office) -> None:
    migrant = await lived(office)
    id, token = migrant.started.conversation_id, migrant.started.token
    own = await office.engine.export(id, token)
    whole = await copy_of(office, id)
    assert set(whole["records"]) - set(own["records"]) == {"handoff_notes", "handoff_labels"}
    assert own["messages"] == whole["messages"]
    with pytest.raises(WrongTokenError):
        await office.engine.export(id, "another token")
    with pytest.raises(UnknownConversationError):
        await office.engine.export("nobody", token)
