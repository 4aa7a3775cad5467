"""A new key: everything that was sealed with an old one is sealed with the new one, so that the old one can go.

It may run while servers do that know both keys. What they change meanwhile they seal with the new key themselves.
"""

from dataclasses import dataclass

from sqlalchemy import Column, and_, select, update

from bot.vault import SealedError, Vault
from knowledge_base.database import Database
from knowledge_base.tables import Base

# Rows that are looked at in one transaction.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many sealed values were sealed anew, how many had the new key already, and how many no key opens."""

    resealed: int = 0
    current: int = 0
    lost: int = 0

    def __add__(self, other: "Rotated") -> "Rotated":
        return Rotated(self.resealed + other.resealed, self.current + other.current, self.lost + other.lost)


def sealed_columns() -> list[Column[bytes]]:
    """Every column that holds sealed values, of all tables that are known."""
    return [column for table in Base.metadata.sorted_tables for column in table.columns if "sealed" in column.info]


async def rotate(database: Database, vault: Vault) -> Rotated:
    """Seal all that is stored with the vault's first key."""
    done = Rotated()
    for column in sealed_columns():
        keys = list(column.table.primary_key.columns)
        async with database.reading() as session:
            rows = (await session.execute(select(*keys).where(column.is_not(None)).order_by(*keys))).all()
        for first in range(0, len(rows), BATCH):
            done += await _reseal(database, vault, column, [tuple(row) for row in rows[first : first + BATCH]])
    await database.forget()
    return done


async def _reseal(database: Database, vault: Vault, column: Column[bytes], rows: list[tuple[object, ...]]) -> Rotated:
    done = Rotated()
    keys = list(column.table.primary_key.columns)
    async with database.transaction() as session:
        for row in rows:
            itself = and_(*(key == value for key, value in zip(keys, row, strict=True)))
            sealed = await session.scalar(select(column).where(itself))
            if sealed is None:
                # It was erased meanwhile.
                continue
            try:
                anew = vault.reseal(sealed)
            except SealedError:
                done += Rotated(lost=1)
                continue
            if anew is None:
                done += Rotated(current=1)
                continue
            # What was changed since it was read is newer, and sealed with the new key.
            await session.execute(update(column.table).where(itself, column == sealed).values({column: anew}))
            done += Rotated(resealed=1)
    return done
