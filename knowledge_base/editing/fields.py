"""A text cut into named fields, as an editor changes them one by one and as two texts are compared.

`title`, `questions` and `search_questions` (a line each), `section-0-text` (the short answer), `section-1-heading`,
`section-1-text`, …, `step-0-title`, `step-0-text`, `step-0-papers` (a line each), `-place`, `-fee`, `-deadline`, ….
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from pydantic import ValidationError

from knowledge_base.documents import Step, Text
from knowledge_base.markdown import body_problems, sections

Fields = dict[str, str]
Group = Literal["section", "step"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
PARTS: Final[dict[Group, tuple[str, ...]]] = {"section": ("heading", "text"), "step": tuple(Step.model_fields)}
LISTS = ("questions", "search_questions")
NUMBERED = re.compile(r"(section|step)-(\d{1,3})-[a-z]+")

Fault = Literal["empty", "too_long", "markdown", "character"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a field cannot be taken: `line` is that of the Markdown, `most` how many characters there may be."""

    fault: Fault
    line: int = 0
    most: int = 0


class FieldsError(ValueError):
    """Fields that make no text; `wrong` says why, by the name of the field."""

    def __init__(self, wrong: dict[str, Wrong]) -> None:
        super().__init__(f"wrong fields: {', '.join(wrong)}")
        self.wrong = wrong


def name(group: Group, index: int, part: str) -> str:
    return f"{group}-{index}-{part}"


def size(fields: Mapping[str, str], group: Group) -> int:
    """How many sections or steps the fields have room for."""
    found = (NUMBERED.fullmatch(key) for key in fields)
    return max((int(one[2]) + 1 for one in found if one and one[1] == group), default=0)


def fields_of(text: Text) -> Fields:
    fields = {"title": text.title, **{key: "\n".join(getattr(text, key)) for key in LISTS}}
    parts = [(part.heading or "", part.text) for part in sections(text.body)]
    if not parts or parts[0][0]:
        # The short answer keeps its place where there is none.
        parts.insert(0, ("", ""))
    for index, (heading, said) in enumerate(parts):
        fields |= {name("section", index, "heading"): heading, name("section", index, "text"): said}
    for index, step in enumerate(text.steps):
        for part in PARTS["step"]:
            value = getattr(step, part)
            fields[name("step", index, part)] = "\n".join(value) if part == "papers" else value or ""
    return fields


def text_of(fields: Mapping[str, str], known: Text | None = None) -> Text:
    """The text that the fields make; sections and steps without any word are left out.

    Sections that say the same as those of `known` keep its very letters. Raises FieldsError.
    """
    wrong: dict[str, Wrong] = {}
    rows = [index for index in range(size(fields, "step")) if any(_group(fields, "step", index).values())]
    value: dict[str, Any] = {
        "title": _one_line(fields.get("title", "")),
        **{key: _lines(fields.get(key, "")) for key in LISTS},
        "steps": [_step(_group(fields, "step", index)) for index in rows],
        "body": _body(fields, known, wrong),
    }
    try:
        text = Text.model_validate(value)
    except ValidationError as error:
        for item in error.errors():
            location = item["loc"]
            fault = _fault(item["type"], item.get("ctx", {}))
            if location[0] == "steps":
                wrong.setdefault(name("step", rows[int(location[1])], str(location[2])), fault)
            elif location[0] == "body":
                wrong.setdefault("section-0-text", fault if fault.most else Wrong("markdown", line=1))
            else:
                wrong.setdefault(str(location[0]), fault)
    if wrong:
        raise FieldsError(wrong)
    return text


def _fault(kind: str, about: Mapping[str, Any]) -> Wrong:
    if kind == "string_too_short":
        return Wrong("empty")
    if kind == "string_too_long":
        return Wrong("too_long", most=int(about["max_length"]))
    return Wrong("character")


def _body(fields: Mapping[str, str], known: Text | None, wrong: dict[str, Wrong]) -> str:
    parts = []
    for index in range(size(fields, "section")):
        row = _group(fields, "section", index)
        heading, said = _one_line(row["heading"]), _plain_breaks(row["text"]).strip()
        for line, _ in body_problems(said)[:1]:
            wrong[name("section", index, "text")] = Wrong("markdown", line=line)
        if heading and body_problems(f"## {heading}"):
            wrong[name("section", index, "heading")] = Wrong("markdown", line=1)
        if index and bool(heading) != bool(said):
            wrong.setdefault(name("section", index, "text" if heading else "heading"), Wrong("empty"))
        parts += [f"## {heading}\n\n{said}" if heading else said] if heading or said else []
    body = "\n\n".join(parts)
    if wrong:
        return ""
    return known.body if known is not None and sections(known.body) == sections(body) else body


def _group(fields: Mapping[str, str], group: Group, index: int) -> dict[str, str]:
    return {part: fields.get(name(group, index, part), "").strip() for part in PARTS[group]}


def _step(row: Mapping[str, str]) -> dict[str, Any]:
    said = {part: _one_line(value) or None for part, value in row.items()}
    return {**said, "title": said["title"] or "", "papers": _lines(row["papers"])}


def _plain_breaks(value: str) -> str:
    # Browsers send a line break as two characters.
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _lines(value: str) -> list[str]:
    return [line.strip() for line in _plain_breaks(value).split("\n") if line.strip()]


def _one_line(value: str) -> str:
    return " ".join(_lines(value))
