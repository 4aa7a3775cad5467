"""One core, 20,000 passages of the starter content: `python -m tests.benchmarks.speed [--encoder FOLDER]`.

Prints JSON: passages indexed a second, milliseconds a question from text to ranked articles (p50, p99), memory.
"""

import json
import os
import sys
import time
from pathlib import Path

N_PASSAGES = 20_000


def main(encoder_name: str | None) -> dict[str, float | str]:
    # Before NumPy and its like count the cores.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    import faiss
    import numpy as np

    from knowledge_base.files import read
    from retrieval.encoder import load_encoder
    from retrieval.index import HybridIndex
    from retrieval.library import search_documents
    from retrieval.passages import passages
    from retrieval.question_sets import read_questions
    from tests.benchmarks.served import QUESTIONS
    from tests.conftest import ROOT

    faiss.omp_set_num_threads(1)
    began = time.perf_counter()
    encoder = load_encoder(encoder_name) if encoder_name else load_encoder()
    loaded = time.perf_counter() - began
    documents = []
    count = 0
    for article in read(ROOT / "knowledge_base" / "content").articles:
        for document in search_documents(article):
            size = sum(1 for _ in passages(0, document))
            if count + size <= N_PASSAGES:
                documents.append(document)
                count += size
    texts = [passage.text for i, document in enumerate(documents) for passage in passages(i, document)]
    began = time.perf_counter()
    encoder.encode_passages(texts[:2000])
    rate = min(len(texts), 2000) / (time.perf_counter() - began)
    index = HybridIndex(documents, encoder)
    questions = [question.text for path in QUESTIONS for question in read_questions(path)]
    for question in questions[:50]:
        index.search(question)
    times = []
    for question in questions[50:]:
        began = time.perf_counter()
        index.search(question)
        times.append((time.perf_counter() - began) * 1000)
    status = Path("/proc/self/status").read_text()
    memory = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024
    return {
        "encoder": encoder.name,
        "passages": len(texts),
        "load_s": round(loaded, 2),
        "passages_a_second": round(rate),
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p99_ms": round(float(np.percentile(times, 99)), 1),
        "memory_mb": round(memory),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[2] if len(sys.argv) > 2 else None)))
