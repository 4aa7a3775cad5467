"""How hard a text is to read: LIX, words a sentence plus the percentage of words with more than six letters.

Source: C. H. Björnsson, Läsbarhet (1968): under 30 is very easy, 30 to 40 easy, 40 to 50 middling, over 50 hard. The
scale is that of Swedish; it compares texts of one language, not languages. Chinese has no words between spaces: none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from knowledge_base.documents import Article, Text
from knowledge_base.languages import primary
from knowledge_base.markdown import plain_text

WORD = re.compile(r"[^\W\d_]+(?:['’ʼ\u200c-][^\W\d_]+)*")
SENTENCE_END = re.compile(r"[.!?:؟۔।։。！？\n]+")
LONG = 6
WITHOUT_SPACES = {"zh"}
# Fewer texts than this say nothing about what is usual in a language.
FEWEST = 8


@dataclass(frozen=True, slots=True)
class Usual:
    """How hard the texts of a language are: LIX from the easiest quarter to the hardest."""

    easy: float
    median: float
    hard: float


def lix(text: str) -> float | None:
    """The LIX of a plain text; None where it has no words."""
    words = WORD.findall(text)
    if not words:
        return None
    sentences = sum(bool(WORD.search(piece)) for piece in SENTENCE_END.split(text))
    return len(words) / sentences + 100 * sum(len(word) > LONG for word in words) / len(words)


def reading_level(text: Text) -> float | None:
    """The LIX of what a migrant reads in a text, its example questions aside."""
    steps = [line for step in text.steps for line in (step.title, step.text or "")]
    return lix("\n".join([text.title, *steps, plain_text(text.body)]))


def reading_levels(articles: Iterable[Article]) -> dict[str, float]:
    """The median LIX of the published texts, by language."""
    known = list(articles)
    languages = sorted({language for article in known for language in article.translations})
    found = {language: levels_in(known, language) for language in languages}
    return {language: round(median(levels), 1) for language, levels in found.items() if levels}


def usual(articles: Iterable[Article], language: str) -> Usual | None:
    """Of the published texts of a language; None where they are too few to say."""
    levels = levels_in(articles, language)
    return Usual(*quantiles(levels, n=4)) if len(levels) >= FEWEST else None


def levels_in(articles: Iterable[Article], language: str) -> Sequence[float]:
    """The LIX of each published text of a language; none for a language without spaces."""
    if primary(language) in WITHOUT_SPACES:
        return []
    known = (article.translations.get(language) for article in articles)
    published = [translation.published.text for translation in known if translation and translation.published]
    return [level for level in map(reading_level, published) if level is not None]
