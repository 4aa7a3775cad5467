"""What more content costs, and how many of the nearest passages are found beyond what is searched exactly.

Usage: python -m tests.benchmarks.growth [--write FILE] [PASSAGES …]
The vectors are the starter content's, each with a little noise, drawn until there are enough. The queries are the
questions of `tests/benchmarks/questions`; each is searched for by itself, on one core.
"""

import argparse
import gc
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

import faiss
import numpy as np

from retrieval.index import DENSE_DEPTH, Floats
from retrieval.neighbours import Neighbours, lists_for
from retrieval.question_sets import read_questions
from retrieval.vectors import Halves
from tests import warm
from tests.benchmarks.__main__ import memory_mb
from tests.benchmarks.served import QUESTIONS

SIZES = [1_000, 10_000, 100_000]
NOISE, QUERIES, CHUNK = 0.3, 500, 50_000
NEAREST = 10
HEADER = [
    "| passages | lists | built in s | MB | p50 ms | p99 ms | exact ms | of the 10 nearest | of the 200 nearest |",
    "|---|---|---|---|---|---|---|---|---|",
]


def drawn(own: Halves, size: int) -> Halves:
    """`(size, dimensions) float16`: rows of `own` with noise, unit vectors."""
    rng = np.random.default_rng(1)
    rows = np.empty((size, own.shape[1]), np.float16)
    for begin in range(0, size, CHUNK):
        part = own[rng.integers(0, len(own), min(CHUNK, size - begin))].astype(np.float32)
        part = part + rng.normal(0, NOISE / own.shape[1] ** 0.5, part.shape).astype(np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
        rows[begin : begin + CHUNK] = part
    return rows


def measured(rows: Halves, queries: Floats) -> str:
    gc.collect()
    before, began = memory_mb(os.getpid()), time.perf_counter()
    many = Neighbours(rows)
    built, memory = time.perf_counter() - began, memory_mb(os.getpid()) - before
    found, times = [], []
    for query in queries:
        began = time.perf_counter()
        found.append(many.nearest(query, DENSE_DEPTH))
        times.append((time.perf_counter() - began) * 1000)
    exact = faiss.IndexFlatIP(rows.shape[1])
    exact.add(rows.astype(np.float32))
    began = time.perf_counter()
    nearest = [exact.search(query[None], DENSE_DEPTH)[1][0] for query in queries]
    exact_ms = (time.perf_counter() - began) / len(queries) * 1000
    shares = [
        np.mean([np.isin(right[:depth], own).mean() for own, right in zip(found, nearest, strict=True)])
        for depth in (NEAREST, DENSE_DEPTH)
    ]
    p50, p99 = np.percentile(times, [50, 99])
    cells = [f"{len(rows):,}", lists_for(len(rows)), f"{built:.1f}", f"{memory:.0f}", f"{p50:.2f}", f"{p99:.2f}"]
    cells += [f"{exact_ms:.2f}", *(f"{share:.4f}" for share in shares)]
    return "| " + " | ".join(map(str, cells)) + " |"


def main(sizes: list[int]) -> str:
    faiss.omp_set_num_threads(1)
    own = warm.starter_library().index.vectors
    texts = [question.text for path in QUESTIONS for question in read_questions(path)][:QUERIES]
    queries = np.concatenate([warm.encoder().encode_queries([text]) for text in texts])
    lines = list(HEADER)
    for size in sizes:
        lines.append(measured(drawn(own, size), queries))
        print(lines[-1], flush=True)
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path)
    parser.add_argument("passages", type=int, nargs="*")
    chosen = parser.parse_args()
    sizes = chosen.passages or SIZES
    table = main(sizes)
    command = f"python -m tests.benchmarks.growth {' '.join(map(str, sizes))}"
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    if chosen.write:
        head = f"# Growth of content\n\n`{command}` on {datetime.now(UTC):%d %B %Y}; {machine}.\n\n"
        chosen.write.write_text(f"{head}{table}\n", "utf-8")
