"""What was asked and what became of it in a quarter of a year: counts without persons, few people hidden."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.needs.disclosure import Cell, Protected, protected
from knowledge_base.documents import Article
from knowledge_base.status import LanguageStatus, translation_state

# Kinds of counts: a question with `topic/country/outcome`, and how many minutes somebody waited for a person.
QUESTION, WAITED = "question", "waited"
WAITS: Final = ((5, "0-5"), (15, "5-15"), (60, "15-60"))
LONGEST: Final = "60-"
# The dimensions of a question's count, in their order.
DIMENSIONS = ("week", "language", "topic", "country", "outcome")
# How a handoff can end; see `bot.handoff.moves.State`.
ENDED = ("closed", "returned", "expired")
PERIOD = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


class PeriodError(ValueError):
    """What was given is no quarter of a year such as 2026-Q4."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something happened on a day; see `bot.tables.TallyRow`."""

    day: date
    language: str
    kind: str
    subject: str
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter of a year, in whole weeks: those whose Monday lies in it. Periods do not overlap.

    So nobody can subtract one from another.
    """

    year: int
    quarter: int

    @classmethod
    def of(cls, day: date) -> "Period":
        monday = _monday(day)
        return cls(monday.year, (monday.month + 2) // 3)

    @classmethod
    def read(cls, text: str) -> "Period":
        """Raises PeriodError."""
        found = PERIOD.fullmatch(text)
        if found is None or not 2000 <= int(found[1]) < 2200:
            raise PeriodError(f"{text!r} is no quarter of a year such as 2026-Q4")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"

    @property
    def first(self) -> date:
        """The first Monday."""
        return _monday(date(self.year, 3 * self.quarter - 2, 1) + timedelta(days=6))

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


@dataclass(frozen=True, slots=True)
class Statistics:
    """`tables` by name; the cells of each have as many values as `dimensions` has names for it."""

    period: Period
    tables: Mapping[str, Protected]
    dimensions: Mapping[str, tuple[str, ...]]
    coverage: Sequence[LanguageStatus]


def periods(first_day: date | None, today: date) -> list[Period]:
    """Those of which there may be counts, the newest first."""
    period = Period.of(min(first_day or today, today))
    found = [period]
    while found[0] != Period.of(today):
        found.insert(0, found[0].next)
    return found


def statistics(
    period: Period, tallies: Iterable[Tally], articles: Iterable[Article], languages: Collection[str]
) -> Statistics:
    questions: Counter[Cell] = Counter()
    counted: dict[str, Counter[Cell]] = {
        name: Counter()
        for name in (*DIMENSIONS, "handoffs", "handoff_ends", "waiting", "feedback", "feedback_by_language")
    }
    for tally in tallies:
        if not period.first <= tally.day < period.end:
            continue
        if tally.kind == QUESTION:
            topic, country, outcome = tally.subject.split("/")
            cell = (_monday(tally.day).isoformat(), tally.language, topic, country, outcome)
            questions[cell] += tally.count
            for name, value in zip(DIMENSIONS, cell, strict=True):
                counted[name][value,] += tally.count
        elif tally.kind == "handoff":
            counted["handoffs"][tally.subject,] += tally.count
        elif tally.kind in ENDED:
            counted["handoff_ends"][tally.subject or tally.kind,] += tally.count
        elif tally.kind == WAITED:
            counted["waiting"][tally.subject,] += tally.count
        elif tally.kind in ("helped", "not_helped"):
            counted["feedback"][tally.kind,] += tally.count
            counted["feedback_by_language"][tally.language, tally.kind] += tally.count
    dimensions = {name: (name,) for name in counted} | {
        "handoffs": ("reason",),
        "handoff_ends": ("end",),
        "feedback": ("vote",),
        "feedback_by_language": ("language", "vote"),
        "questions": DIMENSIONS,
    }
    tables = {name: protected(cells) for name, cells in (*counted.items(), ("questions", questions))}
    return Statistics(period, tables, dimensions, coverage(articles, languages))


def coverage(articles: Iterable[Article], languages: Collection[str]) -> list[LanguageStatus]:
    """How much of the content there is in each language."""
    rows = {language: LanguageStatus(language) for language in languages}
    for article in articles:
        for language, row in rows.items():
            state = translation_state(article, language)
            setattr(row, state, getattr(row, state) + 1)
    return list(rows.values())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
