"""How people ask for an article: editors add and take out questions, each without regard to what others do."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import UnknownTextError


def changed(known: Collection[str], added: Collection[str], removed: Collection[str]) -> list[str]:
    """The questions without those removed, then those added; each once."""
    return list(dict.fromkeys([*(one for one in known if one not in removed or one in added), *added]))


async def change_asked(
    session: AsyncSession, article_id: str, language: str, *, added: Collection[str], removed: Collection[str]
) -> bool:
    """Whether anything changed; what does is searched within a second. Raises UnknownTextError."""
    if not await repository.lock_article(session, article_id):
        raise UnknownTextError(f"there is no article {article_id!r}")
    known = (await drafts.article(session, article_id)).asked.get(language, [])
    questions = changed(known, added, removed)
    if questions == known:
        return False
    await repository.save_asked(session, article_id, language, questions)
    await repository.bump_content_version(session)
    return True
