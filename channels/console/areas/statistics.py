"""What was asked and what became of it, quarter by quarter, as charts with their tables and as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from bot.needs.figures import FEW, LONGEST, WAITS, Cell, Protected, Statistics
from bot.needs.period import Period, PeriodError
from bot.texts import Texts
from channels.console.areas import Area, Page
from channels.console.frame import ROOT
from channels.console.gate import CurrentNeeds, Editor, MissingError
from channels.console.pages import page, texts_of
from channels.console.texts import sentence
from channels.statistics_files import FORMATS, MEDIA_TYPES, Format, written
from knowledge_base.languages import endonym

PATH = "/statistics"
# In the order in which they are shown, with what the first column is called.
TABLES = {
    "week": (sentence("Questions by week"), sentence("Week from")),
    "outcome": (sentence("What became of the questions"), sentence("Outcome")),
    "language": (sentence("Questions by language"), sentence("Language")),
    "topic": (sentence("Questions by topic"), sentence("Topic")),
    "country": (sentence("Questions by country"), sentence("Country")),
    "feedback": (sentence("Did it help?"), sentence("Vote")),
    "handoffs": (sentence("Why people wanted a person"), sentence("Reason")),
    "waiting": (sentence("How long people waited for a person"), sentence("Minutes")),
    "handoff_ends": (sentence("How talks with a person ended"), sentence("End")),
}
WORDS = {
    "answer": sentence("an answer"),
    "choices": sentence("a choice of articles"),
    "no_answer": sentence("no answer"),
    "urgent": sentence("danger: crisis contacts"),
    "human": sentence("a person was wished for"),
    "smalltalk": sentence("small talk"),
    "helped": sentence("it helped"),
    "not_helped": sentence("it did not help"),
    "asked": sentence("asked for a person"),
    "feedback": sentence("the answer did not help"),
    "callback": sentence("wanted to be called back"),
    "solved": sentence("solved"),
    "referred": sentence("referred to somebody else"),
    "unreachable": sentence("not reached"),
    "other": sentence("something else"),
    "returned": sentence("given back to the assistant"),
    "expired": sentence("nobody came"),
    "closed": sentence("closed"),
}
# Those of a reason for a handoff that mean something else as the outcome of a question.
REASONS = {
    "urgent": sentence("danger"),
    "no_answer": sentence("no answer was found"),
    "topic": sentence("the topic wants a person"),
}
IN_ORDER = [*(wait for _, wait in WAITS), LONGEST]
router = APIRouter(prefix=PATH)
Chosen = Annotated[str, Query(max_length=7)]


@dataclass(frozen=True, slots=True)
class Line:
    """A count in a table; `share` of the largest count in it is in percent. `language` is that of the label."""

    label: str
    count: int
    share: int
    language: str | None = None


@router.get("")
async def show(request: Request, at: Editor, needs: CurrentNeeds, period: Chosen = "") -> Response:
    chosen = _period(period)
    periods = await needs.periods()
    found = await needs.statistics(chosen or periods[0])
    texts, topics = texts_of(request), needs.topics(at.member.language)
    named = _names(texts, topics.get)
    tables = [
        (name, heading, column, _lines(name, found.tables[name], named, texts), found.tables[name].total)
        for name, (heading, column) in TABLES.items()
    ]
    return page(
        request,
        "statistics.html",
        period=found.period,
        periods=periods,
        tables=tables,
        is_empty=not any(lines for _, _, _, lines, _ in tables),
        coverage=found.coverage,
        formats=FORMATS,
        few=FEW,
        weeks=_weeks(found),
    )


@router.get("/{period}.{format}")
async def export(
    request: Request, at: Editor, needs: CurrentNeeds, period: Annotated[str, Path(max_length=7)], format: Format
) -> Response:
    chosen = _period(period)
    if chosen is None:
        raise MissingError
    file = written(await needs.statistics(chosen), format)
    disposition = f'attachment; filename="kalauz-{chosen}.{format}"'
    return Response(file, media_type=MEDIA_TYPES[format], headers={"Content-Disposition": disposition})


def _period(text: str) -> Period | None:
    """None where none was chosen. Raises MissingError."""
    try:
        return Period.read(text) if text else None
    except PeriodError as error:
        raise MissingError from error


def _names(texts: Texts, topic: Callable[[str], str | None]) -> Callable[[str, str], tuple[str, str | None]]:
    """What a value of a table is called, and in which language if it is not the page's."""
    _ = texts.gettext

    def named(table: str, value: str) -> tuple[str, str | None]:
        if not value:
            return _("not known"), None
        match table:
            case "week":
                return texts.date(date.fromisoformat(value)), None
            case "language":
                return endonym(value), value
            case "topic":
                return topic(value) or value, None
            case "handoffs" if value in REASONS:
                return _(REASONS[value]), None
        return _(WORDS[value]) if value in WORDS else value, None

    return named


def _lines(
    name: str, table: Protected, named: Callable[[str, str], tuple[str, str | None]], texts: Texts
) -> Sequence[Line]:
    """The largest first, weeks and waits in their order; what is hidden comes last, as one."""
    counts = table.shown

    def order(cell: Cell) -> tuple[int, str]:
        match name:
            case "week":
                return 0, cell[0]
            case "waiting":
                return IN_ORDER.index(cell[0]), ""
        return -counts[cell], cell[0]

    most = max([*counts.values(), table.others or 0], default=1)
    lines = []
    for cell in sorted(counts, key=order):
        label, language = named(name, cell[0])
        lines.append(Line(label, counts[cell], round(100 * counts[cell] / most), language))
    if table.others:
        lines.append(Line(texts.gettext("all others together"), table.others, round(100 * table.others / most)))
    return lines


def _weeks(found: Statistics) -> Sequence[int]:
    """How high each week's column is, in percent of the highest; none where the count is hidden."""
    counts = [found.tables["week"].shown.get((week.isoformat(),), 0) for week in found.period.weeks]
    most = max(counts) or 1
    return [round(100 * count / most) for count in counts]


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("Statistics"),
            sentence("What was asked and what became of it, counted without persons."),
            "editor",
        ),
    ),
)
