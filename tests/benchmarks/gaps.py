"""How well questions of one meaning gather: `python -m tests.benchmarks.gaps`.

Questions whose right article is known, in 27 languages: those that share one should be one gap. B-cubed precision and
recall (Bagga and Baldwin 1998; Amigó et al. 2009): of the questions in a question's gap, itself among them, how many
share an article with it, and of those that share one, how many are there. The distance is chosen on the questions with
which the confidence is fitted, and measured on those of the benchmark.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.needs.gaps import APART, grouped
from retrieval.encoder import Encoder, load_encoder
from retrieval.question_sets import Question, read_questions
from retrieval.starter import question_set
from tests.benchmarks.served import QUESTIONS

DISTANCES = [round(0.3 + 0.05 * step, 2) for step in range(13)]


def b_cubed(groups: NDArray[np.int64], alike: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean; `alike` is `(n, n)`: which questions share an article."""
    together = groups[:, None] == groups[None, :]
    right = (together & alike).sum(1)
    precision, recall = float((right / together.sum(1)).mean()), float((right / alike.sum(1)).mean())
    return precision, recall, 2 * precision * recall / (precision + recall)


def sharing(questions: Sequence[Question]) -> NDArray[np.bool_]:
    """Which questions share a right article, `(n, n)`."""
    articles = sorted({article for question in questions for article in question.expected})
    has = np.array([[article in question.expected for article in articles] for question in questions], dtype=np.int64)
    found: NDArray[np.bool_] = has @ has.T > 0
    return found


def table(title: str, questions: Sequence[Question], encoder: Encoder) -> str:
    vectors, alike = encoder.encode_queries([question.text for question in questions]), sharing(questions)
    lines = [
        f"{title}: {len(questions)} questions",
        "",
        "| apart | gaps | precision | recall | F |",
        "|---|---|---|---|---|",
    ]
    for apart in DISTANCES:
        groups = grouped(vectors, apart)
        figures = " | ".join(f"{figure:.3f}" for figure in b_cubed(groups, alike))
        lines.append(f"| {apart}{' (set)' if apart == APART else ''} | {groups.max() + 1} | {figures} |")
    return "\n".join([*lines, ""])


def answerable(questions: Iterable[Question]) -> list[Question]:
    return [question for question in questions if question.kind == "in"]


if __name__ == "__main__":
    shipped = load_encoder()
    print(table("To choose by", answerable(question_set()), shipped))
    print(table("Benchmark", answerable(question for path in QUESTIONS for question in read_questions(path)), shipped))
