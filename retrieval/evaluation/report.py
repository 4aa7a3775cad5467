"""Reports: `{"meta": {…}, "rows": [{…}]}`, and the same as a table."""

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, str | int | float | None]


class BadEvaluationFileError(ValueError):
    """An evaluation file is not in the contract's format."""


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
