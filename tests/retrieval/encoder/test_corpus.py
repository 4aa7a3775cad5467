import gzip
import lzma
import random
from pathlib import Path

import pytest

from retrieval.compressed import open_text
from retrieval.encoder.corpus import FEW, Pair, corpus_files, sample_pairs, sampled, taught_sentences

LINES = "the office is open\taz iroda nyitva van\tx\nonly english\n\tnichts\na\tb\n"


def pairs_of(path: Path, cap: int = 100) -> list[Pair]:
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
    pairs = pairs_of(tmp_path / "en-hu.tsv")
    assert {(p.english, p.translation) for p in pairs} == {("the office is open", "az iroda nyitva van"), ("a", "b")}


def test_windows_line_ends_are_not_part_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "en-hu.tsv").write_bytes(b"the office is open\taz iroda\r\n")
    assert [p.translation for p in pairs_of(tmp_path / "en-hu.tsv")] == ["az iroda"]


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
    pairs = pairs_of(path, cap=10)
    assert pairs[0] == Pair("where is it", "hol van", 3)
    assert {p.weight for p in pairs[1:]} == {1}


def test_labels_get_their_share_and_the_cap_holds(tmp_path: Path) -> None:
    path = tmp_path / "en-hu.tsv"
    rows = [f"sentence number {i} here\tmondat" for i in range(50)] + [f"label {i}\tcímke" for i in range(50)]
    path.write_text("\n".join(rows))
    pairs = pairs_of(path, cap=20)
    assert len(pairs) == 20
    assert sum(len(p.english.split()) < 3 for p in pairs) == 6


def write(folder: Path, language: str, *pairs: tuple[str, str]) -> None:
    lines = "".join(f"{english}\t{translation}\n" for english, translation in pairs)
    (folder / f"en-{language}.tsv").write_text(lines, "utf-8")


def test_languages_come_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    write(tmp_path, "hu", ("the office is open", "az iroda nyitva van"))
    write(tmp_path, "de", ("the office is open", "das Amt ist offen"))
    for languages in (["hu", "de"], ["de", "hu"], ["de"]):
        assert list(sampled([tmp_path], languages, cap=9, rng=random.Random(1))) == languages


def test_the_cap_is_a_languages_own(tmp_path: Path) -> None:
    for language in ("hu", "de"):
        write(tmp_path, language, *((f"sentence number {i} here", f"{language} {i}") for i in range(20)))
    pairs = sampled([tmp_path], ["hu", "de"], cap=10, rng=random.Random(1))
    assert {language: len(rows) for language, rows in pairs.items()} == {"hu": 7, "de": 7}
    assert all(pair.translation.startswith(language) for language, rows in pairs.items() for pair in rows)


def test_languages_without_a_file_or_a_good_line_are_named(tmp_path: Path) -> None:
    write(tmp_path, "hu", ("the office is open", "az iroda nyitva van"))
    (tmp_path / "en-fr.tsv").write_text("only english\n")
    with pytest.raises(FileNotFoundError, match=f"lines of de, fr in {tmp_path}"):
        sampled([tmp_path], ["hu", "de", "fr"], cap=9, rng=random.Random(1))


def test_the_teacher_reads_what_stands_for_most_pairs() -> None:
    rows = [Pair("a rare sentence", "x", 1), Pair("a common sentence", "x", 1), Pair("a common sentence", "y", 1)]
    rows += [Pair("one near sentence", "x", 3), Pair("label", "z", 9)]
    assert taught_sentences({"hu": rows}, 3) == ["label", "one near sentence", "a common sentence"]


def test_a_sentence_counts_in_every_language_that_has_it() -> None:
    pairs = {
        "hu": [Pair("twice", "x", 2), Pair("thrice", "y", 1)],
        "de": [Pair("once", "x", 2), Pair("thrice", "y", 2)],
    }
    assert taught_sentences(pairs, 1) == ["thrice"]


def test_small_languages_lose_no_sentence() -> None:
    large = [Pair(f"sentence {i}", "x", 3) for i in range(FEW * 2)]
    small = [Pair(f"own {i}", "y", 1) for i in range(5)]
    assert set(taught_sentences({"hu": large, "ps": small}, 5)) == {f"own {i}" for i in range(5)}
