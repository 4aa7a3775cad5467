"""Reports: `{"meta": {…}, "rows": [{…}]}`, and the same as a table."""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrieval.compressed import open_text

Row = dict[str, str | int | float | None]


class BadEvaluationFileError(ValueError):
    """An evaluation file is not in the contract's format."""


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file, plain or packed, counted from 1.

    Raises BadEvaluationFileError where it cannot be read.
    """
    number = 0
    try:
        with open_text(path) as lines:
            for number, line in enumerate(lines, 1):
                yield number, line.rstrip("\n")
    except (UnicodeDecodeError, EOFError, lzma.LZMAError, gzip.BadGzipFile, zlib.error) as error:
        raise BadEvaluationFileError(f"{path}:{number + 1}: cannot be read: {error}") from error


@dataclass(slots=True)
class Report:
    """Rows hold dimensions (text), counts (whole numbers) and metrics (fractions in [0, 1])."""

    meta: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"meta": self.meta, "rows": self.rows}


def mean(values: list[bool] | list[float]) -> float | None:
    """The mean to four digits, None of nothing."""
    return round(sum(values) / len(values), 4) if values else None
