"""Tables as people and programs damage them."""

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from knowledge_base.exchange import tables
from knowledge_base.exchange.copies import copies
from knowledge_base.exchange.faults import ExchangeError
from knowledge_base.exchange.tables import from_csv, from_xlsx, to_csv, to_xlsx
from tests import builders

HEAD = "article,language,state,revision,source_revision,title,questions,search_questions,section-0-text"
ROW = "health-card,hu,current,1,1,Kártya,,,A hivatal adja."
LIST = builders.article(en=builders.revision(builders.text("=1+1", "- one\n- two", questions=["+36 1 234"])))


def sheet(*rows: list[object], **cells: object) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    for place, value in cells.items():
        page[place] = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def refused(data: bytes | str) -> list[str]:
    read = from_csv if isinstance(data, str) else from_xlsx
    with pytest.raises(ExchangeError) as caught:
        read(data.encode("utf-8") if isinstance(data, str) else data)  # type: ignore[arg-type]
    return [str(fault) for fault in caught.value.faults]


def test_no_cell_of_a_csv_begins_like_a_formula() -> None:
    data = to_csv(copies([LIST])).decode("utf-8-sig")
    assert "'=1+1" in data
    assert "'- one" in data
    assert "'+36 1 234" in data
    (copy,) = from_csv(data.encode("utf-8"))
    assert copy.fields["title"] == "=1+1"
    assert copy.fields["section-0-text"] == "- one\n- two"


def test_no_cell_of_an_xlsx_is_a_formula() -> None:
    book = load_workbook(io.BytesIO(to_xlsx(copies([LIST]))))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=1+1" in [cell.value for cell in cells]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "@SUM(1)", " =1+1", "\n=1"])
def test_a_formula_in_a_csv_is_refused_with_its_row(cell: str) -> None:
    told = refused(f'{HEAD}\n{ROW}\nhealth-card,uk,draft,1,1,"{cell}",,,b\n')
    assert told == ["row 3, title: begins like a formula; write an apostrophe before it if it is none"]


def test_a_formula_in_an_xlsx_is_refused_with_its_row() -> None:
    columns = HEAD.split(",")
    assert refused(sheet(columns, ROW.split(","), I3="=cmd|' /C calc'!A0")) == [
        "row 3: there is a formula; write the text itself"
    ]
    assert refused(sheet(columns, ROW.split(","), F2=1.5)) == ["row 2: 1.5 is no text; format the cell as text"]


def test_a_number_that_a_spreadsheet_made_of_a_text_is_taken_for_the_text() -> None:
    (copy,) = from_xlsx(sheet(HEAD.split(","), ROW.split(","), D2=1, E2=1, F2=2014))
    assert (copy.revision, copy.source_revision, copy.fields["title"]) == (1, 1, "2014")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheets_own_delimiter_is_known(delimiter: str) -> None:
    data = f"{HEAD}\r\n{ROW}\r\n".replace(",", delimiter)
    (copy,) = from_csv(("\ufeff" + data).encode("utf-8"))
    assert copy.fields["section-0-text"] == "A hivatal adja."


def test_empty_cells_that_a_program_left_out_are_empty() -> None:
    (copy,) = from_csv(f"{HEAD}\nhealth-card,hu,current,1,1,Kártya\n".encode())
    assert copy.fields["section-0-text"] == ""
    (copy,) = from_csv(HEAD.replace(",section-0-text", "").encode() + b"\nhealth-card,hu,current,1,1,A,,\n")
    # A column that is not there says nothing.
    assert "section-0-text" not in copy.fields


def test_a_text_that_was_not_written_yet_is_left_out() -> None:
    rows = list(copies([builders.article()], ["en", "uk"]))
    assert [(row.language, row.state, row.revision, row.source_revision) for row in rows] == [
        ("en", "current", 1, None),
        ("uk", "missing", 0, 1),
    ]
    assert [row.language for row in from_csv(to_csv(rows))] == ["en"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "row 1: these are not the columns of an export (missing: article, "),
        ("id,title\n", "row 1: these are not the columns of an export (missing: article, "),
        ("article,language\n", "row 1: these are not the columns of an export (missing: revision"),
        (f"{HEAD},notes\n", "unknown or there twice: notes"),
        (f"{HEAD},section-0-text\n", "unknown or there twice"),
        (f"{HEAD},section-007-text\n", "unknown or there twice: section-007-text"),
        (f"{HEAD},section-1-fee\n", "unknown or there twice: section-1-fee"),
        (f"{HEAD}\n{ROW},more\n", "row 2: more cells than there are columns"),
        (f"{HEAD}\n{ROW.replace('current,1', 'current,one')}\n", "row 2, revision: this is no number"),
        (f"{HEAD}\n,hu,,1,1,Title,,,Text\n", "row 2: article and language are missing"),
        (f'{HEAD}\n"open', "row 2: cannot be read (unexpected end of data)"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(data: str, told: str) -> None:
    assert told in refused(data)[0]


def test_every_bad_row_is_named() -> None:
    bad = ROW.replace("current,1", "current,x")
    assert [line.split(",")[0] for line in refused(f"{HEAD}\n{bad}\n{ROW}\n{bad}\n")] == ["row 2", "row 4"]


def test_another_encoding_is_told() -> None:
    with pytest.raises(ExchangeError, match="UTF-8"):
        from_csv(f"{HEAD}\n{ROW}\n".encode("iso8859-2"))


def test_a_zip_bomb_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * (tables.LARGEST_UNPACKED + 1))
    assert len(packed.getvalue()) < 200_000
    assert refused(packed.getvalue()) == ["too much is packed into this file"]


def test_an_xml_bomb_in_an_xlsx_is_refused() -> None:
    packed = io.BytesIO()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(sheet(HEAD.split(",")))) as good, zipfile.ZipFile(packed, "w") as file:
        for name in good.namelist():
            data = good.read(name)
            file.writestr(name, bomb.encode() + data if name.endswith("sheet1.xml") else data)
    assert refused(packed.getvalue()) == ["this is no XLSX file that can be read"]


def test_too_large_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST", 10)
    assert "larger than" in refused(f"{HEAD}\n")[0]
    monkeypatch.undo()
    monkeypatch.setattr(tables, "MOST_TEXTS", 1)
    assert refused(f"{HEAD}\n{ROW}\n{ROW}\n{ROW}\n") == ["more than 1 texts"]


def test_a_text_too_long_for_a_cell_is_no_file() -> None:
    long = builders.article(en=builders.revision(builders.text(body="word " * 7000)))
    with pytest.raises(ExchangeError, match="health-card/en/section-0-text: longer than"):
        to_xlsx(copies([long]))
