"""What editors see of the content, and what can be done with it, as channels know it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from bot.editing.keeping import Keeping
from bot.editing.planning import Plan
from bot.editing.reviewing import Review
from bot.editing.trying import Trying
from bot.editing.votes import TextVotes
from bot.replies import Block
from knowledge_base.documents import Article, Notice, Revision, Source, Topic
from knowledge_base.editing.duties import NEEDS, Duty, Listing, Need, Title, Wanted
from knowledge_base.editing.manuscript import Manuscript, Saved
from knowledge_base.exchange.comparing import Change
from knowledge_base.exchange.copies import Copy
from knowledge_base.exchange.files import Format
from knowledge_base.glossary import Pair
from knowledge_base.intake.extract import Extract
from knowledge_base.proofreading import Finding
from retrieval.shown import ShownChoice

# How hard a text is to read, beside the published ones in its language: the easiest quarter, the hardest, or neither.
Level = Literal["easy", "usual", "hard"]


# What an editor may see a list of.
Listed = Need | Literal["articles"]
LISTED: Final[tuple[Listed, ...]] = (*NEEDS, "articles")


@dataclass(frozen=True, slots=True)
class Part:
    """Which entries of a list are wanted: those of one list only, `only`, or of each; `most` of them after `start`."""

    only: Listed | None = None
    start: int = 0
    most: int = 10


EVERY: Final = Part()


@dataclass(frozen=True, slots=True)
class Overview:
    """What an editor looks for: articles, what they need, and what is planned for them; texts that did not help, or
    help less than before, and notices that end soon, the next one first. Beside it all topics and countries, and how
    many questions found no answer.

    What was not published as planned (`failed`), and drafts that colleagues are to look over or have given back
    (`reviews`), wait for whoever sees them: they are there in every language, whichever was asked for.
    """

    articles: Listing[Title]
    needs: Mapping[Need, Listing[Duty]]
    failed: Sequence[tuple[Plan, Title]]
    planned: Listing[tuple[Plan, Title]]
    reviews: Sequence[tuple[Review, Title]]
    unhelpful: Listing[tuple[TextVotes, Title]]
    ending: Sequence[Notice]
    topics: Sequence[Topic]
    countries: Sequence[str]
    unanswered: int


@dataclass(frozen=True, slots=True)
class Check:
    """What is worth a look in a text: the source's official terms, what differs from the source, how hard it is to read
    (None where that cannot be said), and published articles that may say the same already.
    """

    terms: Sequence[Pair] = ()
    findings: Sequence[Finding] = ()
    level: Level | None = None
    near: Sequence[ShownChoice] = ()


class Checking(Protocol):
    """A second look at what is written; see `bot.editing.checks.Checks`."""

    async def of(self, article: Article, language: str, manuscript: Manuscript | None) -> Check: ...

    async def near(self, said: Sequence[str], *, country: str, reader: str) -> Sequence[ShownChoice]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a page or file, where it is from, and the site's language that it seems to be in, if any."""

    extract: Extract
    source: Source
    language: str


class Taking(Protocol):
    """Pages and files of others as drafts to be; see `bot.editing.intake.Intake`. Both raise IntakeError."""

    async def from_address(self, address: str) -> Taken: ...

    async def from_file(self, name: str, data: bytes) -> Taken: ...


class Editing(Protocol):
    """What editors work with; see `bot.editing.editors.Editors`.

    `by` is the login of who does it, for the record of changes. Where there is no such article, translation or
    revision, each raises `knowledge_base.editing.manuscript.UnknownTextError`; `save`, `publish`, `plan`, `ask_review`
    and `revert` raise ConflictError where somebody else has saved meanwhile, `publish` and `plan` also
    UnpublishableError. `keeping` is for all that stands beside the texts, `checks` for a second look at them, `intake`
    for what others have written, `trying` for what the bot makes of it. A `source` is added to those of the article.
    """

    @property
    def keeping(self) -> Keeping: ...

    @property
    def checks(self) -> Checking: ...

    @property
    def intake(self) -> Taking: ...

    @property
    def trying(self) -> Trying: ...

    @property
    def languages(self) -> list[str]: ...

    @property
    def second_reader(self) -> bool: ...

    async def overview(self, wanted: Wanted, now: datetime, part: Part = EVERY) -> Overview: ...

    async def article(self, article_id: str) -> Article: ...

    async def revision(self, article_id: str, language: str, number: int) -> Revision: ...

    async def history(self, article_id: str, language: str) -> Sequence[Saved]: ...

    async def save(
        self, article_id: str, language: str, manuscript: Manuscript, *, by: str, source: Source | None = None
    ) -> Revision: ...

    async def publish(
        self,
        article_id: str,
        language: str,
        manuscript: Manuscript,
        *,
        major: bool,
        by: str,
        source: Source | None = None,
    ) -> Revision: ...

    async def plan(
        self,
        article_id: str,
        language: str,
        manuscript: Manuscript,
        *,
        major: bool,
        at: datetime,
        by: str,
        source: Source | None = None,
    ) -> Plan | None: ...

    async def ask_review(
        self, article_id: str, language: str, manuscript: Manuscript, *, by: str, source: Source | None = None
    ) -> Review | None: ...

    async def give_back(self, article_id: str, language: str, remark: str, *, by: str) -> bool: ...

    async def reviews(self, article_id: str | None = None) -> Sequence[Review]: ...

    async def needs_reader(self, article_id: str, language: str, *, by: str) -> bool: ...

    async def unplan(self, article_id: str, language: str, *, by: str) -> bool: ...

    async def plans(self, article_id: str | None = None) -> Sequence[Plan]: ...

    async def revert(self, article_id: str, language: str, number: int, *, over: int, by: str) -> Revision: ...

    def preview(self, article: Article, language: str, manuscript: Manuscript) -> list[Block]: ...


class Exchanging(Protocol):
    """Texts out to translators and back; see `bot.editing.exchange.Exchange`. All raise ExchangeError."""

    async def export(self, format: Format, languages: Collection[str] | None = None) -> dict[str, bytes]: ...

    async def compare(self, copies: Sequence[Copy]) -> list[Change]: ...

    async def take_in(self, copies: Sequence[Copy], *, by: str) -> list[Change]: ...
