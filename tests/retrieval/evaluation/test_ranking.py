import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder import Encoder
from retrieval.evaluation.ranking import evaluate_ranking, ranking_metrics, read_jsonl, read_qrels
from retrieval.evaluation.report import BadEvaluationFileError

METRICS = {"recall@1", "recall@3", "recall@10", "MRR@10", "nDCG@10"}
PAGES = {
    "d1": ("Health card", "Versichertenausweis"),
    "d2": ("Renting a flat", "Mietvertrag"),
    "d3": ("Tax number", "Steuer"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pages in two languages, and two questions (and one that nothing answers) in one."""
    for column, language in enumerate(("en", "de")):
        lines = [
            json.dumps({"_id": i, "title": t[column], "text": "x\u2028y", "language": language}, ensure_ascii=False)
            for i, t in PAGES.items()
        ]
        (tmp_path / f"corpus.{language}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    queries = [("q1", "health card"), ("q2", "renting a flat"), ("q3", "the moon")]
    lines = [json.dumps({"_id": i, "text": t, "language": "en"}) for i, t in queries]
    (tmp_path / "queries.dev.en.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels/dev.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq2\td1\t0\n")
    return tmp_path


def test_metrics_agree_with_values_counted_by_hand() -> None:
    found = ranking_metrics(["x", "a", "y", "b"], {"a", "b", "c"})
    assert found == {
        "recall@1": 0.0,
        "recall@3": 1.0,
        "recall@10": 1.0,
        "MRR@10": 0.5,
        "nDCG@10": pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 0.5)),
    }


def test_a_page_after_the_tenth_counts_nothing() -> None:
    assert set(ranking_metrics(["x"] * 10 + ["a"], {"a"}).values()) == {0.0}


def test_the_best_ranking_is_one_and_nothing_found_is_zero() -> None:
    assert set(ranking_metrics(["a", "b"], {"a", "b"}).values()) == {1.0}
    assert set(ranking_metrics([], {"a"}).values()) == {0.0}


@given(st.lists(st.integers(0, 30), unique=True, max_size=15), st.sets(st.integers(0, 30), min_size=1))
def test_metrics_are_fractions(ranked: list[int], relevant: set[int]) -> None:
    found = ranking_metrics([str(i) for i in ranked], {str(i) for i in relevant})
    assert all(0 <= value <= 1 + 1e-12 for value in found.values())
    assert found["recall@1"] <= found["recall@3"] <= found["recall@10"]


def test_the_report_has_a_row_for_each_pair_of_languages(folder: Path, encoder: Encoder) -> None:
    report = evaluate_ranking(folder, encoder, split="dev").as_dict()
    assert set(report) == {"meta", "rows"}
    assert report["meta"]["split"] == "dev"
    assert [(row["language"], row["corpus_language"]) for row in report["rows"]] == [("en", "de"), ("en", "en")]
    for row in report["rows"]:
        assert set(row) == {"language", "corpus_language", "n"} | METRICS
        assert row["n"] == 2
    assert report["rows"][1]["recall@1"] == 1.0
    json.dumps(report)


def test_one_corpus_language_and_one_retriever_can_be_chosen(folder: Path, encoder: Encoder) -> None:
    report = evaluate_ranking(folder, encoder, split="dev", corpus_language="de", retriever="lexical")
    assert [row["corpus_language"] for row in report.rows] == ["de"]
    assert report.rows[0]["recall@1"] == 0.0
    assert report.meta["retriever"] == "lexical"


def test_a_missing_split_or_language_is_named(folder: Path, encoder: Encoder) -> None:
    with pytest.raises(BadEvaluationFileError, match=r"queries\.test"):
        evaluate_ranking(folder, encoder, split="test")
    with pytest.raises(BadEvaluationFileError, match=r"corpus\.LANG"):
        evaluate_ranking(folder, encoder, split="dev", corpus_language="hu")


@pytest.mark.parametrize("bad", ["{", "[]", "{}", "3", '{"_id": "x"}', ""])
def test_a_bad_json_line_is_named_with_its_number(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "corpus.en.jsonl"
    path.write_text(f'{{"_id": "d1", "text": "x"}}\n{bad}\n')
    with pytest.raises(BadEvaluationFileError, match=r"corpus\.en\.jsonl:2: expected .*_id, text"):
        read_jsonl(path, ("_id", "text"))


@pytest.mark.parametrize("bad", ["q1\td1", "q1\td1\tyes", "q1\td1\t1\t1", ""])
def test_a_bad_judgement_is_named_with_its_number(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "dev.tsv"
    path.write_text(f"query-id\tcorpus-id\tscore\nq1\td1\t1\n{bad}\n")
    with pytest.raises(BadEvaluationFileError, match=r"dev\.tsv:3: expected query-id"):
        read_qrels(path)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corpus.en.jsonl"
    path.write_bytes(b'{"_id": "\xff"}\n')
    with pytest.raises(BadEvaluationFileError, match=r"corpus\.en\.jsonl:1: cannot be read"):
        read_jsonl(path, ("_id",))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_in_a_json_line_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "corpus.xx.jsonl"
    path.write_text(json.dumps({"_id": "a", "text": text}, ensure_ascii=False) + "\n", "utf-8")
    assert read_jsonl(path, ("text",)) == [{"text": text}]
