"""Entries that more than one form has, and what there is to choose from in them."""

from collections.abc import Callable, Mapping, Sequence

from channels.console.entries import ADDRESS, Box, Choice, Entry, Line, Option, Rows
from channels.console.texts import sentence
from knowledge_base.documents import Topic
from knowledge_base.editing.tree import depths
from knowledge_base.languages import fallbacks, locale

Gettext = Callable[[str], str]
CONFIDENCES = {"high": sentence("high"), "medium": sentence("medium"), "low": sentence("low")}
ID_HINT = sentence("It stands in links and cannot be changed later. Leave it empty, and it is made of the title.")
ID_FAULT = sentence("Please write small letters a to z and digits, with hyphens between words: health-card.")


def id_entry(_: Gettext) -> Line:
    return Line("id", _("Id"), _(ID_HINT), direction="ltr", fault=ID_FAULT)


def named_options(names: Mapping[str, str], _: Gettext) -> tuple[Option, ...]:
    return tuple((value, _(name)) for value, name in names.items())


def topic_options(topics: Sequence[Topic], reader: str) -> tuple[Option, ...]:
    """The tree, with what stands below another topic set in."""
    depth = depths(topics)
    return tuple((one.id, "\u2003" * depth[one.id] + one.name[fallbacks(reader, set(one.name))[0]]) for one in topics)


def country_options(countries: Sequence[str], reader: str) -> tuple[Option, ...]:
    names = locale(reader).territories
    return tuple((code, str(names.get(code, code))) for code in countries)


def sources_entry(_: Gettext) -> Rows:
    parts = (Line("title", _("Title of the source")), Line("url", _("Web address"), direction="ltr", fault=ADDRESS))
    return Rows("sources", _("Sources"), parts=parts, more=_("Add a source"), title=_("Source {number}"))


def checked_entries(_: Gettext) -> list[Entry]:
    """Where it comes from and how sure it is: the same for articles and contacts."""
    return [
        sources_entry(_),
        Line("as_of", _("As of"), _("The year or day of what the sources say, such as 2026.")),
        Choice("confidence", _("How sure we are"), options=named_options(CONFIDENCES, _)),
        Box("volatile", _("It changes often")),
        Line("verify", _("To be confirmed"), _("What an editor has yet to find out. Migrants do not see it."), rows=3),
    ]
