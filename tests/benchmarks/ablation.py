"""What each part brings to our own questions: `python -m tests.benchmarks.ablation [ENCODER_FOLDER …]`.

The reporting half, answerable questions on Hungary: the share whose right article comes first, and is among
three, for each encoder, with and without the questions of `asked/`. Everything is fitted anew each time. Without
folders, those that ship: both, and each alone.
"""

import sys
import tempfile
from pathlib import Path

from knowledge_base.documents import Content
from knowledge_base.files import read
from knowledge_base.glossary import shipped_glossary
from retrieval.confidence import fit
from retrieval.encoder import DEFAULT, load_encoder
from retrieval.library import Library
from retrieval.question_sets import read_questions
from retrieval.starter import question_set
from retrieval.vectors import VectorCache
from tests.benchmarks.served import NOW, QUESTIONS
from tests.conftest import ROOT

COUNTRIES = {"HU"}


def without_asked(content: Content) -> Content:
    return content.model_copy(update={"articles": [a.model_copy(update={"asked": {}}) for a in content.articles]})


def measured(library: Library) -> tuple[float, float]:
    """The shares of right first articles, and of right ones among three: means over the languages."""
    calibration = fit(library, questions=question_set(), countries=COUNTRIES, year=NOW.year)
    served = {article.id for article in library.content.articles if article.facts.country in COUNTRIES}
    first, third = [], []
    for path in QUESTIONS:
        ranks = []
        for question in read_questions(path):
            if question.kind == "in" and served & set(question.expected):
                hits = library.search(
                    question.text, countries=COUNTRIES, year=NOW.year, weights=calibration.weights, limit=3
                )
                ranks.append([hit.article.id in question.expected for hit in hits])
        first.append(sum(any(rank[:1]) for rank in ranks) / len(ranks))
        third.append(sum(any(rank) for rank in ranks) / len(ranks))
    return sum(first) / len(first), sum(third) / len(third)


def main(folders: list[Path]) -> None:
    content = read(ROOT / "knowledge_base" / "content")
    print("| encoder | questions of `asked/` | right first | among three |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for path in folders:
            encoder = load_encoder(path)
            name = encoder.name
            for said, chosen in (("yes", content), ("no", without_asked(content))):
                cache = VectorCache(Path(folder) / f"{name}-{said}")
                top1, top3 = measured(Library(chosen, encoder, cache=cache, glossary=shipped_glossary()))
                print(f"| {name} | {said} | {top1:.3f} | {top3:.3f} |", flush=True)


if __name__ == "__main__":
    main([Path(arg) for arg in sys.argv[1:]] or [DEFAULT, DEFAULT / "ngram", DEFAULT / "transformer"])
