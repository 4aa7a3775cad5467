"""How long the editors' list and its search take where there is much: `python -m tests.benchmarks.lists [ARTICLES]`.

5,000 articles in 27 languages unless a number is given, on SQLite and on PostgreSQL. What is measured is all that the
page Content asks of the database, without HTTP. The texts are made of the words of the starter content in their
language, and of words that few texts have.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert, text

from bot.editing.overview import overview
from bot.tables import TallyRow
from knowledge_base import said, states
from knowledge_base.database import Database
from knowledge_base.documents import Topic
from knowledge_base.editing.duties import Wanted
from knowledge_base.tables import ArticleRow, ArticleTopicRow, ContactRow, RevisionRow, TopicRow, TranslationRow
from tests import builders, postgres, warm
from tests.databases import BACKENDS, Backend

ARTICLES, TIMES, CHUNK = 5_000, 20, 100
LANGUAGES = [
    "en", "hu", "de", "fr", "ru", "zh-Hans", "sr", "sl", "hr", "bs", "sq", "ro", "sk", "pl", "vi",
    "cs", "uk", "hy", "ar", "es", "fa", "tr", "ps", "ur", "so", "bn", "hi",
]  # fmt: skip
SITE = builders.site(languages=LANGUAGES)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
TOPICS = [Topic(id=f"topic-{n}", parent=f"topic-{n // 8}" if n else None, name={"en": f"Topic {n}"}) for n in range(64)]
# Of a text; Chinese says the same in a third of them.
CHARACTERS, CHINESE = 1_700, 600
# Texts that people voted on.
CONTACTS, VOTED = 500, 500
# Of a hundred texts.
MISSING, DRAFTS, OUTDATED, OLD, TO_VERIFY = 5, 3, 10, 10, 5
CASES = {
    "what needs me, French": Wanted(language="fr"),
    "what needs me, all languages": Wanted(),
    "a topic with its subtopics": Wanted(topic="topic-1"),
    "a topic and a country, French": Wanted(topic="topic-2", country="SK", language="fr"),
    "a common word": Wanted(words="office"),
    "a word that most languages have": Wanted(words="budapest"),
    "a part of many words": Wanted(words="tion"),
    "two letters": Wanted(words="hu"),
    "one letter": Wanted(words="q"),
    "a rare word": Wanted(words="w1234x"),
    "two words": Wanted(words="permit passport"),
    "two words, one language and a topic": Wanted(words="permit passport", language="fr", topic="topic-1"),
    "a Chinese word": Wanted(words="居留"),
    "a longer Chinese word": Wanted(words="居留许可"),
    "an Arabic word": Wanted(words="تصريح"),
    "a Hindi word": Wanted(words="परमिट"),
    "a word that there is not": Wanted(words="zzyzx"),
    "such a word, of usual parts": Wanted(words="officentrance"),
}


def pools() -> dict[str, list[str]]:
    """What the starter content says in each language: its words in their frequency, or Chinese clauses."""
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for article in warm.starter_content().articles:
        for language, translation in article.translations.items():
            if language in found and translation.published:
                told = translation.published.text.body
                found[language] += told.replace("，", "， ").split()
    return found


def texts(articles: int, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The texts of each article in turn, by language."""
    words = {language: np.array(pool, dtype=object) for language, pool in pools().items()}
    usual = {language: np.mean([len(word) + 1 for word in pool]) for language, pool in words.items()}
    for article in range(articles):
        told = {}
        for language, pool in words.items():
            characters = CHINESE if language == "zh-Hans" else CHARACTERS
            chosen = random.choice(pool, int(characters / usual[language]))
            # A tenth of the words is grown together from two: nobody else has them.
            grown = random.random(len(chosen)) < 0.1
            chosen[grown] = [
                a[: len(a) // 2 + 1] + b for a, b in zip(chosen[grown], random.choice(pool, grown.sum()), strict=True)
            ]
            told[language] = {
                "title": f"{chosen[0]} {chosen[1]} {article}",
                "body": " ".join([*chosen[2:], f"w{article}x"]),
                "questions": [" ".join(chosen[2:8])],
                "search_questions": [],
                "steps": [],
            }
        yield told


async def fill(database: Database, articles: int) -> None:
    on_postgres = database.url.get_backend_name() == "postgresql"
    if on_postgres:
        # Made at the end, which is quicker.
        await say(database, "DROP INDEX ix_grams")
    random = np.random.default_rng(7)
    written = texts(articles, random)
    async with database.transaction() as session:
        await session.execute(
            insert(TopicRow),
            [{"id": t.id, "position": n, "data": t.model_dump(mode="json")} for n, t in enumerate(TOPICS)],
        )
        await session.execute(insert(ContactRow), [contact(number) for number in range(CONTACTS)])
        await session.execute(insert(TallyRow), [vote(number, articles) for number in range(VOTED)])
    for begin in range(0, articles, CHUNK):
        rows: dict[type[Any], list[dict[str, Any]]] = {
            ArticleRow: [],
            ArticleTopicRow: [],
            TranslationRow: [],
            RevisionRow: [],
        }
        words: dict[tuple[str, str], list[str]] = {}
        for number in range(begin, min(begin + CHUNK, articles)):
            id, chance = f"article-{number}", random.integers(0, 100, (4, len(LANGUAGES)))
            facts = builders.facts(
                topics=[TOPICS[random.integers(len(TOPICS))].id],
                country=str(random.choice(["HU", "CZ", "SK", "PL", "SI"])),
                verify="Is it still so?" if random.integers(100) < TO_VERIFY else None,
            )
            common = {"kind": "faq", "country": facts.country, "source_language": "en"}
            rows[ArticleRow].append({"id": id, "facts": facts.model_dump(mode="json"), **common})
            rows[ArticleTopicRow] += [{"article_id": id, "topic": topic} for topic in facts.topics]
            for at, (language, told) in enumerate(next(written).items()):
                is_source = language == "en"
                if chance[0, at] < MISSING and not is_source:
                    continue
                key = {"article_id": id, "language": language}
                renders = None if is_source else 1 if chance[1, at] < OUTDATED else 2
                years = 2 if chance[2, at] < OLD else 0
                saved = {**key, "last_major": 2, "renders": renders, "text": told, "saved_at": datetime.now(UTC)}
                saved["reviewed"] = TODAY - timedelta(days=365 * years + int(random.integers(30)))
                rows[TranslationRow].append({**key, "published": 2})
                rows[RevisionRow] += [{**saved, "number": n} for n in ([2, 3] if chance[3, at] < DRAFTS else [2])]
                words[id, language] = said.words([told])
        async with database.transaction() as session:
            for table, added in rows.items():
                await session.execute(insert(table), added)
            await (await session.connection()).run_sync(said.add, words)
    if on_postgres:
        await say(database, "SET LOCAL maintenance_work_mem = '1GB'", said.MAKE["postgresql"][1])
    await say(database, states.EVERYWHERE, "ANALYZE")


def contact(number: int) -> dict[str, Any]:
    verify = "Who picks up?" if number % 4 else None
    document = builders.contact(f"contact-{number}", topics=[TOPICS[number % len(TOPICS)].id], verify=verify)
    return {"id": document.id, "data": document.model_dump(mode="json")}


def vote(number: int, articles: int) -> dict[str, Any]:
    """Enough of them on a text to set it in the list, where they are not on an older one."""
    language, revision = LANGUAGES[number % len(LANGUAGES)], 2 if number % 20 == 0 else 1
    subject = f"article-{number % articles}/{language}/{revision}"
    return {"day": TODAY, "site": SITE.id, "language": language, "kind": "not_helped", "subject": subject, "count": 12}


async def say(database: Database, *statements: str) -> None:
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


@asynccontextmanager
async def new_database(kind: Backend) -> AsyncIterator[Database]:
    """An empty one; PostgreSQL has as much memory as it takes by itself."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/kalauz.db"
        if kind == "postgresql":
            server = postgres.Server(**postgres.DURABLE, shared_buffers="128MB")
            url = server.url(await server.create())
        database = Database(url)
        await database.migrate()
        try:
            yield database
        finally:
            await database.close()


async def measure(kind: Backend, articles: int) -> dict[str, tuple[int, np.ndarray]]:
    """How many articles each case finds, and the milliseconds that it takes."""
    found = {}
    async with new_database(kind) as database:
        began = time.perf_counter()
        await fill(database, articles)
        print(f"{kind}: filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        for name, wanted in CASES.items():
            times = []
            # The first time, statements are made and pages read: it stands by itself.
            for _ in range(TIMES + 1):
                began = time.perf_counter()
                async with database.reading() as session:
                    seen = await overview(session, wanted, NOW, SITE)
                times.append((time.perf_counter() - began) * 1000)
            found[name] = seen.articles.count, np.array(times)
    return found


async def main(articles: int) -> None:
    measured = {kind: await measure(kind, articles) for kind in BACKENDS}
    print(f"{articles:,} articles in {len(LANGUAGES)} languages, {os.cpu_count()} cores; ms of {TIMES}")
    print("\n| | articles | SQLite: first | median | longest | PostgreSQL: first | median | longest |")
    print(f"|---{'|--:' * 7}|")
    for name in CASES:
        cells = [f"{measured['sqlite'][name][0]:,}"]
        for kind in BACKENDS:
            times = measured[kind][name][1]
            cells += [f"{figure:.0f}" for figure in (times[0], np.median(times[1:]), times[1:].max())]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else ARTICLES))
