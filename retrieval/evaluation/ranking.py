"""Page retrieval on BEIR-like folders (Thakur et al. 2021)."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from retrieval.encoder import Encoder
from retrieval.evaluation.report import BadEvaluationFileError, Report, Row, mean, numbered_lines
from retrieval.index import HybridIndex, Retriever
from retrieval.passages import SearchDocument
from retrieval.vectors import VectorCache

DEPTH = 10


def read_jsonl(path: Path, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file; BadEvaluationFileError names the first bad line."""
    found = []
    for number, line in numbered_lines(path):
        try:
            value = json.loads(line)
            found.append({name: str(value[name]) for name in fields})
        except (ValueError, KeyError, TypeError) as error:
            raise BadEvaluationFileError(f"{path}:{number}: expected an object with {', '.join(fields)}") from error
    return found


def read_qrels(path: Path) -> dict[str, set[str]]:
    """Query id to the ids of the pages that answer it."""
    relevant: dict[str, set[str]] = {}
    for number, line in numbered_lines(path):
        columns = line.split("\t")
        if number == 1 and columns[0] == "query-id":
            continue
        try:
            query, page, score = columns
            right = float(score) > 0
        except ValueError as error:
            raise BadEvaluationFileError(f"{path}:{number}: expected query-id, corpus-id and score") from error
        if right:
            relevant.setdefault(query, set()).add(page)
    return relevant


def ranking_metrics(ranked: list[str], relevant: set[str]) -> dict[str, float]:
    """recall@1, @3, @10, MRR@10 and nDCG@10 (binary relevance) of one query's ranked ids."""
    right = [document in relevant for document in ranked[:DEPTH]]
    metrics: dict[str, float] = {f"recall@{k}": float(any(right[:k])) for k in (1, 3, 10)}
    metrics["MRR@10"] = next((1 / rank for rank, hit in enumerate(right, 1) if hit), 0.0)
    gain = sum(1 / math.log2(rank + 1) for rank, hit in enumerate(right, 1) if hit)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), DEPTH) + 1))
    metrics["nDCG@10"] = gain / ideal if ideal else 0.0
    return metrics


def evaluate_ranking(
    folder: Path,
    encoder: Encoder,
    *,
    split: str,
    retriever: Retriever = "hybrid",
    corpus_language: str | None = None,
    report_progress: Callable[[str], None] = lambda line: None,
) -> Report:
    """Every query language of the split against every corpus language, or against one.

    recall@k here is the share of queries with at least one right page among the first k.
    """
    corpora = sorted(folder.glob(f"corpus.{corpus_language or '*'}.jsonl"))
    queries = sorted(folder.glob(f"queries.{split}.*.jsonl"))
    if not corpora or not queries:
        raise BadEvaluationFileError(f"{folder} has no corpus.LANG.jsonl or no queries.{split}.LANG.jsonl")
    relevant = read_qrels(folder / "qrels" / f"{split}.tsv")
    meta = {"benchmark": folder.name, "split": split, "retriever": retriever, "encoder": encoder.name}
    report = Report(meta)
    for corpus_path in corpora:
        language = corpus_path.name.split(".")[1]
        pages = read_jsonl(corpus_path, ("_id", "title", "text"))
        documents = [SearchDocument(p["_id"], language, p["title"], (), (p["text"],)) for p in pages]
        report_progress(f"indexing {len(documents)} pages in {language}")
        index = HybridIndex(documents, encoder, cache=VectorCache(None))
        for query_path in queries:
            query_language = query_path.name.split(".")[2]
            report_progress(f"{query_language} questions against {language} pages")
            report.rows.append(_row(index, query_path, relevant, query_language, language, retriever))
    return report


def _row(
    index: HybridIndex,
    path: Path,
    relevant: dict[str, set[str]],
    language: str,
    corpus_language: str,
    retriever: Retriever,
) -> Row:
    scores: dict[str, list[float]] = {}
    for query in read_jsonl(path, ("_id", "text")):
        if query["_id"] not in relevant:
            continue
        hits = index.search(query["text"], limit=DEPTH, retriever=retriever)
        ranked = [index.ids[hit.entry] for hit in hits]
        for name, value in ranking_metrics(ranked, relevant[query["_id"]]).items():
            scores.setdefault(name, []).append(value)
    row: Row = {"language": language, "corpus_language": corpus_language, "n": len(scores.get("MRR@10", []))}
    return row | {name: mean(values) for name, values in scores.items()}
