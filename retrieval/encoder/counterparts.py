"""What belongs together in a content: how people ask, and the other texts of the article that answers.

The questions that are set aside for fitting the confidence stay out.
"""

import random
from dataclasses import dataclass

from knowledge_base.documents import Article
from retrieval.library import search_documents
from retrieval.passages import passages
from retrieval.question_sets import set_aside

# Of the counterparts of a question, this share are passages and titles; the others are questions in another language.
PASSAGE_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Texts:
    """An article's questions by language, and its passages."""

    questions: dict[str, list[str]]
    passages: list[str]


def texts_of(article: Article) -> Texts | None:
    """None where there is nothing to set against each other."""
    aside = set(set_aside(article))
    questions: dict[str, list[str]] = {}
    parts: list[str] = []
    for number, document in enumerate(search_documents(article)):
        questions.setdefault(document.language, []).extend(q for q in document.questions if q not in aside)
        parts += [passage.text for passage in passages(number, document) if passage.kind != "question"]
    questions = {language: texts for language, texts in questions.items() if texts}
    return Texts(questions, parts) if questions and parts else None


def draw(texts: Texts, rng: random.Random) -> tuple[str, str]:
    """A question and its counterpart, another text of the article."""
    languages = sorted(texts.questions)
    language = rng.choice(languages)
    question = rng.choice(texts.questions[language])
    others = [other for other in languages if other != language]
    if not others or rng.random() < PASSAGE_SHARE:
        return question, rng.choice(texts.passages)
    return question, rng.choice(texts.questions[rng.choice(others)])
