"""Texts taken out of the knowledge base, as a file holds them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from knowledge_base.documents import Article, Revision
from knowledge_base.editing.fields import LISTS, NUMBERED, PARTS, Fields, fields_of
from knowledge_base.exchange.faults import NOWHERE, Place
from knowledge_base.status import translation_state

# By article, language and number: revisions that an article does not hold itself.
Older = Mapping[tuple[str, str, int], Revision]
# The state of a copy whose sender says that it says all that the source beside it says. We write it in no file.
FINISHED = "finished"
# A file's size in bytes, how many texts it may hold, and how many sections or steps a text may have.
LARGEST, MOST_TEXTS, MOST_PARTS = 20_000_000, 20_000, 100


@dataclass(frozen=True, slots=True)
class Copy:
    """A text as a file holds it, cut into the fields of `knowledge_base.editing.fields`.

    `revision` was the newest one when it was taken out, 0 where there was no text; `source_revision` is the source's
    that stands beside it, None for a text in the source language. `source` holds the source's fields where a file has
    them. In what goes out, `stale` names those that have changed since they were translated; in what comes back, `done`
    names those that the translator says are finished. `place` says where in a file it is.
    """

    article: str
    language: str
    state: str
    revision: int
    source_revision: int | None
    fields: Fields
    source: Fields = field(default_factory=dict)
    stale: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    place: Place = NOWHERE

    @property
    def is_empty(self) -> bool:
        return not any(said.strip() for said in self.fields.values())


def copies(
    articles: Iterable[Article], languages: Collection[str] | None = None, older: Older | None = None
) -> Iterator[Copy]:
    """The newest text in each language, the source first; with `languages`, an empty one where there is none yet."""
    for article in articles:
        wanted = sorted(article.translations if languages is None else {article.source_language, *languages})
        for language in sorted(wanted, key=lambda tag: tag != article.source_language):
            yield copy_of(article, language, older or {})


def copy_of(article: Article, language: str, older: Older) -> Copy:
    """The newest text in a language, beside the source's published one, or its draft where that is all there is."""
    known = newest(article, language)
    source = source_of(article)
    is_source = language == article.source_language
    return Copy(
        article=article.id,
        language=language,
        state=_state(article, language),
        revision=(known.number or 1) if known else 0,
        source_revision=None if is_source else source.number or 1,
        fields=fields_of(known.text) if known else {},
        source={} if is_source else fields_of(source.text),
        stale=frozenset() if is_source or known is None else changed_parts(article, known, source, older),
    )


def newest(article: Article, language: str) -> Revision | None:
    translation = article.translations.get(language)
    return (translation.draft or translation.published) if translation else None


def source_of(article: Article) -> Revision:
    """What a translation is made from."""
    source = article.translations[article.source_language]
    found = source.published or source.draft
    assert found is not None  # noqa: S101
    return found


def revision_of(article: Article, language: str, number: int, older: Older) -> Revision | None:
    translation = article.translations.get(language)
    held = (translation.published, translation.draft) if translation else ()
    return next((one for one in held if one and (one.number or 1) == number), older.get((article.id, language, number)))


def is_behind(known: Revision, source: Revision) -> bool:
    """Whether the source has had a major change since the translation."""
    return (known.renders or 0) < (source.last_major or source.number or 1)


def changed_parts(article: Article, known: Revision, source: Revision, older: Older) -> frozenset[str]:
    """The fields beside which the source says something else than what the translation renders.

    By their places: of a section that was put between two others, all that follows stands beside other words. All of
    them where nobody knows any more what an outdated translation renders.
    """
    if known.renders == (source.number or 1):
        return frozenset()
    old = revision_of(article, article.source_language, known.renders or 0, older)
    said = fields_of(source.text)
    if old is None:
        return frozenset(said | fields_of(known.text)) if is_behind(known, source) else frozenset()
    before = fields_of(old.text)
    return frozenset(key for key in before | said if before.get(key, "") != said.get(key, ""))


def is_field(name: str) -> bool:
    """Whether a text may have a field of this name."""
    if name in ("title", *LISTS, "section-0-text"):
        return True
    if not NUMBERED.fullmatch(name):
        return False
    group, number, part = name.split("-", 2)
    return part in PARTS[group] and number == str(int(number)) and int(number) < MOST_PARTS  # type: ignore[index]


def _state(article: Article, language: str) -> str:
    translation = article.translations.get(language)
    return "draft" if translation and translation.draft else translation_state(article, language)
