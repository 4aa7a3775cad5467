"""Take content into the database, in the caller's transaction: all of it or nothing."""

from dataclasses import asdict, dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.coordination import in_turn
from knowledge_base.documents import Contact, Content, Notice, Revision, Site


@dataclass(slots=True)
class ImportReport:
    """Counts of what was new or changed, and of revisions that the database already had."""

    facts: int = 0
    revisions: int = 0
    unchanged: int = 0
    documents: int = 0

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(**{name: value + getattr(other, name) for name, value in asdict(self).items()})

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @property
    def changed(self) -> bool:
        return bool(self.facts or self.revisions or self.documents)


async def import_content(session: AsyncSession, content: Content) -> ImportReport:
    """Save every document that differs from the database's; a changed text becomes a new revision.

    A translation that comes as a draft only is no longer published. What the files do not name stays.
    """
    await in_turn(session, "import")
    report = ImportReport()
    report.documents += await repository.save_topics(session, content.topics)
    documents: list[Contact | Notice | Site] = [*content.contacts, *content.notices, *content.sites]
    for document in documents:
        report.documents += await repository.save_document(session, document)
    for article in content.articles:
        report.facts += await repository.save_facts(session, article)
        await session.flush()
        for language, questions in article.asked.items():
            report.facts += await repository.save_asked(session, article.id, language, questions)
        for language, translation in article.translations.items():
            if translation.published:
                await _import_revision(session, article.id, language, translation.published, report, publish=True)
            else:
                report.facts += await repository.withdraw(session, article.id, language)
            if translation.draft:
                await _import_revision(session, article.id, language, translation.draft, report, publish=False)
    if report.changed:
        await repository.bump_content_version(session)
    return report


async def _import_revision(
    session: AsyncSession, article_id: str, language: str, revision: Revision, report: ImportReport, *, publish: bool
) -> None:
    latest = await repository.latest_revision(session, article_id, language)
    saved = await _already_saved(session, article_id, language, revision, latest, publish=publish)
    if saved is not None:
        report.unchanged += 1
    else:
        saved = numbered(revision, latest)
        await repository.add_revision(session, article_id, language, saved, to_publish=publish)
        await session.flush()
        report.revisions += 1
    assert saved.number is not None  # noqa: S101
    if publish and await repository.publish(session, article_id, language, saved.number):
        report.facts += 1


async def _already_saved(
    session: AsyncSession, article_id: str, language: str, revision: Revision, latest: Revision | None, *, publish: bool
) -> Revision | None:
    """The saved revision that a file stands for: of its own number, else the published one, else the latest."""
    if latest is None or (revision.number or 0) > (latest.number or 0):
        return None
    candidates = [latest]
    if publish:
        candidates.insert(0, await repository.published_revision(session, article_id, language) or latest)
    if revision.number is not None:
        same_number = await repository.get_revision(session, article_id, language, revision.number)
        candidates.insert(0, same_number or latest)
    return next((known for known in candidates if _says_the_same(known, revision)), None)


def _says_the_same(a: Revision, b: Revision) -> bool:
    return (a.text, a.reviewed, a.renders) == (b.text, b.reviewed, b.renders)


def numbered(revision: Revision, latest: Revision | None) -> Revision:
    """The revision with the number under which it is saved after `latest`.

    A file's own number is kept where it is free; a file that says it is minor stays minor.
    """
    after = (latest.number or 0) if latest else 0
    number = revision.number if revision.number is not None and revision.number > after else after + 1
    minor = revision.last_major is not None and revision.last_major != revision.number
    last_major = number
    if minor:
        last_major = max(revision.last_major or 1, latest.last_major or 1 if latest else 1)
    return revision.model_copy(update={"number": number, "last_major": min(last_major, number)})
