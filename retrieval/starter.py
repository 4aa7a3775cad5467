"""The language data that comes with the program: example phrases, and question sets for fitting."""

from pathlib import Path

import knowledge_base
from retrieval.phrases import Phrase, read_phrases
from retrieval.question_sets import Question, read_questions

CONTENT = Path(knowledge_base.__file__).parent / "content"


def phrases() -> list[Phrase]:
    return [phrase for path in sorted((CONTENT / "phrases").glob("*.tsv")) for phrase in read_phrases(path)]


def question_set() -> list[Question]:
    """The questions for fitting; those of articles that a site does not have are left out where they are used."""
    return [question for path in sorted((CONTENT / "questions").glob("*.tsv")) for question in read_questions(path)]
