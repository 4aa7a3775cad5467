"""What was asked and what became of it in a quarter of a year: counts without persons, a few hidden."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.needs.disclosure import protected, protected_together
from bot.needs.figures import DIMENSIONS, Cell, Statistics
from bot.needs.period import Period, monday_of
from knowledge_base.documents import Article
from knowledge_base.status import coverage

# Kinds of counts: a question with `topic/country/outcome`, and how many minutes somebody waited for a person.
QUESTION, WAITED = "question", "waited"
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


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something happened on a day; see `bot.tables.TallyRow`."""

    day: date
    language: str
    kind: str
    subject: str
    count: int


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
            questions[monday_of(tally.day).isoformat(), tally.language, topic, country, outcome] += tally.count
        elif tally.kind in ("helped", "not_helped"):
            votes[tally.language, tally.kind] += tally.count
        elif tally.kind == "handoff":
            others["handoffs"][tally.subject,] += tally.count
        elif tally.kind in ENDED:
            others["handoff_ends"][tally.subject or tally.kind,] += tally.count
        elif tally.kind == WAITED:
            others["waiting"][tally.subject,] += tally.count
    by_dimension, by_all = protected_together(questions)
    whole: tuple[str, ...] = DIMENSIONS
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
    dimensions: dict[str, tuple[str, ...]] = {**OTHERS, **{name: (name,) for name in DIMENSIONS}}
    dimensions |= {"feedback": ("vote",), "feedback_by_language": ("language", "vote"), "questions": whole}
    return Statistics(period, tables, dimensions, coverage(articles, languages))


def _only(cells: Mapping[Cell, int], dimensions: Sequence[str]) -> Counter[Cell]:
    places = [DIMENSIONS.index(name) for name in dimensions]
    found: Counter[Cell] = Counter()
    for cell, count in cells.items():
        found[tuple(cell[place] for place in places)] += count
    return found
