"""After a rotation the old key opens nothing any more and the new one everything, on both databases."""

import pytest
from sqlalchemy import LargeBinary, select

import channels.tables  # noqa: F401
from bot import callbacks
from bot.export import exported
from bot.rotation import Rotated, _reseal, rotate, sealed_columns
from bot.tables import CallbackRow
from bot.vault import SealedError, Vault
from channels.telegram import chats
from knowledge_base.database import Database
from knowledge_base.tables import Base
from retrieval.answers import Answers
from tests.bot.conftest import VAULT
from tests.bot.handoff.conftest import Office, Watch
from tests.bot.test_retention import MARKS, lived

NEW = "a new key for the tests"
OLD = "a key for the tests"
BOTH = Vault(NEW, OLD)


@pytest.fixture
def office(database: Database, answers: Answers) -> Office:
    return Office(database, answers, Watch())


def test_all_bytes_that_are_stored_are_sealed() -> None:
    of_bytes = {
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert set(sealed_columns()) == of_bytes
    assert {f"{column.table.name}.{column.name}" for column in of_bytes} == {
        "callbacks.draft",
        "callbacks.request",
        "staff.code_begun",
        "staff.code_secret",
        "telegram_chats.token",
    }


async def test_what_was_sealed_with_the_old_key_needs_only_the_new_one(office: Office) -> None:
    drafting = await lived(office)
    asking = await office.migrant()
    await asking.say("/callback", *MARKS, "morning", "hu")
    assert await rotate(office.database, BOTH) == Rotated(resealed=3)
    new, old = Vault(NEW), Vault(OLD)
    async with office.database.reading() as session:
        (request,) = await callbacks.waiting(session, new)
        assert (request.name, request.contact) == MARKS
        draft = await callbacks.draft(session, drafting.started.conversation_id, new)
        assert draft["callback_name"] == MARKS[0]
        chat = await chats.find(session, 4711)
        assert chat is not None
        assert new.open(chat.token) == {"token": drafting.started.token}
        with pytest.raises(SealedError):
            old.open(chat.token)
        copy = await exported(session, asking.started.conversation_id, old)
        assert "another KALAUZ_SECRET_KEY" in copy["records"]["callbacks"][0]["request"]


async def test_a_second_time_there_is_nothing_to_do(office: Office) -> None:
    await lived(office)
    await rotate(office.database, BOTH)
    assert await rotate(office.database, BOTH) == Rotated(current=2)


async def test_what_no_key_opens_stays_as_it_is_and_is_counted(office: Office) -> None:
    await lived(office)
    assert await rotate(office.database, Vault(NEW, "yet another key")) == Rotated(lost=2)
    async with office.database.reading() as session:
        chat = await chats.find(session, 4711)
        assert chat is not None
        VAULT.open(chat.token)


async def test_what_is_erased_meanwhile_is_nothing_to_wait_for(office: Office) -> None:
    erased, stays = await office.migrant(), await office.migrant()
    for migrant in (erased, stays):
        await migrant.say("/callback", *MARKS)
    async with office.database.reading() as session:
        rows = [tuple(row) for row in await session.execute(select(CallbackRow.conversation_id))]
    await erased.erase()
    column = CallbackRow.__table__.c.draft
    assert await _reseal(office.database, BOTH, column, rows) == Rotated(resealed=1)
