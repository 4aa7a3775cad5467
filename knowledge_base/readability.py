"""How hard a text is to read: LIX, words a sentence plus the percentage of words with more than six letters.

Source: C. H. Björnsson, Läsbarhet (1968): under 30 is very easy, 30 to 40 easy, 40 to 50 middling, over 50 hard. The
scale is that of Swedish; it compares texts of one language, not languages. Chinese has no words between spaces: none.
"""

import re
from collections.abc import Iterable
from statistics import median

from knowledge_base.documents import Article, Text
from knowledge_base.languages import primary
from knowledge_base.markdown import plain_text

WORD = re.compile(r"[^\W\d_]+(?:['’ʼ\u200c-][^\W\d_]+)*")
SENTENCE_END = re.compile(r"[.!?:؟۔।։。！？\n]+")
LONG = 6
WITHOUT_SPACES = {"zh"}


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
    found: dict[str, list[float]] = {}
    for article in articles:
        for language, translation in article.translations.items():
            if translation.published is None or primary(language) in WITHOUT_SPACES:
                continue
            level = reading_level(translation.published.text)
            if level is not None:
                found.setdefault(language, []).append(level)
    return {language: round(median(levels), 1) for language, levels in sorted(found.items())}
