"""Hours as people write them: `8:00-12:00, 13:00-16:30` for a day of the week, a line for a day that is different."""

import re
from collections.abc import Sequence
from datetime import date

from knowledge_base.documents import DAYS, Day, Hours

Shift = tuple[str, str]

SHIFT = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d\d))?", re.ASCII)
LINE = re.compile(r"(\d{4}-\d\d-\d\d)\s*:?\s*(.*)", re.ASCII)


class HoursError(ValueError):
    """What was written are no hours; `written` is the part that is none."""

    def __init__(self, written: str) -> None:
        super().__init__(f"{written!r} are no hours such as 8:00-12:00")
        self.written = written


def shifts_of(text: str) -> list[Shift]:
    """The shifts of a day; none for an empty text. Raises HoursError."""
    shifts = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;،]", text))):
        found = SHIFT.fullmatch(part)
        if found is None:
            raise HoursError(part)
        opens, closes = (f"{int(hour):02}:{minute or '00'}" for hour, minute in (found.group(1, 2), found.group(3, 4)))
        if not opens < closes <= "24:00" or min(opens[3:], closes[3:]) >= "60" or max(opens[3:], closes[3:]) >= "60":
            raise HoursError(part)
        shifts.append((opens, closes))
    return shifts


def written(shifts: Sequence[Shift]) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in shifts)


def week_of(texts: Sequence[str]) -> list[Hours]:
    """The hours of a week from a text for each day, Monday first. Raises HoursError."""
    return [
        Hours(days=[day], opens=opens, closes=closes)
        for day, text in zip(DAYS, texts, strict=True)
        for opens, closes in shifts_of(text)
    ]


def week_written(weekly: Sequence[Hours]) -> list[str]:
    """A text for each day, Monday first."""

    def of_day(day: Day) -> str:
        return written(sorted((entry.opens, entry.closes) for entry in weekly if day in entry.days))

    return [of_day(day) for day in DAYS]


def grouped(weekly: Sequence[Hours]) -> list[Hours]:
    """The same hours, with the days that have a shift in common put together."""
    days: dict[Shift, list[Day]] = {}
    for entry in weekly:
        known = days.setdefault((entry.opens, entry.closes), [])
        known += [day for day in entry.days if day not in known]
    return [Hours(days=found, opens=opens, closes=closes) for (opens, closes), found in days.items()]


def exceptions_of(text: str) -> dict[date, list[Shift]]:
    """A line for each day, `2026-12-24 8:00-12:00`; nobody is there on a day without hours. Raises HoursError."""
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        parts = LINE.fullmatch(line)
        if parts is None:
            raise HoursError(line)
        try:
            day = date.fromisoformat(parts[1])
        except ValueError:
            raise HoursError(line) from None
        found[day] = shifts_of(parts[2])
    return found


def exceptions_written(exceptions: dict[date, list[Shift]]) -> str:
    return "\n".join(f"{day.isoformat()} {written(shifts)}".rstrip() for day, shifts in sorted(exceptions.items()))
