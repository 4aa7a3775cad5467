"""What needs an editor: drafts, outdated and missing translations, facts to confirm, texts reviewed long ago."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
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
    """An article's, and the language that it is in; or a contact's name, which is in none."""

    article: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do about an article's text in `language`, or about the facts of an article or a contact.

    `about` is what to confirm, for facts, and `is_unsure` says that we are not sure of them; `since` is the day of the
    last review.
    """

    title: Title
    language: str
    about: str | None = None
    since: date | None = None
    is_contact: bool = False
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Listing(Generic[Entry]):
    """Some of the `count` entries that there are.

    `by_language` counts those of each language, also where one language was asked for; it is empty where entries are
    every language's business.
    """

    count: int
    entries: Sequence[Entry]
    by_language: Mapping[str, int] = field(default_factory=dict)

    @property
    def elsewhere(self) -> int:
        """How many there are in the languages that were not asked for."""
        return sum(self.by_language.values()) - self.count if self.by_language else 0


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

    The articles are those with the ids `among`, None for all of them, but for those with the ids `besides`; the
    contacts those with the ids `contacts`, None for all. The drafts of the texts in `waiting`, pairs of an article and
    a language, need nobody. Translations are missing in `languages`, besides the one asked for.
    """

    language: str
    today: date
    among: Collection[str] | None = None
    besides: Collection[str] = ()
    contacts: Collection[str] | None = None
    waiting: Collection[tuple[str, str]] = ()
    languages: Collection[str] = ()


def subtopics(topics: Sequence[Topic], topic: str) -> set[str]:
    """The topic and all below it."""
    found = {topic}
    while more := {one.id for one in topics if one.parent in found} - found:
        found |= more
    return found
