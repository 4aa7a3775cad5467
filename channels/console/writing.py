"""The form in which an editor writes a text: the fields of `knowledge_base.editing.fields`, and what goes with them.

`over` is the newest revision that the editor saw. `renders` is the source's revision that the translation rendered so
far, `rendered` (a box) the one that it renders now. `reviewed` is the day of the last comparison with the sources,
`compared` (a box) says that it is today. `source-title` and `source-url` are where the words were taken from, if they
were; `add-source` (a box) names it among the sources of the article.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.editing.work import Taken
from channels.console.entries import CHARACTER, MARKDOWN
from channels.console.forms import Form
from channels.console.texts import sentence
from knowledge_base.documents import Article, Revision, Source, Text
from knowledge_base.editing.fields import (
    GROUPS,
    LISTS,
    NUMBERED,
    PARTS,
    Fields,
    FieldsError,
    Group,
    Wrong,
    fields_of,
    name,
    size,
    text_of,
)
from knowledge_base.editing.manuscript import ConflictError, Manuscript
from knowledge_base.editing.merging import merged

TITLES = {"section": sentence("Section {number}"), "step": sentence("Step {number}")}
LABELS = {
    "title": sentence("Title"),
    "questions": sentence("Example questions, a line each"),
    "search_questions": sentence("Other ways to ask, never shown, a line each"),
    "heading": sentence("Heading"),
    "text": sentence("Text"),
    "papers": sentence("What to bring, a line each"),
    "place": sentence("Place"),
    "fee": sentence("Fee"),
    "deadline": sentence("Deadline"),
}
SHORT_ANSWER = sentence("Short answer")
FIRST: Final[dict[Group, int]] = {"section": 1, "step": 0}
# What is written in a box of several lines, and how many it shows.
ROWS = {"questions": 5, "search_questions": 5, "section-text": 8, "step-text": 3, "papers": 3}
SOURCE = ("source-title", "source-url", "add-source")


@dataclass(frozen=True, slots=True)
class Field:
    """`label` is a sentence to translate; `rows` is 0 for a single line."""

    name: str
    label: str
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Fields that belong together: the head of a text, a section, or a step; `is_first` cannot be moved up."""

    group: Group | None
    index: int
    number: int
    is_first: bool
    fields: tuple[Field, ...]


def opened(article: Article, language: str) -> Form:
    """The newest revision as a form, with room for whatever the source has; an empty one where there is none."""
    known = newest(article, language)
    values = dict.fromkeys(("title", *LISTS), "") | (fields_of(known.text) if known else {})
    source = newest(article, article.source_language)
    for group in GROUPS:
        wanted = size(fields_of(source.text), group) if source else 1
        if group == "step" and article.facts.kind == "procedure":
            wanted = max(wanted, 1)
        while size(values, group) < wanted:
            values = grown(values, group)
    renders = known.renders if known else None
    reviewed = known.reviewed.isoformat() if known else ""
    return Form(
        values | {"over": str(known.number if known else 0), "renders": str(renders or ""), "reviewed": reviewed}
    )


def filled(form: Form, taken: Taken) -> Form:
    """With what was read of a page or file in place of the title and the sections; steps and questions stay."""
    title = taken.extract.title or form["title"]
    emptied = {key: "" if key.startswith("section-") else said for key, said in form.values.items()}
    fields = fields_of(Text(title=title or "-", body=taken.extract.body))
    read = {key: said for key, said in fields.items() if key.startswith("section-")}
    about = {"source-title": taken.source.title, "source-url": taken.source.url or "", "add-source": "on"}
    return Form({**emptied, **read, "title": title, **about})


def source_in(form: Form) -> Source | None:
    """What is to be named among the sources; raises ValidationError for what nobody can have typed."""
    if not form["add-source"] or not form["source-title"]:
        return None
    return Source(title=form["source-title"], url=form["source-url"] or None)


def newest(article: Article, language: str) -> Revision | None:
    translation = article.translations.get(language)
    return (translation.draft or translation.published) if translation else None


def source_of(article: Article, language: str) -> Revision | None:
    """What a translation renders: the published source, else its draft; None for the source itself."""
    if language == article.source_language:
        return None
    source = article.translations[article.source_language]
    return source.published or source.draft


def pieces(values: Mapping[str, str], *, steps: bool) -> list[Piece]:
    """The form's fields in their order; `steps` says whether there may be any."""
    head = [Field(key, LABELS[key], ROWS.get(key, 0)) for key in ("title", *LISTS)]
    head.append(Field(name("section", 0, "text"), SHORT_ANSWER, ROWS["section-text"]))
    found = [Piece(None, 0, 0, True, tuple(head))]
    for group in GROUPS:
        # The short answer, which is the first section, stands in the head.
        first = FIRST[group]
        for index in range(first, size(values, group)):
            fields = [
                Field(name(group, index, part), LABELS[part], ROWS.get(f"{group}-{part}", ROWS.get(part, 0)))
                for part in PARTS[group]
            ]
            if group == "section" or steps or any(values.get(field.name) for field in fields):
                found.append(Piece(group, index, index + 1 - first, index == first, tuple(fields)))
    return found


def arranged(values: Mapping[str, str], act: str) -> Fields | None:
    """The form after a button that saves nothing: room for more, another order, a preview; None for any other."""
    for group in GROUPS:
        if act == group:
            return grown(values, group)
        if act.startswith(f"up-{group}-"):
            return raised(values, group, number_in(act.removeprefix(f"up-{group}-")))
    return dict(values) if act == "preview" else None


def grown(values: Mapping[str, str], group: Group) -> Fields:
    """With room for one more section or step."""
    return {**values, **{name(group, size(values, group), part): "" for part in PARTS[group]}}


def raised(values: Mapping[str, str], group: Group, index: int) -> Fields:
    """With a section or step one place further up; the short answer stays the first."""
    if not FIRST[group] < index < size(values, group):
        return dict(values)
    swapped = dict(values)
    for part in PARTS[group]:
        own, above = name(group, index, part), name(group, index - 1, part)
        swapped[own], swapped[above] = values.get(above, ""), values.get(own, "")
    return swapped


def manuscript_of(form: Form, known: Revision | None, today: date, _: Callable[[str], str]) -> Manuscript | None:
    """What was written; None, and a sentence for each wrong field, where that is no text."""
    try:
        text = text_of(form.values, known.text if known else None)
    except FieldsError as error:
        form.wrong |= {key: told_wrong(wrong, _) for key, wrong in error.wrong.items()}
        return None
    renders = number_in(form["rendered"]) or number_in(form["renders"])
    reviewed = None if form["compared"] else _day(form["reviewed"])
    return Manuscript(text, number_in(form["over"]), reviewed or today, renders or None)


def put_together(error: ConflictError) -> tuple[Form, Fields]:
    """The form with what both editors wrote, over the other's revision, and what the other wrote instead."""
    base = fields_of(error.base.text) if error.base else {}
    both = merged(base, fields_of(error.mine.text), fields_of(error.theirs.text))
    renders = max(error.mine.renders or 0, error.theirs.renders or 0)
    held = {
        "over": str(error.theirs.number),
        "renders": str(renders or ""),
        "reviewed": max(error.mine.reviewed, error.theirs.reviewed).isoformat(),
    }
    return Form({**both.fields, **held}), both.theirs


def told_field(key: str, _: Callable[[str], str]) -> str:
    """What a field is called outside its form: `Section 2: Heading`."""
    found = NUMBERED.fullmatch(key)
    if found is None:
        return _(LABELS[key])
    group: Group = "section" if found[1] == "section" else "step"
    number, part = int(found[2]), key.rsplit("-", 1)[1]
    if number < FIRST[group]:
        return _(SHORT_ANSWER)
    return f"{_(TITLES[group]).format(number=number + 1 - FIRST[group])}: {_(LABELS[part])}"


def told_wrong(wrong: Wrong, _: Callable[[str], str]) -> str:
    """Why a field cannot be taken."""
    match wrong.fault:
        case "empty":
            return _("Please write something here.")
        case "too_long":
            return _("Please write 1 to {count} characters.").format(count=wrong.most)
        case "markdown":
            return _(MARKDOWN).format(line=wrong.line)
        case _:
            return _(CHARACTER)


def number_in(value: str) -> int:
    """A number of a revision or a place; 0 for what is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
