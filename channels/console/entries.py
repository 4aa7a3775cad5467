"""What a form asks for, entry by entry: how each stands in boxes, and how it is read from them.

Boxes are flat named fields: `verify`, `topics-0`, `purpose-hu`, `phones-1-note-hu`, `hours-mon`, `valid_from-day`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from channels.console.hours import HoursError, grouped, shifts_of, week_of, week_written
from channels.console.texts import sentence
from knowledge_base.documents import DAYS, Hours
from knowledge_base.markdown import body_problems

Values = Mapping[str, str]
# Says what is wrong with a box, in a sentence to translate and what stands in its places.
Say = Callable[..., None]
Option = tuple[str, str]

CHARACTER = sentence("There is a character here that cannot be shown.")
CHOOSE = sentence("Please choose one of these.")
ADDRESS = sentence("This is no web address: it begins with https:// or http:// and has no spaces.")
NO_DAY = sentence("This is no day such as 2026-12-24.")
NO_TIME = sentence("This is no time such as 8:00 or 24:00.")
MARKDOWN = sentence(
    "Line {line} cannot be shown. There can be paragraphs, ### headings, simple lists, **bold** and "
    "[links](https://example.org)."
)
NO_HOURS = sentence("These are no hours: {written}. Please write them like 8:00-12:00.")
CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)", re.ASCII)


class Entry(Protocol):
    """`shape` is the name of what draws it, `fault` what is said of a value that it cannot have."""

    shape: ClassVar[str]

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def fault(self) -> str: ...

    def written(self, value: Any) -> dict[str, str]:
        """The boxes of a value."""
        ...

    def read(self, values: Values, known: Any, say: Say) -> Any:
        """The value in the boxes; `known` is the one from which the editor began: what stays keeps its order."""
        ...

    def box(self, place: Sequence[str | int], values: Values) -> str:
        """The box of a place within the value."""
        ...

    def units(self, keys: Sequence[str]) -> dict[str, Sequence[str]]:
        """The entry's boxes, put together where two editors cannot each change one."""
        ...

    def told(self, keys: Sequence[str], values: Values) -> str:
        """What the boxes say, in words."""
        ...


@dataclass(frozen=True, slots=True)
class Single:
    """In one box."""

    name: str
    label: str
    hint: str = ""

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return self.name

    def units(self, keys: Sequence[str]) -> dict[str, Sequence[str]]:
        return {self.name: [self.name]}

    def told(self, keys: Sequence[str], values: Values) -> str:
        return _said(keys, values)


@dataclass(frozen=True, slots=True)
class Line(Single):
    """Words on one line; `rows` is how many of them the box shows."""

    shape: ClassVar[str] = "line"
    fault: str = CHARACTER
    direction: str = "auto"
    rows: int = 0
    language: str = ""

    def written(self, value: str | None) -> dict[str, str]:
        return {self.name: value or ""}

    def read(self, values: Values, known: Any, say: Say) -> str | None:
        return one_line(values.get(self.name, "")) or None


@dataclass(frozen=True, slots=True)
class Paragraphs(Line):
    """Words on any number of lines, with the little Markdown that there may be."""

    def read(self, values: Values, known: Any, say: Say) -> str:
        body = "\n".join(values.get(self.name, "").splitlines()).strip()
        for line, _ in body_problems(body)[:1]:
            say(self.name, MARKDOWN, line=line)
            return ""
        return body


@dataclass(frozen=True, slots=True)
class Box(Single):
    """To be ticked."""

    shape: ClassVar[str] = "tick"
    fault: str = CHOOSE

    def written(self, value: bool | None) -> dict[str, str]:
        return {self.name: "on" if value else ""}

    def read(self, values: Values, known: Any, say: Say) -> bool:
        return bool(values.get(self.name))


@dataclass(frozen=True, slots=True)
class Choice(Single):
    """One of some; `none` is what stands for no choice, if there may be none."""

    shape: ClassVar[str] = "choice"
    fault: str = CHOOSE
    options: tuple[Option, ...] = ()
    none: str = ""

    def written(self, value: str | None) -> dict[str, str]:
        return {self.name: value or ""}

    def read(self, values: Values, known: Any, say: Say) -> str | None:
        return values.get(self.name) or None

    def told(self, keys: Sequence[str], values: Values) -> str:
        return dict(self.options).get(values.get(self.name, ""), values.get(self.name, "")) or self.none


@dataclass(frozen=True, slots=True)
class Several:
    """In several boxes, each of which two editors can change for themselves."""

    name: str
    label: str
    hint: str = ""
    fault: str = CHARACTER

    def units(self, keys: Sequence[str]) -> dict[str, Sequence[str]]:
        return {key: [key] for key in keys}

    def told(self, keys: Sequence[str], values: Values) -> str:
        return _said(keys, values)


@dataclass(frozen=True, slots=True)
class Choices(Several):
    """Any of some, to be ticked."""

    shape: ClassVar[str] = "choices"
    options: tuple[Option, ...] = ()

    def written(self, value: Sequence[str] | None) -> dict[str, str]:
        return {f"{self.name}-{option}": "on" for option in value or ()}

    def read(self, values: Values, known: Sequence[str] | None, say: Say) -> list[str]:
        return _ordered([option for option, _ in self.options if values.get(f"{self.name}-{option}")], known)

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class InLanguages(Several):
    """In boxes for each language."""

    shape: ClassVar[str] = "texts"
    languages: tuple[str, ...] = ()

    def lines(self, language: str) -> list[Line]:
        """The boxes of a language."""
        raise NotImplementedError

    def parted(self, values: Values, reader: str) -> tuple[list[str], list[str]]:
        """The languages in which something is written, with the reader's own, and those without."""
        there = [
            language
            for language in self.languages
            if language == reader or any(values.get(line.name) for line in self.lines(language))
        ]
        return there, [language for language in self.languages if language not in there]


@dataclass(frozen=True, slots=True)
class Translated(InLanguages):
    """A line in each language; `rows` as of Line. What is missing is told."""

    rows: int = 0

    def written(self, value: Mapping[str, str] | None) -> dict[str, str]:
        return {f"{self.name}-{language}": said for language, said in (value or {}).items()}

    def read(self, values: Values, known: Any, say: Say) -> dict[str, str]:
        found = {language: one_line(values.get(f"{self.name}-{language}", "")) for language in self.languages}
        return {language: said for language, said in found.items() if said}

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return f"{self.name}-{place[0]}" if place else self.name

    def lines(self, language: str) -> list[Line]:
        return [Line(f"{self.name}-{language}", self.label, rows=self.rows, language=language)]


@dataclass(frozen=True, slots=True)
class Spoken(InLanguages):
    """Several lines in each language, each with a label; a language without any word is left out."""

    shape: ClassVar[str] = "spoken"
    parts: tuple[Line, ...] = ()

    def written(self, value: Mapping[str, Mapping[str, str]] | None) -> dict[str, str]:
        return {
            line.name: said[part.name]
            for language, said in (value or {}).items()
            for part, line in zip(self.parts, self.lines(language), strict=True)
        }

    def read(self, values: Values, known: Any, say: Say) -> dict[str, dict[str, str]]:
        found = {}
        for language in self.languages:
            lines = zip(self.parts, self.lines(language), strict=True)
            found[language] = {part.name: one_line(values.get(line.name, "")) for part, line in lines}
        return {language: said for language, said in found.items() if any(said.values())}

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return "-".join([self.name, *map(str, place[:2])])

    def lines(self, language: str) -> list[Line]:
        return [replace(part, name=f"{self.name}-{language}-{part.name}", language=language) for part in self.parts]


@dataclass(frozen=True, slots=True)
class Week(Several):
    """Opening hours: a box for each day with its shifts."""

    shape: ClassVar[str] = "week"
    days: tuple[str, ...] = ()

    def written(self, value: Sequence[Any] | None) -> dict[str, str]:
        weekly = [Hours.model_validate(one) for one in value or ()]
        return {f"{self.name}-{day}": shifts for day, shifts in zip(DAYS, week_written(weekly), strict=True)}

    def read(self, values: Values, known: Sequence[Any] | None, say: Say) -> list[Any]:
        texts = [values.get(f"{self.name}-{day}", "") for day in DAYS]
        right = True
        for day, text in zip(DAYS, texts, strict=True):
            try:
                shifts_of(text)
            except HoursError as error:
                say(f"{self.name}-{day}", NO_HOURS, written=error.written)
                right = False
        weekly = week_of(texts) if right else []
        before = [Hours.model_validate(one) for one in known or ()]
        # Who did not touch them leaves their grouping alone.
        kept = before if week_written(before) == week_written(weekly) else grouped(weekly)
        return [one.model_dump(mode="json") for one in kept]

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return self.name

    def boxes(self) -> list[Line]:
        return [Line(f"{self.name}-{day}", name, direction="ltr") for day, name in zip(DAYS, self.days, strict=True)]


@dataclass(frozen=True, slots=True)
class Whole:
    """In several boxes that belong together."""

    name: str
    label: str
    hint: str = ""
    fault: str = CHARACTER

    def units(self, keys: Sequence[str]) -> dict[str, Sequence[str]]:
        return {self.name: keys}

    def told(self, keys: Sequence[str], values: Values) -> str:
        return _said(keys, values)


@dataclass(frozen=True, slots=True)
class Moment(Whole):
    """A day and a time by a clock on the wall; without a time it is `empty`, the day's beginning or its end."""

    shape: ClassVar[str] = "moment"
    fault: str = NO_DAY
    empty: str = "00:00"
    day_label: str = ""
    time_label: str = ""

    def written(self, value: str | None) -> dict[str, str]:
        day, _, clock = (value or "").partition("T")
        return {f"{self.name}-day": day, f"{self.name}-time": "" if clock == self.empty else clock}

    def read(self, values: Values, known: Any, say: Say) -> str | None:
        day, clock = (values.get(f"{self.name}-{part}", "").strip() for part in ("day", "time"))
        found = CLOCK.fullmatch(clock)
        if clock and (found is None or found[2] > "59" or f"{int(found[1]):02}:{found[2]}" > "24:00"):
            say(f"{self.name}-time", NO_TIME)
            return None
        if not day:
            if clock:
                say(f"{self.name}-day", NO_DAY)
            return None
        return f"{day}T{int(found[1]):02}:{found[2]}" if found else f"{day}T{self.empty}"

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return f"{self.name}-day"


@dataclass(frozen=True, slots=True)
class Picks(Whole):
    """Some of many, in an order: a list to choose from in each row."""

    shape: ClassVar[str] = "picks"
    options: tuple[Option, ...] = ()
    more: str = ""

    def written(self, value: Sequence[str] | None) -> dict[str, str]:
        return {f"{self.name}-{number}": option for number, option in enumerate(value or ())}

    def read(self, values: Values, known: Any, say: Say) -> list[str]:
        chosen = (values.get(f"{self.name}-{number}", "") for number in range(size(values, self.name)))
        return list(dict.fromkeys(filter(None, chosen)))

    def box(self, place: Sequence[str | int], values: Values) -> str:
        return self.name

    def grown(self, values: Values) -> dict[str, str]:
        return {**values, f"{self.name}-{size(values, self.name)}": ""}

    def boxes(self, values: Values) -> list[Choice]:
        """One more than are filled."""
        count = size(values, self.name)
        count += not count or bool(values.get(f"{self.name}-{count - 1}"))
        return [Choice(f"{self.name}-{number}", self.label, options=self.options, none="-") for number in range(count)]

    def told(self, keys: Sequence[str], values: Values) -> str:
        names = dict(self.options)
        return ", ".join(names.get(values[key], values[key]) for key in keys if values.get(key))


@dataclass(frozen=True, slots=True)
class Rows(Whole):
    """A list whose items have entries of their own; an item without any word is left out."""

    shape: ClassVar[str] = "rows"
    parts: tuple[Line | Translated, ...] = ()
    more: str = ""
    title: str = "{number}"

    def written(self, value: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, item in enumerate(value or ()):
            for part, entry in zip(self.parts, self.row(number), strict=True):
                found |= entry.written(item.get(part.name))
        return found

    def read(self, values: Values, known: Any, say: Say) -> list[dict[str, Any]]:
        found = []
        for number in self._filled(values):
            entries = zip(self.parts, self.row(number), strict=True)
            found.append({part.name: entry.read(values, None, say) for part, entry in entries})
        return found

    def box(self, place: Sequence[str | int], values: Values) -> str:
        if len(place) < 2:
            return self.name
        entries = zip(self.parts, self.row(self._filled(values)[int(place[0])]), strict=True)
        return next((entry.box(place[2:], values) for part, entry in entries if part.name == place[1]), self.name)

    def fault_at(self, place: Sequence[str | int]) -> str:
        return next((part.fault for part in self.parts if place[1:2] == (part.name,)), self.fault)

    def grown(self, values: Values) -> dict[str, str]:
        return {**values, f"{self.name}-{len(self.items(values))}-{self.parts[0].name}": ""}

    def row(self, number: int) -> list[Line | Translated]:
        return [replace(part, name=f"{self.name}-{number}-{part.name}") for part in self.parts]

    def items(self, values: Values) -> list[list[Line | Translated]]:
        """The entries of each item, and those of one more than are filled."""
        count, filled = size(values, self.name), self._filled(values)
        count += not count or count - 1 in filled
        return [self.row(number) for number in range(count)]

    def _filled(self, values: Values) -> list[int]:
        keys = {key for key, said in values.items() if said.strip()}
        return [
            number
            for number in range(size(values, self.name))
            if any(key.startswith(f"{self.name}-{number}-") for key in keys)
        ]


def size(values: Values, name: str) -> int:
    """How many rows of a list there are boxes for."""
    found = (re.fullmatch(rf"{name}-(\d{{1,3}})(-.*)?", key) for key in values)
    return max((int(one[1]) + 1 for one in found if one), default=0)


def one_line(value: str) -> str:
    return " ".join(line.strip() for line in value.splitlines() if line.strip())


def _ordered(chosen: Sequence[str], known: Sequence[str] | None) -> list[str]:
    return [one for one in known or () if one in chosen] + [one for one in chosen if one not in (known or ())]


def _said(keys: Sequence[str], values: Values) -> str:
    return "\n".join(filter(None, (values.get(key, "") for key in keys)))
