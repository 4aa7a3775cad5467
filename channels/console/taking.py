"""What is told of a page or file that was read, or could not be."""

from collections.abc import Callable
from datetime import date

from bot.editing.work import Taken
from bot.texts import Texts
from channels.console.texts import apart, sentence
from knowledge_base.documents import Line
from knowledge_base.intake.extract import IntakeError, Loss, Reason

REASONS: dict[Reason, str] = {
    "address": sentence("This is no web address: it begins with https:// or http:// and has no spaces."),
    "private": sentence("This address does not lead to the public internet: nothing was asked there."),
    "unreachable": sentence("Nothing answers at this address."),
    "status": sentence("The page cannot be had: its server answers {detail}."),
    "kind": sentence("Only web pages, PDF, DOCX and Markdown can be read."),
    "too_large": sentence("It is too large: at most 10 MB can be read."),
    "too_slow": sentence("It took too long, and was given up."),
    "bomb": sentence("It unpacks to more than can be read, or has too many pages: please take a part of it."),
    "broken": sentence("It is damaged and cannot be read."),
    "locked": sentence("It is locked with a password: please save it without one."),
    "no_text": sentence("There is no text in it. If it is a scan, text recognition has to read it first."),
}
# A line in the facts, as of `knowledge_base.documents.Line`.
LONGEST: int = 1000


def refusal(error: IntakeError, _: Callable[[str], str]) -> str:
    return _(REASONS[error.reason]).format(detail=apart(error.detail))


def losses(taken: Taken, texts: Texts) -> list[str]:
    """What is not in the text any more, a sentence each."""
    lost = taken.extract.lost
    counted: dict[Loss, str] = {
        "images": texts.ngettext(
            "{count} picture was left out.", "{count} pictures were left out.", lost.get("images", 0)
        ),
        "tables": texts.ngettext(
            "{count} table became a list of its rows.",
            "{count} tables became lists of their rows.",
            lost.get("tables", 0),
        ),
        "rest": texts.ngettext(
            "{count} paragraph was left out, for the text is too long.",
            "{count} paragraphs were left out, for the text is too long.",
            lost.get("rest", 0),
        ),
    }
    told = [said.format(count=texts.number(lost[kind])) for kind, said in counted.items() if lost.get(kind)]
    if lost.get("layout"):
        told.append(
            texts.gettext("The headings, paragraphs and lists of a PDF are guessed; bold words and links are missing.")
        )
    return told


def remark(taken: Taken, texts: Texts, today: date) -> Line:
    """For the editors, among the facts, until somebody has looked at it."""
    about = texts.gettext("Taken from {source} on {day}: please compare it.")
    said = about.format(source=apart(taken.source.title[:200]), day=texts.date(today))
    return " ".join([said, *losses(taken, texts)])[:LONGEST]
