"""Question sets: what people ask, and which article answers; to fit the confidence and to measure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retrieval.evaluation.report import BadEvaluationFileError, numbered_lines
from retrieval.question import QuestionError, checked

KINDS: Final = ("in", "out", "urgent", "human", "smalltalk")


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    variant: str
    text: str
    expected: tuple[str, ...]


def read_questions(path: Path) -> list[Question]:
    """A file of `kind, variant, text, expected`; BadEvaluationFileError names the first bad line."""
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
        found.append(Question(columns[0], columns[1], columns[2], expected))
    return found
