"""Everything that is stored of one conversation, for whoever asks for a copy of it: whatever the tables are.

What stands in a table belongs to a conversation if its row names it, or names a row that belongs to it. Nothing here
has to be changed for a new table, and none can be forgotten.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversations
from bot.staff.tables import StaffRow
from bot.tables import ConversationRow
from bot.transcript import messages_of
from bot.vault import SealedError, Vault
from knowledge_base.database import in_utc
from knowledge_base.tables import Base

CONVERSATION = ConversationRow.__tablename__
# What opens a conversation is no data about anybody, and whoever finds a copy must not get in.
KEYS = frozenset({"token", "token_hash"})
# What counsellors write for each other; whether a migrant gets it is for a person to decide.
INTERNAL = frozenset({"handoff_notes", "handoff_labels"})


async def exported(
    session: AsyncSession, conversation_id: str, vault: Vault, *, internal: bool = True
) -> dict[str, Any]:
    """A JSON object: `conversation`, its `messages` as they were shown, and `records`, the rows of all tables by name.

    Sealed data is opened. `internal`: with what counsellors wrote for each other.
    Raises UnknownConversationError.
    """
    rows = await _rows(session, conversation_id)
    if not internal:
        rows = {name: found for name, found in rows.items() if name not in INTERNAL}
    staff = {id: name for id, name in await session.execute(select(StaffRow.id, StaffRow.name))}  # noqa: C416
    records = {name: [_readable(row, name, staff, vault) for row in found] for name, found in rows.items() if found}
    (conversation,) = records.pop(CONVERSATION)
    return {
        "conversation": conversation,
        "messages": [
            {
                "at": datetime.fromtimestamp(message.at, UTC).isoformat(),
                "from": message.reply.person if message.reply and message.reply.person else message.sender,
                "text": message.text,
            }
            for message in messages_of(await conversations.events(session, conversation_id))
        ],
        "records": records,
    }


async def _rows(session: AsyncSession, conversation_id: str) -> dict[str, list[dict[str, Any]]]:
    """The conversation's rows of each table, those of a table after those that they point at."""
    await conversations.known(session, conversation_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        belongs = list(_belongs(table, conversation_id, found))
        if belongs:
            result = await session.execute(select(table).where(or_(*belongs)).order_by(*table.primary_key.columns))
            found[table.name] = [dict(row) for row in result.mappings()]
    return found


def _belongs(
    table: Table, conversation_id: str, found: dict[str, list[dict[str, Any]]]
) -> Iterator[ColumnElement[bool]]:
    if table.name == CONVERSATION:
        yield table.c.id == conversation_id
    if "conversation_id" in table.c:
        yield table.c.conversation_id == conversation_id
        return
    for key in table.foreign_keys:
        rows = found.get(key.column.table.name)
        if rows is not None:
            yield key.parent.in_([row[key.column.name] for row in rows])


def _readable(row: dict[str, Any], table: str, staff: dict[int, str], vault: Vault) -> dict[str, Any]:
    columns = Base.metadata.tables[table].c
    readable: dict[str, Any] = {}
    for name, value in row.items():
        if name in KEYS or value is None:
            continue
        if "sealed" in columns[name].info:
            readable[name] = _opened(value, vault)
        elif any(key.column.table.name == StaffRow.__tablename__ for key in columns[name].foreign_keys):
            readable[name.removesuffix("_id")] = staff.get(value, value)
        elif isinstance(value, datetime):
            readable[name] = in_utc(value).isoformat()
        else:
            readable[name] = value
    return readable


def _opened(sealed: bytes, vault: Vault) -> dict[str, Any] | str:
    try:
        return vault.open(sealed)
    except SealedError as error:
        return str(error)
