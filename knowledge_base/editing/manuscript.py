"""What an editor hands in, and what can be wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from knowledge_base.documents import Article, Document, Revision, Site, Text


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A text as an editor wrote it.

    `over` is the number of the newest revision that the editor saw, 0 where there was none. `reviewed` is the day on
    which a person last compared it with its sources. `renders` is the source's revision that a translation renders;
    None for the text in the source language.
    """

    text: Text
    over: int
    reviewed: date
    renders: int | None = None


def words_of(said: Revision | Manuscript) -> tuple[Text, date, int | None]:
    """What a person decided of a text. A revision may have the words of the one before: one that was published as a
    major change.
    """
    return said.text, said.reviewed, said.renders


@dataclass(frozen=True, slots=True)
class Saved:
    """A revision in the history of its translation; `by` is the login of who saved or published it, where it is known.

    A revision that came by an import is nobody's.
    """

    revision: Revision
    at: datetime
    published: bool
    by: str | None = None


class EditingError(RuntimeError):
    """Something about a text that cannot be done."""


class UnknownTextError(EditingError):
    """There is no such article, translation or revision."""


class ConflictError(EditingError):
    """Somebody else saved a revision meanwhile: `mine` is not lost, `theirs` is not overwritten.

    `base` is what both began from; None where that was nothing.
    """

    def __init__(self, base: Revision | None, theirs: Revision, mine: Manuscript) -> None:
        super().__init__(f"revision {theirs.number} was saved after revision {mine.over}, which was changed")
        self.base = base
        self.theirs = theirs
        self.mine = mine


class OvertakenError(EditingError):
    """Somebody else changed the document meanwhile: it now is `theirs`, None where it is gone."""

    def __init__(self, theirs: Document | None) -> None:
        super().__init__("the document was changed meanwhile")
        self.theirs = theirs


class TakenError(EditingError):
    """There is something with this id already."""


class DanglingError(EditingError):
    """Topics or contacts are named that there are not (any more)."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"there are no {', '.join(missing)}")
        self.missing = missing


PublishFault = Literal["no_steps", "steps", "step_count", "own_words"]


class UnpublishableError(EditingError):
    """The text must not be published like this.

    `fault`: a procedure without steps, steps in what is no procedure, not as many steps as in the source rendered, or
    one's own words where the site wants a second reader.
    """

    def __init__(self, fault: PublishFault) -> None:
        super().__init__(f"the text cannot be published: {fault}")
        self.fault = fault


class ContactInUseError(EditingError):
    """The contact cannot be deleted: these sites and articles name it."""

    def __init__(self, sites: Sequence[Site], articles: Sequence[Article]) -> None:
        names = [site.id for site in sites] + [article.id for article in articles]
        super().__init__(f"the contact is named by {', '.join(names)}")
        self.sites = sites
        self.articles = articles
