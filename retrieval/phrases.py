"""Example sentences of what people say besides questions: danger, greetings, "how much?", "next"."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from retrieval.evaluation.report import BadEvaluationFileError, numbered_lines
from retrieval.question import QuestionError, checked

Family = Literal["urgent", "human", "smalltalk", "vague", "follow_up", "move", "reply", "case"]

FAMILIES: Final[dict[str, Family | None]] = {
    "urgent-violence": "urgent",
    "urgent-trafficking": "urgent",
    "urgent-suicide": "urgent",
    "urgent-deportation": "urgent",
    "urgent-child": "urgent",
    "urgent-medical": "urgent",
    # Near misses: the words of danger without the danger. They belong with the questions.
    "not-urgent": None,
    "human": "human",
    "greeting": "smalltalk",
    "thanks": "smalltalk",
    "goodbye": "smalltalk",
    "bot": "smalltalk",
    "insult": "smalltalk",
    "ok": "smalltalk",
    "vague": "vague",
    "ask-cost": "follow_up",
    "ask-papers": "follow_up",
    "ask-place": "follow_up",
    "ask-time": "follow_up",
    "ask-steps": "follow_up",
    "ask-who": "follow_up",
    "ask-more": "follow_up",
    "go-next": "move",
    "go-back": "move",
    "stop": "move",
    "resume": "move",
    "yes": "reply",
    "no": "reply",
    "am-eea": "case",
    "am-third-country": "case",
    "am-asylum": "case",
    "am-temporary-protection": "case",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    kind: str
    language: str
    text: str


def read_phrases(path: Path) -> list[Phrase]:
    """A file `LANG.tsv` of `kind, text`; BadEvaluationFileError names the first bad line."""
    found = []
    for number, line in numbered_lines(path):
        kind, _, text = line.partition("\t")
        if kind not in FAMILIES or "\t" in text:
            raise BadEvaluationFileError(f"{path}:{number}: expected a kind and a text; kinds: {', '.join(FAMILIES)}")
        try:
            found.append(Phrase(kind, path.stem, checked(text)))
        except QuestionError as error:
            raise BadEvaluationFileError(f"{path}:{number}: {error}") from error
    return found
