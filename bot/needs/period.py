"""The stretches of time for which there are statistics."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

WRITTEN = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


class PeriodError(ValueError):
    """What was given is no quarter of a year such as 2026-Q4."""


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter of a year, in whole weeks: those whose Monday lies in it. Periods do not overlap.

    So nobody can subtract one from another.
    """

    year: int
    quarter: int

    @classmethod
    def of(cls, day: date) -> "Period":
        monday = monday_of(day)
        return cls(monday.year, (monday.month + 2) // 3)

    @classmethod
    def read(cls, text: str) -> "Period":
        """Raises PeriodError."""
        found = WRITTEN.fullmatch(text)
        if found is None or not 2000 <= int(found[1]) < 2200:
            raise PeriodError(f"{text!r} is no quarter of a year such as 2026-Q4")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"

    @property
    def first(self) -> date:
        """The first Monday."""
        return monday_of(date(self.year, 3 * self.quarter - 2, 1) + timedelta(days=6))

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.next.first

    @property
    def next(self) -> "Period":
        return Period(self.year + self.quarter // 4, self.quarter % 4 + 1)

    @property
    def weeks(self) -> list[date]:
        """Each Monday."""
        return [self.first + timedelta(weeks=week) for week in range((self.end - self.first).days // 7)]


def periods(first_day: date | None, today: date) -> list[Period]:
    """Those of which there may be counts, the newest first."""
    period = Period.of(min(first_day or today, today))
    found = [period]
    while found[0] != Period.of(today):
        found.insert(0, found[0].next)
    return found


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
