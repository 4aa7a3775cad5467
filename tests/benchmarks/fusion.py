"""Choose the weights that the search starts from, on OMoS-QA train: `python -m tests.benchmarks.fusion SHARED`.

Every question language against every corpus language, learned together as `retrieval.ranking` does it. Prints
the weights for `DEFAULT_WEIGHTS` and what they find on train; dev is for reporting only.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from retrieval.encoder import load_encoder
from retrieval.evaluation.ranking import read_jsonl, read_qrels
from retrieval.index import DEFAULT_WEIGHTS, HybridIndex
from retrieval.passages import SearchDocument
from retrieval.ranking import Candidates, evidence_of, fit_weights
from retrieval.vectors import VectorCache

DEPTH = 30


def main(shared: Path, encoder_name: str | None) -> None:
    folder = shared / "benchmarks" / "omos-qa"
    encoder = load_encoder(encoder_name) if encoder_name else load_encoder()
    relevant = read_qrels(folder / "qrels" / "train.tsv")
    questions: list[Candidates] = []
    names: list[str] = []
    for corpus in sorted(folder.glob("corpus.*.jsonl")):
        language = corpus.name.split(".")[1]
        pages = read_jsonl(corpus, ("_id", "title", "text"))
        documents = [SearchDocument(p["_id"], language, p["title"], (), (p["text"],)) for p in pages]
        cache = VectorCache(Path(tempfile.gettempdir()) / "kalauz-fusion" / language)
        index = HybridIndex(documents, encoder, cache=cache)
        for path in sorted(folder.glob("queries.train.*.jsonl")):
            for query in read_jsonl(path, ("_id", "text")):
                hits = index.search(query["text"], limit=DEPTH) if query["_id"] in relevant else []
                if hits:
                    names = list(hits[0].evidence)
                    right = [index.ids[hit.entry] in relevant[query["_id"]] for hit in hits]
                    questions.append(Candidates(evidence_of(hits, names), np.array(right, dtype=bool)))
        print(f"{language}: {len(questions)} questions so far", file=sys.stderr)
    weights = fit_weights(questions, names, DEFAULT_WEIGHTS)
    print({name: round(weight, 2) for name, weight in weights.items()})
    for label, chosen in (("before", DEFAULT_WEIGHTS), ("fitted", weights)):
        vector = [chosen.get(name, 0.0) for name in names]
        orders = [(q.evidence @ vector).argsort()[::-1] for q in questions]
        top = [[q.right[o[:k]].any() for q, o in zip(questions, orders, strict=True)] for k in (1, 3)]
        print(label, *(f"recall@{k} {sum(found) / len(found):.3f}" for k, found in zip((1, 3), top, strict=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
