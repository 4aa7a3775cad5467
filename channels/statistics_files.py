"""Statistics as files: CSV and JSON with a row a count, XLSX with a sheet a table."""

import csv
import io
import json
from typing import Final, Literal, get_args

from bot.needs.figures import DIMENSIONS, Statistics

Format = Literal["csv", "xlsx", "json"]
FORMATS: Final = get_args(Format)
MEDIA_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
OTHERS: Final = "all others together"
# What the rows of every table have; `item` is what a table counts that is no dimension of a question.
COLUMNS: Final = ("period", "table", *DIMENSIONS, "item", "count")
STATES: Final = ("current", "outdated", "draft", "missing")

Row = dict[str, str | int]


def rows(statistics: Statistics) -> list[Row]:
    """A row a count; a column that a table does not have is empty."""
    found: list[Row] = []

    def add(table: str, count: int, **values: str) -> None:
        of_row: Row = dict.fromkeys(COLUMNS, "")
        found.append(of_row | {"period": str(statistics.period), "table": table, **values, "count": count})

    for name, table in statistics.tables.items():
        dimensions = statistics.dimensions[name]
        for cell, count in sorted(table.shown.items()):
            named = zip(dimensions, cell, strict=True)
            add(name, count, **{key if key in DIMENSIONS else "item": value for key, value in named})
        if table.others is not None:
            add(name, table.others, item=OTHERS)
    for status in statistics.coverage:
        for state in STATES:
            add("coverage", getattr(status, state), language=status.language, item=state)
    return found


def written(statistics: Statistics, format: Format) -> bytes:
    match format:
        case "csv":
            return _csv(rows(statistics))
        case "xlsx":
            return _xlsx(rows(statistics))
        case "json":
            return _json(rows(statistics), str(statistics.period))


def _csv(found: list[Row]) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    table.writerows(found)
    # With a mark that tells spreadsheets that this is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _json(found: list[Row], period: str) -> bytes:
    return json.dumps({"meta": {"period": period}, "rows": found}, ensure_ascii=False, indent=2).encode()


def _xlsx(found: list[Row]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook(write_only=False)
    book.remove(book.worksheets[0])
    for name in dict.fromkeys(str(row["table"]) for row in found) or ["statistics"]:
        of_table = [row for row in found if row["table"] == name]
        columns = [column for column in COLUMNS[2:] if column == "count" or any(row[column] != "" for row in of_table)]
        sheet = book.create_sheet(name)
        sheet.append(columns)
        for heading in sheet[1]:
            heading.font = Font(bold=True)
        for row in of_table:
            sheet.append([row[column] for column in columns])
        sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
