"""Why goals are missed: `python -m tests.benchmarks.misses SHARED`.

Where the right article and the right page stand when they do not come first, which kinds of question lose them,
and which languages are taken for one another.
"""

import gzip
import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval.answers import Answers
from retrieval.encoder import load_encoder
from retrieval.encoder.corpus import LANGUAGES
from retrieval.evaluation.questions import same_language
from retrieval.evaluation.ranking import read_jsonl, read_qrels
from retrieval.index import HybridIndex
from retrieval.language import LanguageDetector
from retrieval.passages import SearchDocument
from retrieval.question_sets import read_questions
from tests.benchmarks.remembered import Remembered
from tests.benchmarks.served import NOW, QUESTIONS, served

DEPTH = 30
PLACES = ((1, "1"), (3, "2 to 3"), (10, "4 to 10"), (DEPTH, f"11 to {DEPTH}"))
LOST = "not found"


def place(found: Sequence[str], expected: Iterable[str]) -> str:
    """Where the first right one stands."""
    right = set(expected)
    rank = next((i for i, identifier in enumerate(found, 1) if identifier in right), None)
    return LOST if rank is None else next(name for limit, name in PLACES if rank <= limit)


def shares(counts: Counter[str]) -> str:
    total = sum(counts.values())
    return " | ".join(f"{counts[name] / total:.3f}" for name in [*(name for _, name in PLACES), LOST])


def header(first: str) -> str:
    names = [name for _, name in PLACES] + [LOST]
    return f"\n| {first} | " + " | ".join(names) + " |\n|" + "---|" * (len(names) + 1)


def own_questions(answers: Answers) -> None:
    library, weights = answers.library, answers.calibration.weights
    by_variant: dict[str, Counter[str]] = {}
    beside: Counter[str] = Counter()
    for path in QUESTIONS:
        for question in read_questions(path):
            if question.kind != "in":
                continue
            hits = library.search(
                question.text, countries=set(answers.site.countries), year=NOW.year, weights=weights, limit=DEPTH
            )
            at = place([hit.article.id for hit in hits], question.expected)
            by_variant.setdefault("all", Counter())[at] += 1
            by_variant.setdefault(question.variant, Counter())[at] += 1
            if at != PLACES[0][1] and hits:
                known = [library.articles[one] for one in question.expected if one in library.articles]
                wanted = {topic for article in known for topic in article.facts.topics}
                beside[f"{'same' if wanted & set(hits[0].article.facts.topics) else 'another'} topic"] += 1
                if answers.ask(question.text, now=NOW).outcome == "answer":
                    beside["answered with it"] += 1
    print("## Our own questions: where the right article stands", header("variant"))
    for variant, counts in by_variant.items():
        print(f"| {variant} ({sum(counts.values())}) | {shares(counts)} |")
    print("\nWhat came first instead:", dict(beside))


def pages(folder: Path) -> None:
    encoder = Remembered(load_encoder())
    relevant = read_qrels(folder / "qrels" / "dev.tsv")
    lengths: dict[bool, list[int]] = {True: [], False: []}
    print("\n## OMoS-QA dev: where the right page stands", header("question → pages"))
    for corpus in sorted(folder.glob("corpus.*.jsonl")):
        language = corpus.name.split(".")[1]
        documents = [
            SearchDocument(p["_id"], language, p["title"], (), (p["text"],))
            for p in read_jsonl(corpus, ("_id", "title", "text"))
        ]
        size = {document.id: len(document.parts[0].split()) for document in documents}
        index = HybridIndex(documents, encoder)
        for path in sorted(folder.glob("queries.dev.*.jsonl")):
            counts: Counter[str] = Counter()
            for query in read_jsonl(path, ("_id", "text")):
                if expected := relevant.get(query["_id"]):
                    hits = index.search(query["text"], limit=DEPTH)
                    at = place([index.ids[hit.entry] for hit in hits], expected)
                    counts[at] += 1
                    among_three = at in (PLACES[0][1], PLACES[1][1])
                    lengths[among_three].append(min(size[page] for page in expected if page in size))
            print(f"| {path.name.split('.')[2]} → {language} | {shares(counts)} |")
    print("\nMedian words of the right page: among three", np.median(lengths[True]), "else", np.median(lengths[False]))


def languages(ntrex: Path, detector: LanguageDetector, n_words: int = 2) -> None:
    taken: Counter[str] = Counter()
    for code in LANGUAGES:
        with gzip.open(ntrex / f"{code}.tsv.gz", "rt", encoding="utf-8") as lines:
            for line in itertools.islice(lines, 200):
                text = line.rstrip("\n").split("\t")[1]
                text = text[: n_words * 2] if code == "zh" else " ".join(text.split()[:n_words])
                likeliest = next(iter(detector.detect(text).alternatives), None)
                if not same_language(likeliest, code):
                    taken[f"{code} for {likeliest or 'none'}"] += 1
    print(f"\n## The first {n_words} words of NTREX sentences: taken for another language\n")
    print(", ".join(f"{pair} {count}" for pair, count in taken.most_common(12)), "of", sum(taken.values()))


def main(shared: Path) -> None:
    with served() as answers:
        own_questions(answers)
        languages(shared / "benchmarks" / "ntrex", answers.detector)
    pages(shared / "benchmarks" / "omos-qa")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
