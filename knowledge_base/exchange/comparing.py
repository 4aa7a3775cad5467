"""What came back, against what is there: what would become a draft, and what cannot be taken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge_base.documents import Article, Text
from knowledge_base.editing.differences import Differences, differences
from knowledge_base.editing.fields import FieldsError, Wrong, text_of
from knowledge_base.editing.manuscript import Manuscript
from knowledge_base.exchange.copies import Copy, ExchangeError, Fault, newest, source_of
from knowledge_base.languages import TAG

# `conflict`: somebody has saved another text since it was taken out. `unfinished`: not every field is translated.
Outcome = Literal["new", "changed", "same", "unfinished", "conflict"]
TAKEN: tuple[Outcome, ...] = ("new", "changed")


@dataclass(frozen=True, slots=True)
class Change:
    """A text that came back; `manuscript` is what would be saved, `before` the newest text that is there."""

    copy: Copy
    outcome: Outcome
    manuscript: Manuscript | None = None
    before: Text | None = None

    @property
    def differences(self) -> Differences | None:
        """None where nothing would be saved; a new text differs from nothing."""
        return differences(self.before, self.manuscript.text) if self.manuscript else None


def compare(copies: Iterable[Copy], articles: Mapping[str, Article]) -> list[Change]:
    """What each text would change. Raises ExchangeError where one cannot be taken: then none is."""
    found: list[Change] = []
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for copy in copies:
        wrong = list(_faults(copy, articles))
        if (copy.article, copy.language) in seen:
            wrong.append(Fault(copy.place, f"{copy.article}/{copy.language} is there twice"))
        seen.add((copy.article, copy.language))
        if not wrong:
            try:
                found.append(_change(copy, articles[copy.article]))
            except FieldsError as error:
                wrong += [Fault(f"{copy.place}, {key}", _told(one)) for key, one in error.wrong.items()]
        faults += wrong
    if faults:
        raise ExchangeError(*faults)
    return found


def _change(copy: Copy, article: Article) -> Change:
    known = newest(article, copy.language)
    if copy.missing:
        return Change(copy, "unfinished")
    text = text_of(copy.fields, known.text if known else None)
    if known is not None and text == known.text:
        return Change(copy, "same")
    if known is not None and known.number != copy.revision:
        return Change(copy, "conflict")
    # Whoever translates compares with our source, not with the offices': that day stays.
    reviewed = (known or source_of(article)).reviewed
    manuscript = Manuscript(text, copy.revision, reviewed, copy.source_revision)
    return Change(copy, "changed" if known else "new", manuscript, known.text if known else None)


def _faults(copy: Copy, articles: Mapping[str, Article]) -> Iterator[Fault]:
    article = articles.get(copy.article)
    if article is None:
        yield Fault(copy.place, f"there is no article {copy.article[:64]!r}")
        return
    if not TAG.fullmatch(copy.language):
        yield Fault(copy.place, f"{copy.language[:20]!r} is not a language tag such as hu, sr-Latn or zh-Hans")
        return
    known = newest(article, copy.language)
    if copy.revision > ((known.number or 1) if known else 0):
        yield Fault(copy.place, f"{copy.article}/{copy.language} has no revision {copy.revision}")
    is_source = copy.language == article.source_language
    if not is_source and copy.source_revision is None:
        yield Fault(copy.place, "the source's revision is missing")
    numbers = [one.number or 1 for one in (newest(article, article.source_language), source_of(article)) if one]
    if (copy.source_revision or 0) > max(numbers):
        yield Fault(copy.place, f"the source has no revision {copy.source_revision}")


def _told(wrong: Wrong) -> str:
    match wrong.fault:
        case "empty":
            return "is empty"
        case "too_long":
            return f"has more than {wrong.most} characters"
        case "markdown":
            return f"line {wrong.line} cannot be shown: there can be paragraphs, headings, lists, **bold** and links"
        case _:
            return "has a character that cannot be shown"
