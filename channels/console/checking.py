"""What is worth a look in a text that is being written, as sentences."""

from collections.abc import Callable

from bot.editing.work import Level
from channels.console.texts import apart, sentence
from knowledge_base.languages import endonym
from knowledge_base.proofreading import Fault, Finding

FAULTS: dict[Fault, str] = {
    "links": sentence("Links that only this text has: {found}; that only the source has: {wanted}."),
    "sections": sentence("Sections: {found} here, {wanted} in the source."),
    "items": sentence("Items of lists: {found} here, {wanted} in the source."),
    "steps": sentence("Steps: {found} here, {wanted} in the source."),
    "papers": sentence("Papers to bring, step by step: {found} here, {wanted} in the source."),
    "untranslated": sentence("These words stand in the source just like this: {found}"),
    "language": sentence("This seems to be written in another language ({wanted}): {found}"),
    "unsourced": sentence("This link is not among the sources of the article: {found}"),
}
MISSING = sentence("Numbers that only the source has: {wanted}.")
ADDED = sentence("Numbers that only this text has: {found}.")
LEVELS: dict[Level, str] = {
    "hard": sentence(
        "It is harder to read than three in four of the published texts in this language. Shorter sentences and "
        "shorter words help."
    ),
    "usual": sentence("It is about as hard to read as most of the published texts in this language."),
    "easy": sentence("It is easier to read than three in four of the published texts in this language."),
}


def told(finding: Finding, _: Callable[[str], str]) -> list[str]:
    """A sentence or two in the reader's language."""
    wanted = endonym(finding.wanted) if finding.fault == "language" else finding.wanted
    wordings = (
        [FAULTS[finding.fault]] if finding.fault in FAULTS else [MISSING] * bool(wanted) + [ADDED] * bool(finding.found)
    )
    return [_(wording).format(found=apart(finding.found), wanted=apart(wanted)) for wording in wordings]
