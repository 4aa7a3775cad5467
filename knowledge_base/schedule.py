"""When somebody is there: the hours of a week, the days on which they do not hold, in a time zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from knowledge_base.documents import DAYS, Hours, to_local_time

# How far ahead is looked, in days: over any holidays, and no further.
HORIZON = 60

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Schedule:
    """`weekly` hours by the clock of `zone`; on the days of `exceptions` only those hours hold, none where empty."""

    zone: ZoneInfo
    weekly: Sequence[Hours]
    exceptions: Mapping[date, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def open_until(self, now: datetime) -> datetime | None:
        """When the hours that hold at the aware time `now` end; None where none do. Looks ahead for HORIZON days."""
        end = None
        for begins, ends in self._spans(now):
            if begins <= (end or now):
                end = max(end or ends, ends)
            else:
                break
        return end.astimezone(self.zone) if end else None

    def opens(self, now: datetime) -> datetime | None:
        """When hours begin next after the aware time `now`; None where none do within HORIZON days."""
        found = next((begins for begins, _ in self._spans(now) if begins > now), None)
        return found.astimezone(self.zone) if found else None

    def _spans(self, now: datetime) -> Iterator[Span]:
        """What ends after `now`, in UTC and in order: the wall's clock leaps and goes back twice a year."""
        today = now.astimezone(self.zone).date()
        for ahead in range(HORIZON):
            for begins, ends in sorted(self._of_day(today + timedelta(days=ahead))):
                if ends > now:
                    yield begins, ends

    def _of_day(self, day: date) -> Iterator[Span]:
        exception = self.exceptions.get(day)
        weekly = [(entry.opens, entry.closes) for entry in self.weekly if DAYS[day.weekday()] in entry.days]
        for opens, closes in weekly if exception is None else exception:
            begins, ends = (self._in_utc(day, clock) for clock in (opens, closes))
            if begins < ends:
                yield begins, ends

    def _in_utc(self, day: date, clock: str) -> datetime:
        return to_local_time(f"{day.isoformat()}T{clock}").replace(tzinfo=self.zone).astimezone(UTC)


def public_holidays(country: str, around: date) -> dict[date, Sequence[tuple[str, str]]]:
    """The public holidays of a country in a year and the next, as exceptions without hours."""
    try:
        known = holidays.country_holidays(country, years=(around.year, around.year + 1))
    except NotImplementedError:
        return {}
    return dict.fromkeys(known, ())
