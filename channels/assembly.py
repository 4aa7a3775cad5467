"""The heavy parts of the program put together: for the server, and for commands that answer once."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

import channels.tables  # noqa: F401
from bot.editing.editors import Editors
from bot.editing.exchange import Exchange
from bot.engine import Engine
from bot.handoff import cases
from bot.handoff.delivery import Deliveries, Reached
from bot.handoff.desk import Desk
from bot.messages import Watch
from bot.needs.survey import Survey
from bot.news import News
from bot.rasa import RasaActions
from bot.retention import Retention
from bot.staff.accounts import Accounts
from bot.vault import Vault
from channels.bridge import ledger
from channels.service import Backlog, NoContentError, Served, now
from channels.telegram import chats
from knowledge_base import repository
from knowledge_base.coordination import coordination
from knowledge_base.database import Database
from knowledge_base.documents import Content, Site
from knowledge_base.files import read_site
from knowledge_base.glossary import shipped_glossary
from retrieval.answers import Answers
from retrieval.confidence import Calibration, fingerprint, fit
from retrieval.encoder import DEFAULT, Encoder, load_encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from retrieval.recognition import SHIPPED, PhraseIndex, Recogniser, Weights
from retrieval.recognition_fitting import fit as fit_recognition
from retrieval.starter import phrases, question_set
from retrieval.vectors import Progress, VectorCache

# The role of the process that does what the clock has to do.
TIMERS = "timers"
# Up to this many articles are quoted anew before all is read: what an editor publishes, not an import.
REWORDED = 50
log = logging.getLogger(__name__)


def chosen_site(content: Content, site: str) -> Site:
    """The site of the settings: an id in the content, or a YAML file.

    Raises NoContentError where there is neither, or where it names contacts that there are not.
    """
    if site.endswith((".yaml", ".yml")):
        return _with_contacts(read_site(Path(site)), content)
    found = next((candidate for candidate in content.sites if candidate.id == site), None)
    if found is None:
        known = ", ".join(candidate.id for candidate in content.sites) or "none"
        raise NoContentError(
            f"there is no site {site!r} in the database (there: {known}); run `kalauz kb import` first"
        )
    return _with_contacts(found, content)


def _with_contacts(site: Site, content: Content) -> Site:
    """The site, if the content has the contacts that it names."""
    unknown = set(site.contacts) - {contact.id for contact in content.contacts}
    if unknown:
        raise NoContentError(f"the site {site.id!r} names contacts that there are not: {', '.join(sorted(unknown))}")
    return site


def calibration_path(index_dir: Path, site: str) -> Path:
    return index_dir / f"confidence-{site}.json"


def recogniser(encoder: Encoder, index_dir: Path) -> Recogniser:
    """With the weights that ship, or with fitted ones where the encoder is another."""
    questions = [question.text for question in question_set() if question.kind in ("in", "out")]
    index = PhraseIndex(phrases(), questions, encoder, cache=VectorCache(index_dir / "phrases"))
    path = index_dir / "recognition.json"
    weights = Weights.load(SHIPPED, index.fingerprint) or Weights.load(path, index.fingerprint)
    if weights is None:
        weights = fit_recognition(index)
        weights.save(path)
    return Recogniser(index, weights)


def calibration(library: Library, site: Site, index_dir: Path, *, refit: bool = False) -> Calibration:
    """The saved calibration of this library and site, or a new one."""
    path = calibration_path(index_dir, site.id)
    questions, countries = question_set(), set(site.countries)
    known = None if refit else Calibration.load(path, fingerprint(library, questions, countries))
    if known is None:
        cache = VectorCache(index_dir / "fitting")
        known = fit(library, questions=questions, countries=countries, year=now().year, cache=cache)
        known.save(path)
    return known


class Assembly:
    """Loads what answers, and loads it again when the content's version has grown."""

    def __init__(
        self,
        *,
        database_url: str,
        site: str,
        encoder: str | None,
        index_dir: Path,
        secret_keys: Callable[[], tuple[str, ...]],
        watch: Watch = lambda: lambda taken: None,
    ) -> None:
        self._watch = watch
        self.database = Database(database_url)
        self.vault = Vault(*secret_keys())
        self.coordination = coordination(self.database)
        self.news = News(self.coordination)
        self.deliveries = Deliveries(self._on_telegram)
        self.asking: Answers | None = None
        self.conversing: Engine | None = None
        self.acting: RasaActions | None = None
        self.staff: Accounts | None = None
        self.desk: Desk | None = None
        self.retention: Retention | None = None
        self.editing: Editors | None = None
        self.needs: Survey | None = None
        self.exchange: Exchange | None = None
        self._site = site
        self._encoder_name = encoder or DEFAULT
        self._encoder: Encoder | None = None
        self._index_dir = index_dir
        self._published = asyncio.Event()
        self.coordination.listen(self._hear)
        self._fitting: asyncio.Task[None] | None = None

    @property
    def served(self) -> Served | None:
        if self.asking is None:
            return None
        library = self.asking.library
        return Served(library.version, len(library.articles), len(library.index.passages))

    @property
    def time_zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.asking.site.time_zone) if self.asking else None

    async def follow(self, progress: Progress | None = None, *, refit: bool = False) -> Served | None:
        """Load if there is something newer than what is served, and then say what; the old one serves meanwhile."""
        if self.staff is None:
            await self.database.migrate()
            # Staff can sign in while the content still loads, and where there is none yet.
            self.staff = Accounts(self.database, now, vault=self.vault)
            self.exchange = Exchange(self.database, now)
        async with self.database.reading() as session:
            version = await repository.content_version(session)
            if self.asking is not None and version == self.asking.library.version:
                return None
            if self.asking is not None:
                await self._reword(session, self.asking)
            content = await repository.load_content(session)
        library = await asyncio.to_thread(self._load, content, version, progress, refit)
        if self.asking is not None and library is not self.asking.library:
            # What was published shows at once; its own calibration follows a moment later.
            self.asking.replace(library, self.asking.calibration)
            if self._fitting is None or self._fitting.done():
                self._fitting = asyncio.create_task(self._fit())
        return self.served

    async def _reword(self, session: AsyncSession, asking: Answers) -> None:
        """Quote texts that were published anew at once; the rest waits until all is read and indexed."""
        known = {
            article.id: {language: t.published.number for language, t in article.translations.items() if t.published}
            for article in asking.library.articles.values()
        }
        numbers = await repository.published_numbers(session)
        newer = [
            article_id
            for article_id, published in numbers.items()
            if any(known.get(article_id, {}).get(language) != number for language, number in published.items())
        ]
        if 0 < len(newer) <= REWORDED:
            articles = [await repository.load_article(session, article_id) for article_id in newer]
            library = asking.library.reworded(article for article in articles if article is not None)
            asking.replace(library, asking.calibration)

    async def keep_in_touch(self) -> None:
        """With the other processes, until cancelled."""
        await self.coordination.run()

    async def published(self) -> None:
        """Wait until something may have been published."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.coordination.look_s):
                await self._published.wait()
        self._published.clear()

    async def check(self) -> None:
        """Raises whatever keeps the database from working."""
        await self.database.check()

    async def tend(self) -> None:
        """Do what the clock has to do, in one of the processes."""
        if self.desk is None or self.editing is None or self.retention is None:
            return
        if not await self.coordination.leads(TIMERS):
            return
        try:
            await self.editing.tick()
        finally:
            # Whatever is wrong with a text, nobody is forgotten at the desk.
            await self.desk.tick()
            await self.retention.tick()

    async def backlog(self) -> Backlog:
        """What waits at the moment."""
        async with self.database.reading() as session:
            urgent = [row.urgent for row in await cases.waiting(session)]
            oldest = {"telegram": await chats.oldest(session), "bridge": await ledger.oldest(session)}
        at = now().timestamp()
        ages = {to: max(0.0, at - stored) if stored is not None else 0.0 for to, stored in oldest.items()}
        return Backlog(len(urgent), sum(urgent), ages)

    async def close(self) -> None:
        if self._fitting is not None:
            self._fitting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._fitting
        await self.database.close()

    def _hear(self, word: str) -> None:
        if word == repository.PUBLISHED:
            self._published.set()

    async def _fit(self) -> None:
        """Give what is served its own calibration. What is published meanwhile does not wait for it."""
        while self.asking is not None:
            library, site = self.asking.library, self.asking.site
            try:
                await asyncio.to_thread(library.index.keep, VectorCache(self._index_dir))
                fitted = await asyncio.to_thread(calibration, library, site, self._index_dir)
            except Exception:
                log.exception("the confidence could not be fitted; the one before goes on")
                return
            if self.asking.library is library:
                self.asking.replace(library, fitted)
                return

    async def _on_telegram(self, conversation_ids: Collection[str]) -> dict[str, Reached]:
        async with self.database.reading() as session:
            return await chats.reached(session, conversation_ids)

    def _load(self, content: Content, version: int, progress: Progress | None, refit: bool) -> Library:
        site = chosen_site(content, self._site)
        encoder = self._encoder = self._encoder or load_encoder(self._encoder_name)
        cache, before = VectorCache(self._index_dir), self.asking.library if self.asking else None
        library = Library(
            content,
            encoder,
            version=version,
            cache=cache,
            progress=progress,
            before=before,
            glossary=shipped_glossary(),
        )
        if self.asking is not None and self.asking.site == site:
            return library
        fitted = calibration(library, site, self._index_dir, refit=refit)
        known = recogniser(encoder, self._index_dir)
        self.asking = Answers(library, fitted, LanguageDetector(site.languages), site, known)
        self.conversing = Engine(
            self.database,
            self.asking,
            now,
            self.vault,
            news=self.news,
            deliveries=self.deliveries,
            watch=self._watch,
        )
        self.acting = RasaActions(self.asking)
        self.desk = Desk(self.database, self.asking, now, self.vault, news=self.news, deliveries=self.deliveries)
        self.retention = Retention(self.database, site.retention_days, now, news=self.news, deliveries=self.deliveries)
        self.editing = Editors(self.database, self.asking, now)
        self.needs = Survey(self.database, self.asking, now, news=self.news)
        return library
