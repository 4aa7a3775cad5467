"""What came back, against what is there: what would become a draft, and what cannot be taken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from knowledge_base.documents import Article, Revision, Text
from knowledge_base.editing.differences import Differences, differences
from knowledge_base.editing.fields import LISTS, FieldsError, fields_of, text_of
from knowledge_base.editing.manuscript import Manuscript, words_of
from knowledge_base.exchange.copies import (
    FINISHED,
    Copy,
    Older,
    changed_parts,
    is_behind,
    newest,
    revision_of,
    source_of,
)
from knowledge_base.exchange.faults import ExchangeError, Fault
from knowledge_base.languages import TAG

# `conflict`: somebody has saved another text since it was taken out. `unfinished`: not every field is translated.
Outcome = Literal["new", "changed", "same", "unfinished", "conflict"]
TAKEN: tuple[Outcome, ...] = ("new", "changed")


@dataclass(frozen=True, slots=True)
class Change:
    """A text that came back; `manuscript` is what would be saved, `before` the newest text that is there.

    `copy` is whole: what the file does not have is there as it went out. `missing` names the fields without which a
    text is unfinished, `left` those that say what an older source said: the text stays a translation of that one.
    """

    copy: Copy
    outcome: Outcome
    manuscript: Manuscript | None = None
    before: Text | None = None
    missing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def differences(self) -> Differences | None:
        """None where nothing would be saved; a new text differs from nothing."""
        return differences(self.before, self.manuscript.text) if self.manuscript else None


def asked_for(copies: Iterable[Copy], articles: Mapping[str, Article]) -> set[tuple[str, str, int]]:
    """The older revisions, by article, language and number, without which the copies cannot be compared."""
    found = set()
    for copy in copies:
        article = articles.get(copy.article)
        if article is None:
            continue
        source, known = article.source_language, newest(article, copy.language)
        wanted = {(source, copy.source_revision or 0)}
        if known is not None:
            wanted |= {(copy.language, copy.revision), (source, known.renders or 0)}
        found |= {
            (copy.article, language, number)
            for language, number in wanted
            if number and revision_of(article, language, number, {}) is None
        }
    return found


def compare(copies: Iterable[Copy], articles: Mapping[str, Article], older: Older | None = None) -> list[Change]:
    """What each text would change. Raises ExchangeError where one cannot be taken: then none is."""
    found: list[Change] = []
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for copy in copies:
        wrong = list(_faults(copy, articles))
        if (copy.article, copy.language) in seen:
            wrong.append(Fault(copy.place, "twice"))
        seen.add((copy.article, copy.language))
        if not wrong:
            try:
                found.append(_change(copy, articles[copy.article], older or {}))
            except FieldsError as error:
                wrong += [Fault(copy.place._replace(field=key), "words", wrong=one) for key, one in error.wrong.items()]
        faults += wrong
    if faults:
        raise ExchangeError(*faults)
    return found


def _change(copy: Copy, article: Article, older: Older) -> Change:
    known = newest(article, copy.language)
    base = revision_of(article, copy.language, copy.revision, older)
    # A program may send back only what it changed, a person take a column out: nobody has deleted those words.
    begun = base or known
    copy = replace(copy, fields=(fields_of(begun.text) if begun else {}) | copy.fields)
    if missing := _missing(copy, article, older):
        return Change(copy, "unfinished", missing=missing)
    text = text_of(copy.fields, known.text if known else None)
    stale = _stale(copy, article, known, older) if known else ()
    left = stale if copy.state != FINISHED else ()
    if known is not None:
        before = fields_of(known.text)
        left = tuple(key for key in left if key not in copy.done and _is_same(copy.fields.get(key), before.get(key)))
        # The same words may be finished: somebody has looked at each, and says so.
        if text == known.text and (left or not stale):
            return Change(copy, "same")
        if base is None or words_of(base) != words_of(known):
            return Change(copy, "conflict")
    # Whoever translates compares with our source, not with the offices': that day stays.
    reviewed = (known or source_of(article)).reviewed
    renders = known.renders if known and left else copy.source_revision
    manuscript = Manuscript(text, (known.number or 1) if known else 0, reviewed, renders)
    copy = copy if left else replace(copy, state=FINISHED)
    return Change(copy, "changed" if known else "new", manuscript, known.text if known else None, left=left)


def _missing(copy: Copy, article: Article, older: Older) -> tuple[str, ...]:
    """Fields that the source has and the copy has not; questions are nobody's translation. A table has no source."""
    if not copy.source:
        return ()
    source = revision_of(article, article.source_language, copy.source_revision or 0, older)
    wanted = (fields_of(source.text) if source else {}) | copy.source
    return tuple(key for key, said in wanted.items() if said and key not in LISTS and not copy.fields.get(key))


def _stale(copy: Copy, article: Article, known: Revision, older: Older) -> tuple[str, ...]:
    """Fields beside which the source has changed since they were translated, where it had a major change."""
    if copy.language == article.source_language:
        return ()
    source = revision_of(article, article.source_language, copy.source_revision or 0, older)
    if source is None:
        return tuple(copy.fields) if copy.source_revision != known.renders else ()
    if not is_behind(known, source):
        return ()
    said = fields_of(source.text)
    changed = changed_parts(article, known, source, older) - set(LISTS)
    return tuple(key for key in said | copy.fields if key in changed and (said.get(key) or copy.fields.get(key)))


def _is_same(one: str | None, other: str | None) -> bool:
    return (one or "").split() == (other or "").split()


def _faults(copy: Copy, articles: Mapping[str, Article]) -> Iterator[Fault]:
    article = articles.get(copy.article)
    if article is None:
        yield Fault(copy.place, "article", {"name": copy.article[:64]})
        return
    if not TAG.fullmatch(copy.language):
        yield Fault(copy.place, "tag", {"name": copy.language[:20]})
        return
    known = newest(article, copy.language)
    if copy.revision > ((known.number or 1) if known else 0):
        yield Fault(copy.place, "known_by", {"what": f"{copy.article}/{copy.language} has no revision {copy.revision}"})
    is_source = copy.language == article.source_language
    if not is_source and copy.source_revision is None:
        yield Fault(copy.place, "known_by", {"what": "the source's revision is missing"})
    numbers = [one.number or 1 for one in (newest(article, article.source_language), source_of(article)) if one]
    if (copy.source_revision or 0) > max(numbers):
        yield Fault(copy.place, "known_by", {"what": f"the source has no revision {copy.source_revision}"})
