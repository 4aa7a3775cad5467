"""What was asked and what became of it in a quarter of a year: counts without persons, few people hidden."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.needs.disclosure import Cell, Protected, protected, protected_together
from knowledge_base.documents import Article
from knowledge_base.status import LanguageStatus, coverage

# Kinds of counts: a question with `topic/country/outcome`, and how many minutes somebody waited for a person.
QUESTION, WAITED = "question", "waited"
WAITS: Final = ((5, "0-5"), (15, "5-15"), (60, "15-60"))
LONGEST: Final = "60-"
# The dimensions of a question's count, in their order.
DIMENSIONS = ("week", "language", "topic", "country", "outcome")
# By what questions are counted together, where by all of these more than half of them would have to be hidden.
COARSER = (
    ("language", "topic", "country", "outcome"),
    ("language", "topic", "outcome"),
    ("language", "topic"),
)
# The other tables, with what they count by.
OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "handoffs": ("reason",),
    "handoff_ends": ("end",),
    "waiting": ("minutes",),
}
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
    period: Period, tallies: Iterable[Tally], articles: Collection[Article], languages: Iterable[str]
) -> Statistics:
    questions: Counter[Cell] = Counter()
    votes: Counter[Cell] = Counter()
    others: dict[str, Counter[Cell]] = {name: Counter() for name in OTHERS}
    for tally in tallies:
        if not period.first <= tally.day < period.end:
            continue
        if tally.kind == QUESTION:
            topic, country, outcome = tally.subject.split("/")
            questions[_monday(tally.day).isoformat(), tally.language, topic, country, outcome] += tally.count
        elif tally.kind in ("helped", "not_helped"):
            votes[tally.language, tally.kind] += tally.count
        elif tally.kind == "handoff":
            others["handoffs"][tally.subject,] += tally.count
        elif tally.kind in ENDED:
            others["handoff_ends"][tally.subject or tally.kind,] += tally.count
        elif tally.kind == WAITED:
            others["waiting"][tally.subject,] += tally.count
    by_dimension, by_all = protected_together(questions)
    whole = DIMENSIONS
    for coarser in COARSER:
        if 2 * sum(by_all.shown.values()) >= questions.total():
            break
        whole, by_all = coarser, protected_together(_only(questions, coarser))[1]
    by_vote, by_language_and_vote = protected_together(votes)
    nothing = protected({})
    tables = {name: protected(cells) for name, cells in others.items()}
    tables |= dict(zip(DIMENSIONS, by_dimension or [nothing] * len(DIMENSIONS), strict=True))
    tables |= {"feedback": by_vote[1] if by_vote else nothing}
    tables |= {"feedback_by_language": by_language_and_vote, "questions": by_all}
    dimensions = OTHERS | {name: (name,) for name in DIMENSIONS}
    dimensions |= {"feedback": ("vote",), "feedback_by_language": ("language", "vote"), "questions": whole}
    return Statistics(period, tables, dimensions, coverage(articles, languages))


def _only(cells: Mapping[Cell, int], dimensions: Sequence[str]) -> Counter[Cell]:
    places = [DIMENSIONS.index(name) for name in dimensions]
    found: Counter[Cell] = Counter()
    for cell, count in cells.items():
        found[tuple(cell[place] for place in places)] += count
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
