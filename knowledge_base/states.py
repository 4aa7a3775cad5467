"""What state each translation is in, kept beside it, so that lists need not read revisions."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Says of the translations the same as `knowledge_base.status.translation_state` says of articles.
EVERYWHERE = """
UPDATE translations SET
    newest = coalesce((SELECT max(r.number) FROM revisions r
        WHERE r.article_id = translations.article_id AND r.language = translations.language), 0),
    drafted = EXISTS (SELECT 1 FROM revisions r
        WHERE r.article_id = translations.article_id AND r.language = translations.language
        AND r.number > coalesce(translations.published, 0)),
    reviewed = (SELECT r.reviewed FROM revisions r
        WHERE r.article_id = translations.article_id AND r.language = translations.language
        AND r.number = translations.published),
    outdated = EXISTS (SELECT 1 FROM articles a
        JOIN translations s ON s.article_id = a.id AND s.language = a.source_language
        JOIN revisions told ON told.article_id = s.article_id AND told.language = s.language
            AND told.number = s.published
        JOIN revisions r ON r.article_id = a.id AND r.language = translations.language
            AND r.number = translations.published
        WHERE a.id = translations.article_id AND a.source_language <> translations.language
        AND coalesce(r.renders, 0) < told.last_major)
"""
OF_ARTICLE = text(f"{EVERYWHERE} WHERE article_id = :article")
OF_TEXT = text(f"{EVERYWHERE} WHERE article_id = :article AND language = :language")
IS_SOURCE = text("SELECT 1 FROM articles WHERE id = :article AND source_language = :language")


async def settle(session: AsyncSession, article: str, language: str) -> None:
    """After a text was saved, published or withdrawn; all others of the article follow its source."""
    if await session.scalar(IS_SOURCE, {"article": article, "language": language}):
        await session.execute(OF_ARTICLE, {"article": article})
    else:
        await session.execute(OF_TEXT, {"article": article, "language": language})
