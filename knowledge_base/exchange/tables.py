"""Texts as a table, a row each: CSV for any program, XLSX for spreadsheets.

A program that opens a CSV may run a cell that begins like a formula; ours begin with an apostrophe then, which is taken
off when they come back. Cells of an XLSX are marked as text.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from knowledge_base.editing.fields import GROUPS, LISTS, PARTS, Fields, name, size
from knowledge_base.exchange.copies import LARGEST, MOST_TEXTS, Copy, is_field
from knowledge_base.exchange.faults import ExchangeError, Fault, Place, refused

ABOUT = ("article", "language", "state", "revision", "source_revision")
NEEDED = ("article", "language", "revision", "source_revision", "title")
DELIMITERS = ",;\t"
# Behind an apostrophe these are text; the apostrophe itself, so that one that was there stays.
FORMULA = ("=", "+", "-", "@", "'")
# What no text of ours begins with, and a spreadsheet would run.
REFUSED = ("=", "@")
# A cell's characters in a spreadsheet; what an XLSX unpacks to, in bytes, and how many parts it may have.
LONGEST_CELL, LARGEST_UNPACKED, MOST_MEMBERS = 32_767, 100_000_000, 200
SHEET = "texts"

Row = Sequence[str]


def to_csv(copies: Iterable[Copy]) -> bytes:
    """With a byte order mark: spreadsheets take it for UTF-8 then."""
    found = list(copies)
    columns = _columns(found)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for copy in found:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in _cells(copy, columns)])
    return text.getvalue().encode("utf-8-sig")


def from_csv(data: bytes) -> list[Copy]:
    """Raises ExchangeError, which names each bad row; rows without any text are left out."""
    _check_size(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("format", format="CSV UTF-8") from error
    delimiter = text[len("article") : len("article") + 1]
    if not text.startswith("article") or delimiter not in DELIMITERS or not delimiter:
        raise refused("columns_missing", Place(row=1), names=", ".join(NEEDED))

    def rows() -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number in range(1, MOST_TEXTS + 3):
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise refused("row", Place(row=number), error=str(error)) from error
            yield row

    return _copies(rows(), quoted=True)


def to_xlsx(copies: Iterable[Copy]) -> bytes:
    """Raises ExchangeError where a text does not fit into a cell."""
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    found = list(copies)
    columns = _columns(found)
    for copy in found:
        for key, said in copy.fields.items():
            _check_cell(said, Place(name=f"{copy.article}/{copy.language}", field=key))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "C2"
    wrapped = Alignment(wrap_text=True, vertical="top")

    def cell(value: str, *, bold: bool = False) -> Cell:
        made = WriteOnlyCell(sheet)
        made.value = value
        # A text that begins with `=` is no formula.
        made.data_type = "s"
        made.quotePrefix = True
        made.alignment = wrapped
        made.font = Font(bold=bold)
        return made

    sheet.append([cell(column, bold=True) for column in columns])
    for copy in found:
        sheet.append([cell(said) if said else None for said in _cells(copy, columns)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def from_xlsx(data: bytes) -> list[Copy]:
    """Raises ExchangeError, which names each bad row; formulas are refused, rows without any text are left out."""
    from openpyxl import load_workbook

    _check_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
        # Python reads no more of a member than it says here.
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
            raise refused("packed")
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()
        return _copies(_text_rows(sheet.iter_rows(max_row=MOST_TEXTS + 2)), quoted=False)
    except ExchangeError:
        raise
    except Exception as error:
        # What a damaged file makes of the reader is of many kinds.
        raise refused("format", format="XLSX") from error


def _text_rows(rows: Iterable[Sequence[Any]]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        yield [_text(cell, number) for cell in row]


def _text(cell: Any, number: int) -> str:
    if cell.value is None:
        return ""
    if cell.data_type == "f":
        raise refused("formula", Place(row=number))
    if isinstance(cell.value, str):
        return cell.value
    if type(cell.value) is int:
        return str(cell.value)
    raise refused("no_text", Place(row=number), value=str(cell.value))


def _columns(copies: Sequence[Copy]) -> list[str]:
    found = [*ABOUT, "title", *LISTS, "section-0-text"]
    for group in GROUPS:
        for index in range(max((size(copy.fields, group) for copy in copies), default=0)):
            found += [name(group, index, part) for part in PARTS[group]]
    # The short answer has no heading, and stands there already.
    return [column for column in dict.fromkeys(found) if column != "section-0-heading"]


def _cells(copy: Copy, columns: Sequence[str]) -> list[str]:
    source = "" if copy.source_revision is None else str(copy.source_revision)
    about = (copy.article, copy.language, copy.state, str(copy.revision), source)
    return [*about, *(copy.fields.get(column, "") for column in columns[len(about) :])]


def _check_cell(said: str, place: Place) -> None:
    if len(said.encode("utf-16-le")) // 2 > LONGEST_CELL:
        raise refused("long_cell", place, count=LONGEST_CELL)
    if "\ufffe" in said or "\uffff" in said:
        raise refused("unheld", place, format="XLSX")


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST:
        raise refused("size", count=LARGEST // 1_000_000)


def _copies(rows: Iterator[Row], *, quoted: bool) -> list[Copy]:
    columns = [column.strip() for column in next(rows, [])]
    while columns and not columns[-1]:
        columns.pop()
    missing = [column for column in NEEDED if column not in columns]
    unknown = [column for column in columns if column not in ABOUT and not is_field(column)]
    unknown += [column for column, times in Counter(columns).items() if times > 1]
    if missing:
        raise refused("columns_missing", Place(row=1), names=", ".join(missing))
    if unknown:
        raise refused("columns_unknown", Place(row=1), names=", ".join(unknown)[:200])
    found: list[Copy] = []
    faults: list[Fault] = []
    for number, row in enumerate(rows, 2):
        if number > MOST_TEXTS + 1:
            raise refused("texts", count=MOST_TEXTS)
        if not any(cell.strip() for cell in row):
            continue
        place = Place(row=number)
        if any(cell.strip() for cell in row[len(columns) :]):
            faults.append(Fault(place, "cells"))
            continue
        # Programs leave out empty cells at the end of a row.
        cells = dict(zip(columns, [*row, *[""] * len(columns)], strict=False))
        try:
            copy = _copy(cells, place, quoted=quoted)
        except ExchangeError as error:
            faults += error.faults
            continue
        if not copy.is_empty:
            found.append(copy)
    if faults:
        raise ExchangeError(*faults)
    return found


def _copy(cells: dict[str, str], place: Place, *, quoted: bool) -> Copy:
    fields: Fields = {}
    for column, said in cells.items():
        if column not in ABOUT:
            fields[column] = _unquoted(said, place._replace(field=column)) if quoted else said
    about = {column: cells.get(column, "").strip() for column in ABOUT}
    if not about["article"] or not about["language"]:
        raise refused("known_by", place, what="article and language are missing")
    return Copy(
        article=about["article"],
        language=about["language"],
        state=about["state"],
        revision=_number(about["revision"], place._replace(field="revision")) or 0,
        source_revision=_number(about["source_revision"], place._replace(field="source_revision")),
        fields={"section-0-heading": "", **fields},
        place=place,
    )


def _unquoted(said: str, place: Place) -> str:
    if said.startswith("'") and said[1:].startswith(FORMULA):
        return said[1:]
    if said.lstrip().startswith(REFUSED):
        raise refused("begins_like_formula", place)
    return said


def _number(said: str, place: Place) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise refused("known_by", place, what="this is no number of a revision")
    return int(said)
