"""The two things that tests do with a content database."""

from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Content
from knowledge_base.importer import ImportReport, import_content


async def take_in(database: Database, content: Content) -> ImportReport:
    async with database.transaction() as session:
        return await import_content(session, content)


async def stored(database: Database) -> tuple[Content, int]:
    """All content, and the content version."""
    async with database.reading() as session:
        return await repository.load_content(session), await repository.content_version(session)
