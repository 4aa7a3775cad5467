"""What needs an editor: drafts, outdated and missing translations, facts to confirm, texts reviewed long ago."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Generic, Literal, TypeVar, get_args

from knowledge_base.documents import Topic

Need = Literal["draft", "outdated", "missing", "verify", "old"]
NEEDS: Final[tuple[Need, ...]] = get_args(Need)
Entry = TypeVar("Entry", covariant=True)
# After how long a text is to be compared with its sources again.
LONG_AGO = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Title:
    """An article's, and the language that it is in."""

    article: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do about an article's text in `language`.

    `about` is what to confirm, for facts; `since` the day of the last review.
    """

    title: Title
    language: str
    about: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Listing(Generic[Entry]):
    """Some of the `count` entries that there are."""

    count: int
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an editor looks for; an empty value is everything. `topic` includes the topics below it."""

    topic: str = ""
    country: str = ""
    language: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose duties are asked for, on the day `today`: of a language, or of all where it is empty.

    The articles are those with the ids `among`, None for all of them, but for those with the ids `besides`. The drafts
    of the texts in `waiting`, pairs of an article and a language, need nobody.
    """

    language: str
    today: date
    among: Collection[str] | None = None
    besides: Collection[str] = ()
    waiting: Collection[tuple[str, str]] = ()


def subtopics(topics: Sequence[Topic], topic: str) -> set[str]:
    """The topic and all below it."""
    found = {topic}
    while more := {one.id for one in topics if one.parent in found} - found:
        found |= more
    return found
