"""What a member is told of a translators' file that cannot be taken, in a sentence for each place."""

from bot.texts import Texts
from channels.console.texts import apart, sentence
from channels.console.writing import told_field, told_wrong
from knowledge_base.exchange.copies import is_field
from knowledge_base.exchange.faults import Fault, Place, Reason

SENTENCES: dict[Reason, str] = {
    "article": sentence("There is no such article: {name}."),
    "begins_like_formula": sentence(
        "This begins like a formula. If it is none, please write an apostrophe (') before it."
    ),
    "cells": sentence("There are more cells here than columns."),
    "columns_missing": sentence("These are not the columns of an export. Missing: {names}."),
    "columns_unknown": sentence("These are not the columns of an export. Unknown, or there twice: {names}."),
    "conflict": sentence("A colleague has saved a newer text meanwhile. Please look at it first."),
    "doctype": sentence("The file has a document type or an encoding that is refused."),
    "field": sentence("There is no such field."),
    "format": sentence("This is no file of the kind {format}, or it is damaged."),
    "formula": sentence("There is a formula here: please write the text itself."),
    "known_by": sentence("An id, a language or the number of a revision is not as it went out: please leave them so."),
    "long_cell": sentence("This is longer than the {count} characters of a cell: please take CSV or XLIFF."),
    "name": sentence("The name of the file has to end in one of these: {names}."),
    "no_text": sentence("This cell holds no text: {value}. Please format it as text."),
    "packed": sentence("Too much is packed into this file."),
    "placeholder": sentence("There is a placeholder here: please write the text itself."),
    "row": sentence("This row cannot be read: please look at its quotation marks."),
    "size": sentence("The file is larger than {count} MB."),
    "tag": sentence("This is no language tag such as hu, sr-Latn or zh-Hans: {name}."),
    "texts": sentence("There are more than {count} texts in the file."),
    "twice": sentence("This is there twice."),
    "unheld": sentence("A file of the kind {format} cannot hold a character of this: please take CSV."),
}


def told(fault: Fault, texts: Texts) -> tuple[str, str]:
    """Where something is wrong, nothing where that is the file itself; and what."""
    return _place(fault.place, texts), _reason(fault, texts)


def _reason(fault: Fault, texts: Texts) -> str:
    if fault.wrong is not None:
        return told_wrong(fault.wrong, texts.gettext)
    about = {key: texts.number(said) if isinstance(said, int) else apart(said) for key, said in fault.about.items()}
    return texts.gettext(SENTENCES[fault.reason]).format(**about)


def _place(place: Place, texts: Texts) -> str:
    row = texts.gettext("Row {number}").format(number=texts.number(place.row)) if place.row else ""
    # What a foreign file calls a field need be none of ours.
    field = told_field(place.field, texts.gettext) if is_field(place.field) else apart(place.field)
    return " · ".join(
        part for part in (row, apart(place.name) if place.name else "", field if place.field else "") if part
    )
