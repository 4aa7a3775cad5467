import gzip
import lzma
import random
from pathlib import Path

import pytest

from retrieval.encoder.corpus import Pair, corpus_files, open_text, sample_pairs, teacher_sentences

LINES = "the office is open\taz iroda nyitva van\tx\nonly english\n\tnichts\na\tb\n"


def sampled(path: Path, cap: int = 100) -> list[Pair]:
    return sample_pairs([path], cap=cap, rng=random.Random(1))


@pytest.mark.parametrize("suffix", ["tsv", "tsv.gz", "tsv.xz"])
def test_plain_and_packed_files_read_alike(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"en-hu.{suffix}"
    pack = {"tsv": bytes, "tsv.gz": gzip.compress, "tsv.xz": lzma.compress}[suffix]
    path.write_bytes(pack(LINES.encode()))
    with open_text(path) as lines:
        assert lines.read() == LINES
    assert corpus_files([tmp_path]) == {"hu": [path]}


def test_lines_without_two_sides_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "en-hu.tsv").write_text(LINES)
    pairs = sampled(tmp_path / "en-hu.tsv")
    assert {(p.english, p.translation) for p in pairs} == {("the office is open", "az iroda nyitva van"), ("a", "b")}


def test_windows_line_ends_are_not_part_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "en-hu.tsv").write_bytes(b"the office is open\taz iroda\r\n")
    assert [p.translation for p in sampled(tmp_path / "en-hu.tsv")] == ["az iroda"]


def test_every_folder_adds_to_a_language_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("a/en-hu.tsv", "a/en-pt-BR.tsv.gz", "a/en-hu.tsv.bak", "a/README.md", "b/en-hu.tsv.xz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    files = corpus_files([tmp_path / "a", tmp_path / "b"])
    assert files == {
        "hu": [tmp_path / "a/en-hu.tsv", tmp_path / "b/en-hu.tsv.xz"],
        "pt-BR": [tmp_path / "a/en-pt-BR.tsv.gz"],
    }


def test_a_folder_without_parallel_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        corpus_files([tmp_path])


def test_sources_near_migrants_questions_come_first_and_weigh_three_times(tmp_path: Path) -> None:
    path = tmp_path / "en-hu.tsv"
    rows = [f"sentence number {i} here\tmondat {i}\topus" for i in range(50)] + ["where is it\thol van\ttatoeba"]
    path.write_text("\n".join(rows))
    pairs = sampled(path, cap=10)
    assert pairs[0] == Pair("where is it", "hol van", 3)
    assert {p.weight for p in pairs[1:]} == {1}


def test_labels_get_their_share_and_the_cap_holds(tmp_path: Path) -> None:
    path = tmp_path / "en-hu.tsv"
    rows = [f"sentence number {i} here\tmondat" for i in range(50)] + [f"label {i}\tcímke" for i in range(50)]
    path.write_text("\n".join(rows))
    pairs = sampled(path, cap=20)
    assert len(pairs) == 20
    assert sum(len(p.english.split()) < 3 for p in pairs) == 6


def test_the_teacher_reads_the_sentences_of_most_pairs() -> None:
    pairs = [Pair("a rare sentence", "x", 1), Pair("a common sentence", "x", 1), Pair("a common sentence", "y", 1)]
    pairs += [Pair("label", "z", 9), Pair("one near sentence", "x", 3)]
    assert teacher_sentences(pairs, 2) == ["one near sentence", "a common sentence"]
