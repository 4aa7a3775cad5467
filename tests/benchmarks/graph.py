"""How much of the exact search's answer the graph finds beyond 100,000 passages: `python -m tests.benchmarks.graph`.

The vectors are those of the starter content's passages, each with little noise, until there are enough.
"""

import json
import time

import faiss
import numpy as np

from knowledge_base.files import read
from retrieval.encoder import DEFAULT, load_encoder
from retrieval.index import GRAPH_SEARCH, nearest_neighbours
from retrieval.library import search_documents
from retrieval.passages import passages
from retrieval.question_sets import read_questions
from tests.benchmarks.served import QUESTIONS
from tests.conftest import ROOT

N_PASSAGES, DEPTH, NOISE = 120_000, 10, 0.3


def main() -> dict[str, float]:
    encoder = load_encoder(DEFAULT / "ngram")
    documents = [d for article in read(ROOT / "knowledge_base" / "content").articles for d in search_documents(article)]
    texts = [passage.text for i, document in enumerate(documents) for passage in passages(i, document)]
    own = encoder.encode_passages(texts)
    rng = np.random.default_rng(1)
    rows = own[rng.integers(0, len(own), N_PASSAGES)]
    rows = rows + rng.normal(0, NOISE / encoder.dimensions**0.5, rows.shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    exact = faiss.IndexFlatIP(encoder.dimensions)
    exact.add(rows)
    began = time.perf_counter()
    graph = nearest_neighbours(rows, encoder.dimensions)
    built = time.perf_counter() - began
    queries = encoder.encode_queries([q.text for path in QUESTIONS for q in read_questions(path)][:500])
    timed = {}
    found = {}
    for name, index in (("exact", exact), ("graph", graph)):
        parameters = faiss.SearchParametersHNSW(efSearch=GRAPH_SEARCH) if name == "graph" else None
        began = time.perf_counter()
        found[name] = [index.search(query[None], DEPTH, params=parameters)[1][0] for query in queries]
        timed[name] = (time.perf_counter() - began) / len(queries) * 1000
    shared = [len(set(a) & set(b)) / DEPTH for a, b in zip(found["exact"], found["graph"], strict=True)]
    return {
        "passages": N_PASSAGES,
        "recall@10": round(float(np.mean(shared)), 4),
        "exact_ms": round(timed["exact"], 2),
        "graph_ms": round(timed["graph"], 2),
        "build_s": round(built, 1),
    }


if __name__ == "__main__":
    print(json.dumps(main()))
