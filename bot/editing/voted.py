"""What is voted on what migrants read now, in the caller's transaction; see `bot.editing.votes`."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import records
from bot.editing import votes
from knowledge_base.database import each_of
from knowledge_base.tables import RevisionRow, TranslationRow


async def of_texts(session: AsyncSession, site: str, today: date) -> list[votes.TextVotes]:
    counts = await records.votes(session, site, today - votes.LATELY)
    texts = {subject.rpartition("/")[0] for subject, *_ in counts}
    article, language = TranslationRow.article_id, TranslationRow.language
    query = (
        select(article, language, RevisionRow.last_major)
        .join(RevisionRow, (RevisionRow.article_id == article) & (RevisionRow.language == language))
        # The first condition is quick, the second leaves little to fetch.
        .where(
            RevisionRow.number == TranslationRow.published,
            article.in_(each_of(session, {text.partition("/")[0] for text in texts})),
            (article + "/" + language).in_(each_of(session, texts)),
        )
    )
    majors = {(row.article_id, row.language): row.last_major for row in await session.execute(query)} if texts else {}
    return votes.of_texts(counts, majors)
