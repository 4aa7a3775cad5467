"""Which articles say a word, or a part of one, in any of their texts.

For each translation `said_words` holds the different words of its published and its newest text, without capitals and
accents. The index `grams` beside it holds the pieces of one to three characters of these words; it is of the kind that
the database has: a table of FTS5 in SQLite, arrays under GIN in PostgreSQL. Pieces find words in every script, with or
without spaces between them. All of it can be made again from the texts, so no backup holds it.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Integer, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.folding import folded
from knowledge_base.tables import ArticleRow, RevisionRow, SaidRow, SaidWordsRow, TranslationRow

LONGEST = 3
# Of how many articles the texts are taken in at once.
AT_ONCE = 20
# FTS5 parts words at the signs of ASCII: where they stand for letters that nobody writes, it does not.
SIGNS = {code: 0x10FF00 + code for code in range(128) if not chr(code).isalnum() and code != ord(" ")}
# The table, and what is quicker done when it is filled.
MAKE = {
    "sqlite": ["CREATE VIRTUAL TABLE grams USING fts5(pieces, content='', detail=none, columnsize=0, tokenize=ascii)"],
    "postgresql": [
        "CREATE TABLE grams (number INTEGER PRIMARY KEY REFERENCES said, pieces TEXT[] NOT NULL)",
        "CREATE INDEX ix_grams ON grams USING gin (pieces) WITH (fastupdate = off)",
    ],
}
ADD = {
    "sqlite": text("INSERT INTO grams (rowid, pieces) VALUES (:number, :pieces)"),
    "postgresql": text("INSERT INTO grams (number, pieces) VALUES (:number, string_to_array(:pieces, ' '))"),
}
TAKE_OUT = {
    "sqlite": text("INSERT INTO grams (grams, rowid, pieces) VALUES ('delete', :number, :pieces)"),
    "postgresql": text("DELETE FROM grams WHERE number = :number"),
}
WITH_ALL = {
    "sqlite": text("SELECT rowid AS number FROM grams WHERE grams MATCH :pieces"),
    "postgresql": text("SELECT number FROM grams WHERE pieces @> string_to_array(:pieces, ' ')"),
}
# The texts that count: the published and the newest.
KEPT = select(TranslationRow.article_id, TranslationRow.language, RevisionRow.text).join(
    RevisionRow,
    (RevisionRow.article_id == TranslationRow.article_id)
    & (RevisionRow.language == TranslationRow.language)
    & or_(RevisionRow.number == TranslationRow.published, RevisionRow.number == TranslationRow.newest),
)


def is_derived(table: str) -> bool:
    """Whether a table is one of these; FTS5 makes some of its own."""
    return table in ("said", "said_words", "grams") or table.startswith("grams_")


def words(texts: Iterable[Mapping[str, Any]]) -> list[str]:
    """The different words of texts as they are stored, folded and in order."""
    said: list[str] = []
    for one in texts:
        said += [one.get("title", ""), one.get("body", "")]
        said += [*one.get("questions", []), *one.get("search_questions", [])]
        said += [f"{step['title']} {step.get('text') or ''}" for step in one.get("steps", [])]
    return sorted(set(folded("\n".join(said)).split()))


async def keep(session: AsyncSession, article: str, language: str) -> None:
    """After a text was saved, published or withdrawn."""
    kind = session.get_bind().dialect.name
    own = SaidRow.article_id == article, SaidRow.language == language
    stored = KEPT.where(TranslationRow.article_id == article, TranslationRow.language == language)
    now = words(row.text for row in await session.execute(stored))
    row = await session.scalar(select(SaidWordsRow).join(SaidRow, SaidRow.number == SaidWordsRow.number).where(*own))
    if row is not None and row.words == " ".join(now):
        return
    if row is not None:
        await session.execute(TAKE_OUT[kind], {"number": row.number, "pieces": _pieces(row.words.split())})
        row.words = " ".join(now)
    else:
        said = SaidRow(article_id=article, language=language)
        session.add(said)
        await session.flush()
        row = SaidWordsRow(number=said.number, words=" ".join(now))
        session.add(row)
    await session.flush()
    await session.execute(ADD[kind], {"number": row.number, "pieces": _pieces(now)})


async def saying(session: AsyncSession, word: str) -> set[str]:
    """The ids of the articles that say a folded word somewhere, or have it in their id."""
    kind = session.get_bind().dialect.name
    pieces = _pieces([word], shortest=min(len(word), LONGEST))
    numbers = WITH_ALL[kind].bindparams(pieces=pieces).columns(number=Integer)
    found = select(SaidRow.article_id).where(SaidRow.number.in_(numbers)).distinct()
    if len(word) > LONGEST:
        says = SaidWordsRow.words.contains(word, autoescape=True)
        found = found.join(SaidWordsRow, SaidWordsRow.number == SaidRow.number).where(says)
    named = select(ArticleRow.id).where(ArticleRow.id.contains(word, autoescape=True))
    return {*await session.scalars(found), *await session.scalars(named)}


def fill(connection: Connection) -> None:
    """Where nothing is kept yet, all that the texts say."""
    ids = connection.scalars(select(TranslationRow.article_id).distinct().order_by(TranslationRow.article_id)).all()
    # Not as one long result: on PostgreSQL it would stay open, and a migration could change the texts' tables no more.
    for start in range(0, len(ids), AT_ONCE):
        some = TranslationRow.article_id.in_(ids[start : start + AT_ONCE])
        rows = connection.execute(KEPT.where(some).order_by(TranslationRow.article_id, TranslationRow.language))
        told = groupby(rows, lambda row: (row.article_id, row.language))
        add(connection, {key: words(row.text for row in of_text) for key, of_text in told})


def add(connection: Connection, said: Mapping[tuple[str, str], Collection[str]]) -> None:
    """The words of texts, by article and language, for which nothing is kept yet."""
    adding = insert(SaidRow).returning(SaidRow.number, sort_by_parameter_order=True)
    numbers = list(connection.scalars(adding, [{"article_id": article, "language": tag} for article, tag in said]))
    rows = [
        {"number": number, "words": " ".join(some), "pieces": _pieces(some)}
        for number, some in zip(numbers, said.values(), strict=True)
    ]
    connection.execute(insert(SaidWordsRow), [{"number": row["number"], "words": row["words"]} for row in rows])
    connection.execute(ADD[connection.dialect.name], rows)


def _pieces(words: Iterable[str], shortest: int = 1) -> str:
    """What `grams` holds of words, with spaces between."""
    moved = " ".join(words).translate(SIGNS).split(" ")
    sizes = range(shortest, LONGEST + 1)
    return " ".join({word[at : at + size] for word in moved for size in sizes for at in range(len(word) - size + 1)})
