"""Words that counsellors put on a case; all SQL of them. Every function works inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff.inbox import LABEL_CHARACTERS
from bot.handoff.tables import LabelRow
from retrieval.question import QuestionError, checked

# So many are suggested.
SUGGESTED = 50


def label_of(text: str) -> str:
    """A label as it is stored, on one line. Raises QuestionError for a text that cannot be one."""
    label = " ".join(checked(text).split())
    if len(label) > LABEL_CHARACTERS:
        raise QuestionError("too_long", f"the label has {len(label)} characters, at most {LABEL_CHARACTERS} are taken")
    return label


async def put(session: AsyncSession, conversation_id: str, label: str) -> None:
    """Put a label on a case, once."""
    await session.merge(LabelRow(conversation_id=conversation_id, text=label))


async def take_off(session: AsyncSession, conversation_id: str, label: str) -> None:
    query = delete(LabelRow).where(LabelRow.conversation_id == conversation_id, LabelRow.text == label)
    await session.execute(query)


async def of(session: AsyncSession, conversation_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The labels of conversations, in order; none for those that have none."""
    query = select(LabelRow).where(LabelRow.conversation_id.in_(conversation_ids)).order_by(LabelRow.text)
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in (await session.execute(query)).scalars():
        found[row.conversation_id] += (row.text,)
    return found


async def used(session: AsyncSession) -> list[str]:
    """Those that cases have, the most frequent first."""
    query = select(LabelRow.text).group_by(LabelRow.text).order_by(func.count().desc(), LabelRow.text)
    return list((await session.execute(query.limit(SUGGESTED))).scalars())
