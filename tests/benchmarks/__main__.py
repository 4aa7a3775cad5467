"""`make bench`: every figure of docs/benchmarks, in one run on one machine.

Usage: python -m tests.benchmarks [SHARED] [--write FILE]
SHARED holds benchmarks/omos-qa and benchmarks/ntrex; without it, only what the repository has is measured.
"""

import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from retrieval.evaluation.bitext import evaluate_bitext
from retrieval.evaluation.questions import evaluate_questions, read_questions
from retrieval.evaluation.ranking import evaluate_ranking
from retrieval.evaluation.report import Report
from tests.benchmarks.served import NOW, QUESTIONS, load, take_in

PORT = 8765
DEADLINE_S = 120


def table(report: Report, metrics: list[str], dimensions: list[str]) -> str:
    """A Markdown table of a report."""
    lines = ["| " + " | ".join(dimensions + metrics) + " |", "|" + "---|" * len(dimensions + metrics)]
    for row in report.rows:
        cells = [str(row.get(name, "")) for name in dimensions]
        cells += ["" if row.get(name) is None else f"{row[name]:.3f}" for name in metrics]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def memory_mb(pid: int) -> float:
    """Resident memory of a process in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def get(client: httpx.Client, path: str) -> int:
    try:
        return client.get(path).status_code
    except httpx.TransportError:
        return 0


def measure_server(environment: dict[str, str], questions: list[str]) -> dict[str, str]:
    """Start a real server: seconds to /health and /ready, memory, milliseconds a question over HTTP."""
    command = [sys.executable, "-m", "channels", "serve", "--port", str(PORT)]
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=10) as client:
                moments: dict[str, float] = {}
                for path in ("/health", "/ready"):
                    while get(client, path) != 200:
                        if time.perf_counter() - started > DEADLINE_S:
                            raise TimeoutError(f"{path} did not answer")
                        time.sleep(0.01)
                    moments[path] = time.perf_counter() - started
                times = []
                for text in questions:
                    before = time.perf_counter()
                    client.post("/api/v1/ask", json={"text": text}).raise_for_status()
                    times.append((time.perf_counter() - before) * 1000)
                memory = memory_mb(process.pid)
        finally:
            process.terminate()
    return {
        "start to first `/health`": f"{moments['/health']:.2f} s",
        "start to `/ready`": f"{moments['/ready']:.2f} s",
        "memory after the questions": f"{memory:.0f} MB",
        "a question over HTTP, p50 / p99": f"{np.percentile(times, 50):.1f} / {np.percentile(times, 99):.1f} ms",
    }


def main(shared: Path | None) -> str:
    from retrieval.encoder import DEFAULT, load_encoder

    parts = ["# Measured", ""]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    parts += [f"`make bench` on {datetime.now(UTC):%d %B %Y}; {machine}.", ""]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        environment = take_in(Path(folder))
        parts.append(f"- `kalauz kb import` and `kalauz index build`: {time.perf_counter() - began:.1f} s")
        texts = [question.text for path in QUESTIONS for question in read_questions(path)]
        for name, value in measure_server(environment, texts).items():
            parts.append(f"- {name}: {value}")

        answers = asyncio.run(load(Path(folder)))
        report = evaluate_questions(QUESTIONS, answers, now=NOW)
        times = [answers.ask(text, now=NOW).elapsed_ms for text in texts]
    parts.append(
        f"- a question in process, p50 / p99: {np.percentile(times, 50):.1f} / {np.percentile(times, 99):.1f} ms"
    )
    parts += ["", f"## Our own questions ({len(texts)}, {len(QUESTIONS)} languages)", "", str(report.meta), ""]
    metrics = ["top1", "top3", "answered_right", "answered_wrong", "abstained", "out_answered", "language_right"]
    shown = Report(report.meta, [row for row in report.rows if row["variant"] == "all"])
    parts.append(table(shown, metrics, ["language", "n"]))
    if shared is not None:
        encoder: Any = load_encoder(DEFAULT)
        for retriever in ("hybrid", "dense", "lexical"):
            ranking = evaluate_ranking(shared / "benchmarks/omos-qa", encoder, split="dev", retriever=retriever)
            parts += ["", f"## OMoS-QA dev, pages, {retriever}", ""]
            names = ["recall@1", "recall@3", "recall@10", "MRR@10", "nDCG@10"]
            parts.append(table(ranking, names, ["language", "corpus_language", "n"]))
        bitext = evaluate_bitext(sorted((shared / "benchmarks/ntrex").glob("*.tsv.gz")), encoder)
        parts += ["", "## NTREX-128, dense only", "", table(bitext, ["p@1", "p@1_back"], ["language", "n"])]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    target = Path(arguments[arguments.index("--write") + 1]) if "--write" in arguments else None
    folders = [a for a in arguments if a != "--write" and (target is None or a != str(target))]
    text = main(Path(folders[0]) if folders else None)
    print(text)
    if target:
        target.write_text(text, "utf-8")
