"""`kalauz kb export` and `kalauz kb import` with the files that translators use."""

from pathlib import Path

import pytest

from tests.channels.test_cli import Shell, column, empty_shell, rows, shell  # noqa: F401


@pytest.fixture
def out(shell: Shell, tmp_path: Path) -> Path:  # noqa: F811
    for format in ("csv", "xlsx", "xliff"):
        assert shell.kalauz("kb", "export", "out", "--format", format, "--language", "en", "--language", "uk") == 0
    return tmp_path / "out"


def change(file: Path, *pairs: tuple[str, str]) -> None:
    text = file.read_text("utf-8-sig")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")


def test_every_format_comes_back_as_it_went(shell: Shell, out: Path, tmp_path: Path) -> None:  # noqa: F811
    assert sorted(path.name for path in out.iterdir()) == ["en-uk.xlf", "texts.csv", "texts.xlsx"]
    before = rows(tmp_path, "revisions")
    for name in ("texts.csv", "texts.xlsx", "en-uk.xlf"):
        assert shell.kalauz("kb", "import", f"out/{name}") == 0
        assert "0 texts are now drafts" in shell.out
    assert rows(tmp_path, "revisions") == before


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    shell: Shell,  # noqa: F811
    out: Path,
    tmp_path: Path,
) -> None:
    change(out / "texts.csv", ("Renting a flat", "Renting a room"))
    before = rows(tmp_path, "revisions")
    assert shell.kalauz("kb", "import", "out/texts.csv", "--dry-run") == 0
    assert "rent-contract/en: changed: title\n" in shell.out
    assert "1 texts would become drafts, 2 as they were." in shell.out
    found = shell.json("kb", "import", "out/texts.csv", "--dry-run")
    assert found["changes"] == [
        {"article": "rent-contract", "language": "en", "outcome": "changed", "fields": ["title"], "left": []}
    ]
    assert rows(tmp_path, "revisions") == before
    assert shell.kalauz("kb", "import", "out/texts.csv") == 0
    assert rows(tmp_path, "revisions") == before + 1
    assert column(tmp_path, "audit", "login") == ["(terminal)"]


def test_what_is_left_out_is_said(shell: Shell, out: Path) -> None:  # noqa: F811
    change(out / "en-uk.xlf", ("<source>Tax card</source>", "<source>Tax card</source><target>Картка</target>"))
    assert shell.kalauz("kb", "import", "out/en-uk.xlf") == 0
    assert "tax-card/uk: unfinished: section-0-text" in shell.out
    assert "1 because not all of it is translated" in shell.err


def test_a_bad_file_is_named_with_its_places_and_nothing_is_taken_in(
    shell: Shell,  # noqa: F811
    out: Path,
    tmp_path: Path,
) -> None:
    change(out / "texts.csv", ("Renting a flat", "=cmd|' /C calc'!A0"), ("Tax card", "@SUM(1)"))
    before = rows(tmp_path, "revisions")
    assert shell.kalauz("kb", "import", "out/texts.csv") == 1
    assert shell.err.count("begins like a formula") == 2
    assert "2 faults in out/texts.csv; nothing was taken in" in shell.err
    assert rows(tmp_path, "revisions") == before


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("import", "a.csv", "b.csv"), 2),
        (("import", "a.csv", "--if-empty"), 2),
        (("import", "somewhere", "--dry-run"), 2),
        (("import", "missing.csv"), 1),
        (("export", "out", "--language", "uk"), 2),
        (("export", "out", "--format", "csv", "--language", "../uk"), 2),
        (("export", "a-file", "--format", "csv"), 1),
    ],
)
def test_bad_use_is_told(shell: Shell, tmp_path: Path, words: tuple[str, ...], status: int) -> None:  # noqa: F811
    (tmp_path / "a-file").touch()
    assert shell.kalauz("kb", *words) == status
