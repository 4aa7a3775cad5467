"""`make bench`: every figure of docs/benchmarks, in one run on one machine.

Usage: python -m tests.benchmarks [SHARED] [--baselines] [--write FILE]
SHARED holds benchmarks/omos-qa and benchmarks/ntrex; without it, only what the repository has is measured.
"""

import argparse
import asyncio
import gzip
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np

from retrieval.answers import Answers
from retrieval.encoder import DEFAULT, load_encoder
from retrieval.encoder.corpus import LANGUAGES
from retrieval.evaluation.bitext import evaluate_bitext
from retrieval.evaluation.language import evaluate_language
from retrieval.evaluation.questions import evaluate_questions, read_questions, same_language
from retrieval.evaluation.ranking import evaluate_ranking
from retrieval.evaluation.report import Report
from retrieval.language import LanguageDetector
from tests.benchmarks.baselines import PAIRS, all_of_them, recall_at_3
from tests.benchmarks.reliability import diagram, expected_error, wilson
from tests.benchmarks.remembered import Remembered
from tests.benchmarks.served import HERE, NOW, QUESTIONS, load, take_in
from tests.benchmarks.targets import targets_section

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
                for number, text in enumerate(questions):
                    # Nobody asks so much: the limits are by the network.
                    headers = {"X-Forwarded-For": f"10.0.{number // 256}.{number % 256}"}
                    before = time.perf_counter()
                    client.post("/api/v1/ask", json={"text": text}, headers=headers).raise_for_status()
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


def questions_section(answers: Answers, folder: Path, figures: dict[str, float]) -> list[str]:
    """What our own questions find, with intervals; writes the reliability diagram into the folder."""
    report = evaluate_questions(QUESTIONS, answers, now=NOW)
    shown = Report(report.meta, [row for row in report.rows if row["variant"] == "all"])
    rows = {str(row["language"]): row for row in shown.rows}
    best = max(float(row["top1"] or 0) for name, row in rows.items() if name != "all")
    worst = min(rows, key=lambda name: float(rows[name]["top1"] or 0))
    mean = rows["all"]
    for name, column in (
        ("own questions: right article first", "top1"),
        ("own questions: right article among three", "top3"),
        ("own questions: answered wrongly", "answered_wrong"),
        ("questions out of scope: answered", "out_answered"),
        ("danger recognised", "urgent_recall"),
        ("taken for danger, of all else", "urgent_false"),
    ):
        figures[name] = float(mean[column] or 0)
    figures["own questions: the worst language against the best"] = float(rows[worst]["top1"] or 0) / best
    everything = [(path, question) for path in QUESTIONS for question in read_questions(path)]
    asked = [
        (question, answers.ask(question.text, now=NOW)) for _, question in everything if question.kind in ("in", "out")
    ]
    confidences = [answer.confidence if answer.meaning is None else 0.0 for _, answer in asked]
    right = [bool(answer.choices) and answer.choices[0].article in question.expected for question, answer in asked]
    (folder / "reliability.svg").write_text(diagram(confidences, right), "utf-8")
    metrics = ["top1", "top3", "answered_right", "answered_wrong", "abstained", "out_answered", "language_right"]
    lines = [f"## Our own questions ({len(everything)}, {len(QUESTIONS)} languages)", "", str(report.meta), ""]
    lines += [table(shown, metrics, ["language", "n", "n_in"]), ""]
    lines += [
        f"The worst language ({worst}) has {float(rows[worst]['top1'] or 0) / best:.2f} of the best one's top1.",
        "",
    ]
    lines += ["Answered wrongly, of all answerable questions, with the 95 % interval (Wilson):", ""]
    lines += ["| language | wrong | of | interval |", "|---|---|---|---|"]
    for name, row in rows.items():
        n = int(row["n_in"] or 0)
        wrong = round(float(row["answered_wrong"] or 0) * n)
        low, high = wilson(wrong, n)
        lines.append(f"| {name} | {wrong} | {n} | {low:.3f} to {high:.3f} |")
    error = expected_error(confidences, right)
    lines += ["", f"Expected calibration error {error:.3f}. ![reliability](reliability.svg)", ""]
    by_variant: dict[str, list[float]] = {}
    for row in report.rows:
        if row["variant"] != "all" and row["top1"] is not None:
            by_variant.setdefault(str(row["variant"]), []).extend([float(row["top1"])] * int(row["n_in"] or 0))
    lines += ["| variant | n_in | top1 |", "|---|---|---|"]
    lines += [f"| {name} | {len(values)} | {np.mean(values):.3f} |" for name, values in by_variant.items()]
    danger = ["urgent_recall", "urgent_false", "human_recall"]
    return [*lines, "", "### Danger and the wish for a person", "", table(shown, danger, ["language", "n"]), ""]


def language_section(shared: Path | None, detector: LanguageDetector, figures: dict[str, float]) -> list[str]:
    lines = ["## Language", "", "| set | n | right | committed to a language |", "|---|---|---|---|"]
    for path in sorted((HERE / "language").glob("*.tsv")):
        row = evaluate_language([path], detector).rows[-1]
        right = "" if path.stem == "unsure" else f"{row['language_right']:.3f}"
        lines.append(f"| {path.stem} | {row['n']} | {right} | {row['sure']:.3f} |")
    if shared is not None:
        for name, words, goal in (
            ("NTREX, 200 sentences a language", None, "whole sentences"),
            ("first 5 words", 5, "five words"),
            ("first 2 words", 2, "two words"),
        ):
            found = ntrex_languages(shared, detector, words)
            worst = min(found, key=lambda code: found[code])
            figures[f"language right: {goal}"] = float(np.mean(list(found.values())))
            lines.append(
                f"| {name} | {200 * len(found)} | {np.mean(list(found.values())):.4f} | "
                f"worst: {worst} {found[worst]:.3f} |"
            )
    return [*lines, ""]


def ntrex_languages(shared: Path, detector: LanguageDetector, n_words: int | None) -> dict[str, float]:
    found = {}
    for code in ("en", *LANGUAGES, "sr-Latn"):
        path = shared / "benchmarks" / "ntrex" / f"{'de' if code == 'en' else code}.tsv.gz"
        right = []
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in itertools.islice(lines, 200):
                text = line.rstrip("\n").split("\t")[0 if code == "en" else 1]
                if n_words is not None:
                    text = text[: n_words * 2] if code == "zh" else " ".join(text.split()[:n_words])
                likeliest = next(iter(detector.detect(text).alternatives), None)
                right.append(same_language(likeliest, code))
        found[code] = float(np.mean(right))
    return found


def retrieval_section(shared: Path, figures: dict[str, float], *, with_baselines: bool) -> list[str]:
    folder = shared / "benchmarks" / "omos-qa"
    mixed, bag, transformer = (
        Remembered(load_encoder(path)) for path in (DEFAULT, DEFAULT / "ngram", DEFAULT / "transformer")
    )
    reports = {"shipped": evaluate_ranking(folder, mixed, split="dev")}
    for row in reports["shipped"].rows:
        for depth in (1, 3):
            name = f"OMoS-QA dev {row['language']}→{row['corpus_language']}, recall at {depth}"
            figures[name] = float(row[f"recall@{depth}"] or 0)
    columns = {
        "shipped": recalls(reports["shipped"]),
        "shipped, dense only": recall_at_3(folder, mixed, "dense"),
        "words only": recall_at_3(folder, mixed, "lexical"),
        "n-gram bag and words": recall_at_3(folder, bag, "hybrid"),
        "n-gram bag alone": recall_at_3(folder, bag, "dense"),
        "transformer alone": recall_at_3(folder, transformer, "dense"),
    }
    if with_baselines:
        columns |= all_of_them(folder)
    lines = ["## OMoS-QA dev, pages: recall at 3", "", "| | " + " | ".join(f"{a}→{b}" for a, b in PAIRS) + " |"]
    lines.append("|---" * (len(PAIRS) + 1) + "|")
    lines += [
        f"| {name} | " + " | ".join(f"{found[pair]:.3f}" for pair in PAIRS) + " |" for name, found in columns.items()
    ]
    names = ["recall@1", "recall@3", "recall@10", "MRR@10", "nDCG@10"]
    lines += [
        "",
        "The shipped mix in full:",
        "",
        table(reports["shipped"], names, ["language", "corpus_language", "n"]),
    ]
    files = [shared / "benchmarks" / "ntrex" / f"{code}.tsv.gz" for code in (*LANGUAGES, "sr-Latn")]
    lines += ["", "## NTREX-128: the English sentence of a translation, and back, dense only, p@1", ""]
    bitexts = {name: evaluate_bitext(files, enc) for name, enc in (("mixed", mixed), ("bag", bag))}
    to_english = [float(row["p@1"] or 0) for row in bitexts["mixed"].rows if row["language"] != "all"]
    figures["NTREX p@1 to English, mean"] = float(np.mean(to_english))
    figures["NTREX p@1 to English, worst language"] = min(to_english)
    lines += ["| language | shipped | back | bag alone | back |", "|---|---|---|---|---|"]
    for one, other in zip(bitexts["mixed"].rows, bitexts["bag"].rows, strict=True):
        cells = [one["p@1"], one["p@1_back"], other["p@1"], other["p@1_back"]]
        lines.append(f"| {one['language']} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    return [*lines, ""]


def recalls(report: Report) -> dict[tuple[str, str], float]:
    return {(str(r["language"]), str(r["corpus_language"])): float(r["recall@3"] or 0) for r in report.rows}


def speed_section(figures: dict[str, float]) -> list[str]:
    lines = ["## One core, 20,000 passages", ""]
    lines += [
        "| encoder | loads in s | passages a second | question p50 ms | p99 ms | memory MB |",
        "|---|---|---|---|---|---|",
    ]
    for short, name in (("bag", DEFAULT / "ngram"), ("mix", DEFAULT)):
        command = [sys.executable, "-m", "tests.benchmarks.speed", "--encoder", str(name)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        cells = [found[key] for key in ("encoder", "load_s", "passages_a_second", "p50_ms", "p99_ms", "memory_mb")]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
        for goal, key in (
            ("question p50 ms", "p50_ms"),
            ("question p99 ms", "p99_ms"),
            ("passages a second", "passages_a_second"),
        ):
            figures[f"one core, {short}: {goal}"] = float(found[key])
    return [*lines, ""]


def main(shared: Path | None, folder_of_figures: Path, *, with_baselines: bool) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    head = ["# Retrieval, measured", "", f"`make bench` on {datetime.now(UTC):%d %B %Y}; {machine}.", ""]
    figures: dict[str, float] = {}
    parts: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        environment = take_in(Path(folder))
        parts.append(f"- `kalauz kb import` and `kalauz index build`: {time.perf_counter() - began:.1f} s")
        texts = [question.text for path in QUESTIONS for question in read_questions(path)]
        for name, value in measure_server(environment, texts).items():
            parts.append(f"- {name}: {value}")
        answers = asyncio.run(load(Path(folder)))
        times = [answers.ask(text, now=NOW).elapsed_ms for text in texts]
        p50, p99 = np.percentile(times, 50), np.percentile(times, 99)
        parts += [f"- a question in process, p50 / p99: {p50:.1f} / {p99:.1f} ms", ""]
        parts += questions_section(answers, folder_of_figures, figures)
        parts += language_section(shared, answers.detector, figures)
    if shared is not None:
        parts += retrieval_section(shared, figures, with_baselines=with_baselines)
    parts += speed_section(figures)
    return "\n".join([*head, *targets_section(figures), *parts])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("shared", nargs="?", type=Path)
    parser.add_argument("--write", type=Path, default=None, help="file for the report; its figures go beside it")
    parser.add_argument("--baselines", action="store_true", help="needs the extra `baselines`")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as nowhere:
        figures = chosen.write.parent if chosen.write else Path(nowhere)
        text = main(chosen.shared, figures, with_baselines=chosen.baselines)
    print(text)
    if chosen.write:
        chosen.write.write_text(text, "utf-8")
