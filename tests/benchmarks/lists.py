"""How long the editors' list and its search take where there is much: `python -m tests.benchmarks.lists [ARTICLES]`.

5,000 articles in 27 languages unless a number is given; the use case and what is filtered, without HTTP.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.editing.duties import Wanted, duties, matching
from knowledge_base.tables import ArticleRow, RevisionRow, TranslationRow
from tests import builders

ARTICLES, TIMES, CHUNK = 5_000, 5, 500
LANGUAGES = [
    "en", "hu", "de", "fr", "ru", "zh-Hans", "sr", "sl", "hr", "bs", "sq", "ro", "sk", "pl", "vi",
    "cs", "uk", "hy", "ar", "es", "fa", "tr", "ps", "ur", "so", "bn", "hi",
]  # fmt: skip
WHEN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = "\n\n".join(f"## Part {number}\n\n" + "The office tells you what it costs. " * 10 for number in range(4))


async def fill(database: Database, articles: int) -> None:
    """Made texts of the usual size, each published."""
    facts = builders.facts().model_dump(mode="json")
    text = builders.text(body=BODY).model_dump(mode="json")
    for begin in range(0, articles, CHUNK):
        ids = [f"article-{number}" for number in range(begin, min(begin + CHUNK, articles))]
        keys = [{"article_id": one, "language": language} for one in ids for language in LANGUAGES]
        revision = {"last_major": 1, "renders": 1, "reviewed": WHEN.date(), "text": text, "saved_at": WHEN}
        async with database.transaction() as session:
            about = {"kind": "faq", "country": "HU", "source_language": "en", "facts": facts}
            await session.execute(ArticleRow.__table__.insert(), [{"id": one, **about} for one in ids])
            await session.execute(TranslationRow.__table__.insert(), [{**key, "published": 1} for key in keys])
            await session.execute(RevisionRow.__table__.insert(), [{**key, "number": 1, **revision} for key in keys])


async def main(articles: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'kalauz.db'}")
        await database.migrate()
        await fill(database, articles)
        times: dict[str, list[float]] = {"read": [], "what needs me": [], "search": []}
        for _ in range(TIMES):
            began = time.perf_counter()
            async with database.reading() as session:
                found = await repository.load_articles(session, asked=False)
                topics = await repository.load_topics(session)
            times["read"].append(time.perf_counter() - began)
            for name, wanted in (("what needs me", Wanted(language="fr")), ("search", Wanted(words="costs"))):
                began = time.perf_counter()
                duties(matching(found, topics, wanted), wanted.language, WHEN.date())
                times[name].append(time.perf_counter() - began)
        await database.close()
    print(f"{articles} articles in {len(LANGUAGES)} languages; ms, median of {TIMES}")
    for name, seconds in times.items():
        print(f"{name}: {np.median(seconds) * 1000:.0f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else ARTICLES))
