"""What people asked becomes a way to ask for an article, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.tables import AuditRow
from knowledge_base import repository


async def keep(
    session: AsyncSession, article_id: str, asked: Sequence[tuple[str, str]], *, by: str, now: datetime
) -> None:
    """`asked` are languages and what people ask in them. The article is locked, or nobody else knows it yet."""
    article = await repository.load_article(session, article_id)
    changed = False
    for language in sorted({language for language, _ in asked}):
        known = article.asked.get(language, []) if article else []
        new = [text for tag, text in asked if tag == language]
        both = list(dict.fromkeys([*known, *new]))
        if await repository.save_asked(session, article_id, language, both):
            changed = True
            session.add(AuditRow(at=now, login=by, action="asked", subject=f"{article_id}/{language}"))
    if changed:
        await repository.bump_content_version(session)
