import gzip
import json
import lzma
from pathlib import Path

import pytest

from retrieval.encoder import Encoder
from retrieval.evaluation.bitext import evaluate_bitext, read_bitext
from retrieval.evaluation.report import BadEvaluationFileError

PAIRS = (
    "residence permit\ttartózkodási engedély\tmore\nthe doctor is ill\taz orvos beteg\nrent a flat\tlakást bérelni\n"
)


def test_the_share_of_nearest_pairs_in_both_directions(encoder: Encoder, tmp_path: Path) -> None:
    # "dog" twice as a translation: the first time it finds the wrong line, and "card office" finds "card".
    path = tmp_path / "xx.tsv"
    path.write_text("card\tcard\ncard office\tdog\ndog\tdog\n")
    report = evaluate_bitext([path], encoder).as_dict()
    assert set(report) == {"meta", "rows"}
    assert report["rows"] == [{"language": "xx", "n": 3, "p@1": 0.6667, "p@1_back": 0.3333}]
    json.dumps(report)


def test_translations_find_each_other(encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "hu.tsv.gz").write_bytes(gzip.compress(PAIRS.encode()))
    (tmp_path / "en.tsv").write_text("a card\ta card\nthe office\tthe office\n")
    rows = evaluate_bitext([tmp_path / "hu.tsv.gz", tmp_path / "en.tsv"], encoder).rows
    assert rows[0] == {"language": "hu", "n": 3, "p@1": 1.0, "p@1_back": 1.0}
    assert rows[-1] == {"language": "all", "n": 5, "p@1": 1.0, "p@1_back": 1.0}


@pytest.mark.parametrize(
    "data",
    [gzip.compress(PAIRS.encode())[:-12], b"not gzip", gzip.compress(b"x\ty\n")[:12] + b"\xff" * 20],
    ids=["cut short", "not gzip", "overwritten"],
)
def test_a_damaged_packed_file_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "hu.tsv.gz").write_bytes(data)
    with pytest.raises(BadEvaluationFileError, match=r"hu\.tsv\.gz:\d+: cannot be read"):
        read_bitext(tmp_path / "hu.tsv.gz")


def test_a_damaged_xz_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "hu.tsv.xz").write_bytes(lzma.compress(PAIRS.encode())[:-20])
    with pytest.raises(BadEvaluationFileError, match=r"hu\.tsv\.xz:\d+: cannot be read"):
        read_bitext(tmp_path / "hu.tsv.xz")


def test_a_line_without_translation_is_named_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "hu.tsv").write_text(PAIRS + "alone\n")
    with pytest.raises(BadEvaluationFileError, match=r"hu\.tsv:4: expected english<TAB>translation"):
        read_bitext(tmp_path / "hu.tsv")


def test_an_empty_file_is_named(encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "hu.tsv").touch()
    with pytest.raises(BadEvaluationFileError, match=r"hu\.tsv.*empty"):
        evaluate_bitext([tmp_path / "hu.tsv"], encoder)


def test_a_line_separator_within_a_text_ends_no_line(tmp_path: Path) -> None:
    (tmp_path / "hu.tsv").write_text("one\u2028two\x0cthree\tegy\n", "utf-8")
    assert read_bitext(tmp_path / "hu.tsv") == (["one\u2028two\x0cthree"], ["egy"])
