"""What more content costs, and how much of the exact search's answer the graph finds beyond 100,000 passages.

Usage: python -m tests.benchmarks.graph [PASSAGES …]
The vectors are the n-gram encoder's of the starter content's passages, each with little noise, until there are enough.
A JSON object a line.
"""

import json
import sys
import time
from typing import Any

import faiss
import numpy as np

from knowledge_base.files import read
from retrieval.encoder import DEFAULT, load_encoder
from retrieval.index import GRAPH_LINKS, GRAPH_SEARCH, Floats, nearest_neighbours
from retrieval.library import search_documents
from retrieval.passages import passages
from retrieval.question_sets import read_questions
from tests.benchmarks.served import QUESTIONS
from tests.conftest import ROOT

N_PASSAGES, DEPTH, NOISE = 120_000, 10, 0.3
MIB = 1 << 20


def measured(own: Floats, queries: Floats, size: int) -> dict[str, float]:
    rng = np.random.default_rng(1)
    dimensions = own.shape[1]
    rows = own[rng.integers(0, len(own), size)]
    rows += rng.normal(0, NOISE / dimensions**0.5, rows.shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    exact = faiss.IndexFlatIP(dimensions)
    exact.add(rows)
    began = time.perf_counter()
    served = nearest_neighbours(rows, dimensions)
    built = time.perf_counter() - began
    is_graph = isinstance(served, faiss.IndexHNSWFlat)
    links = GRAPH_LINKS * 2 * 4 * size if is_graph else 0
    timed: dict[str, float] = {}
    found: dict[str, list[Any]] = {}
    for name, index in (("exact", exact), ("served", served)):
        parameters = faiss.SearchParametersHNSW(efSearch=GRAPH_SEARCH) if name == "served" and is_graph else None
        began = time.perf_counter()
        found[name] = [index.search(query[None], DEPTH, params=parameters)[1][0] for query in queries]
        timed[name] = (time.perf_counter() - began) / len(queries) * 1000
    shared = [len(set(a) & set(b)) / DEPTH for a, b in zip(found["exact"], found["served"], strict=True)]
    return {
        "passages": size,
        "recall@10": round(float(np.mean(shared)), 4),
        "exact_ms": round(timed["exact"], 2),
        "served_ms": round(timed["served"], 2),
        "build_s": round(built, 1),
        "vectors_and_links_mib": round((rows.nbytes + links) / MIB),
    }


def main(sizes: list[int]) -> None:
    encoder = load_encoder(DEFAULT / "ngram")
    documents = [d for article in read(ROOT / "knowledge_base" / "content").articles for d in search_documents(article)]
    texts = [passage.text for i, document in enumerate(documents) for passage in passages(i, document)]
    own = encoder.encode_passages(texts)
    queries = encoder.encode_queries([q.text for path in QUESTIONS for q in read_questions(path)][:500])
    for size in sizes:
        print(json.dumps(measured(own, queries, size)), flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [N_PASSAGES])
