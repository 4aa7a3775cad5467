"""Question sets: what people ask, and which article answers; to fit the confidence and to measure.

Where nobody has written one for a content, some of its own search questions serve. No training teaches them to an
encoder: one that had learnt them would look surer than it is with a question that it meets for the first time.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge_base.documents import Article
from retrieval.evaluation.report import BadEvaluationFileError, numbered_lines
from retrieval.question import QuestionError, checked

KINDS: Final = ("in", "out", "urgent", "human", "smalltalk")
# Fewer answerable questions than this say too little on how sure an answer is.
ENOUGH: Final = 100


@dataclass(frozen=True, slots=True)
class Question:
    """`language` is that of its file; empty where nobody has said it."""

    kind: str
    variant: str
    text: str
    expected: tuple[str, ...]
    language: str = ""


def read_questions(path: Path) -> list[Question]:
    """A file `LANG.tsv` of `kind, variant, text, expected`; BadEvaluationFileError names the first bad line."""
    found = []
    for number, line in numbered_lines(path):
        columns = line.split("\t")
        if len(columns) == 3:
            columns.append("")
        if len(columns) != 4 or columns[0] not in KINDS:
            raise BadEvaluationFileError(f"{path}:{number}: expected four columns, the first one of {', '.join(KINDS)}")
        if (columns[0] == "in") != bool(columns[3].strip()):
            raise BadEvaluationFileError(f"{path}:{number}: exactly the rows of kind `in` name articles")
        try:
            checked(columns[2])
        except QuestionError as error:
            raise BadEvaluationFileError(f"{path}:{number}: {error}") from error
        expected = tuple(part.strip() for part in columns[3].split("|") if part.strip())
        found.append(Question(columns[0], columns[1], columns[2], expected, path.stem))
    return found


def search_questions(article: Article) -> list[list[str]]:
    """What an article is found by and nobody is shown, a list a language and source."""
    live = [t.published.text.search_questions for t in article.translations.values() if t.published]
    return [list(questions) for questions in (*live, *article.asked.values()) if questions]


def set_aside(article: Article) -> list[str]:
    """One search question of each list, always the same one."""
    return [min(questions, key=share) for questions in search_questions(article)]


def share(text: str) -> float:
    """A fixed pseudo-random number in [0, 1) of a text."""
    return zlib.crc32(text.encode()) / 2**32
