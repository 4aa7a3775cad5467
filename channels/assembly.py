"""The heavy parts of the program put together: for the server, and for commands that answer once."""

import asyncio
import contextlib
import logging
import weakref
from collections.abc import Callable, Collection
from pathlib import Path
from zoneinfo import ZoneInfo

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
from channels import memory
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
# How long nothing is published before what is found is written down and fitted: both take a core from who asks.
QUIET_S = 30.0
# How long whoever reads what was published comes before its index, which takes a core too.
FIRST_S = 0.5
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


def calibration(
    library: Library, site: Site, index_dir: Path, *, refit: bool = False, at_once: bool = False
) -> Calibration:
    """The saved calibration of this library and site, or a new one.

    `at_once` takes one of an older content too: as after a publication, the thresholds hold until the new one is there.
    """
    path = calibration_path(index_dir, site.id)
    questions, countries = question_set(), set(site.countries)
    mark = fingerprint(library, questions, countries)
    saved = None if refit else Calibration.load(path)
    if saved is not None and (saved.fingerprint == mark or (at_once and saved.understands(library))):
        return saved
    cache = VectorCache(index_dir / "fitting")
    fitted = fit(library, questions=questions, countries=countries, year=now().year, cache=cache)
    fitted.save(path)
    return fitted


class Assembly:
    """Loads what answers, and follows what is published.

    A publication is shown first, by the library that there is (`Library.reworded`): nothing else reads the database,
    one reading after the other, so that no older text can come after a newer one. How it is found follows, by a library
    of its own, which shows the newest content too when it takes over; then its calibration.
    """

    def __init__(
        self,
        *,
        database_url: str,
        site: str,
        encoder: str | None,
        index_dir: Path,
        secret_keys: Callable[[], tuple[str, ...]],
        watch: Watch = lambda: lambda taken: None,
        first_s: float = FIRST_S,
        quiet_s: float = QUIET_S,
    ) -> None:
        self._first_s = first_s
        self._watch = watch
        self._quiet_s = quiet_s
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
        # What was read last, and its version.
        self._newest: tuple[Content, int] | None = None
        self._indexing: asyncio.Task[None] | None = None
        # The last one that came to an end.
        self._indexed: asyncio.Task[None] | None = None
        self._fitting: asyncio.Task[None] | None = None
        # The fingerprint of what the index folder holds.
        self._kept = ""

    @property
    def served(self) -> Served | None:
        if self.asking is None:
            return None
        library = self.asking.library
        return Served(library.version, len(library.articles), len(library.index.passages))

    @property
    def time_zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.asking.site.time_zone) if self.asking else None

    async def follow(
        self, progress: Progress | None = None, *, refit: bool = False, at_once: bool = False
    ) -> Served | None:
        """Load, or show what is newer than what is shown; how that is found follows in the background.

        `at_once` begins with a calibration of an older content, where there is one. Raises whatever keeps the content
        from being read or, since the last index, from being indexed; what is served goes on.
        """
        if self.staff is None:
            await self.database.migrate()
            # Staff can sign in while the content still loads, and where there is none yet.
            self.staff = Accounts(self.database, now, vault=self.vault)
            self.exchange = Exchange(self.database, now)
        content, version = await self._read()
        if self.asking is None:
            made = await asyncio.to_thread(self._load, content, version, progress, refit=refit, at_once=at_once)
            self._kept = made.library.index.fingerprint
            self._take(made)
            return self.served
        if self.asking.library.source is not content:
            self.asking.replace(self.asking.library.reworded(content), self.asking.calibration)
        if self._indexing is None or self._indexing.done():
            self._indexed = self._indexing
            if self.asking.library.version != version:
                self._indexing = asyncio.create_task(self._index())
        if self._indexed is not None:
            self._indexed.result()
        return self.served

    async def _read(self) -> tuple[Content, int]:
        """The newest content and its version; what differs from what was read last is read."""
        async with self.database.reading() as session:
            version = await repository.content_version(session)
            if self._newest is None:
                self._newest = await repository.load_content(session), version
            elif self._newest[1] != version:
                self._newest = await repository.load_newer(session, self._newest[0]), version
        return self._newest

    async def _index(self) -> None:
        """Make the newest content be found, and what is published meanwhile, too."""
        while self.asking and self._newest and self.asking.library.version != self._newest[1]:
            await asyncio.sleep(self._first_s)
            self._take(await asyncio.to_thread(self._load, *self._newest))
            await asyncio.to_thread(memory.give_back)

    @property
    def line_down_s(self) -> float | None:
        """For how long nobody here has known what the other processes do; None where there are none."""
        return self.coordination.down_s

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
        if self.desk is None or self.editing is None or self.retention is None or self.needs is None:
            return
        if not await self.coordination.leads(TIMERS):
            return
        wrong = []
        # Whatever is wrong with one, nobody is forgotten at the desk, and nothing is kept beyond its time.
        for tick in (
            self.editing.tick,
            self.desk.tick,
            self.retention.tick,
            self.needs.waiting.tick,
            self.database.tidy,
        ):
            try:
                await tick()
            except Exception as error:
                wrong.append(error)
        if wrong:
            raise ExceptionGroup("some of what the clock has to do could not be done", wrong)

    async def backlog(self) -> Backlog:
        """What waits at the moment."""
        async with self.database.reading() as session:
            urgent = [row.urgent for row in await cases.waiting(session)]
            oldest = {"telegram": await chats.oldest(session), "bridge": await ledger.oldest(session)}
        at = now().timestamp()
        ages = {to: max(0.0, at - stored) if stored is not None else 0.0 for to, stored in oldest.items()}
        return Backlog(len(urgent), sum(urgent), ages)

    async def close(self) -> None:
        for task in (self._indexing, self._fitting):
            if task is not None:
                task.cancel()
                # What went wrong was told by then.
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task
        await self.database.close()

    def _hear(self, word: str) -> None:
        if word == repository.PUBLISHED:
            self._published.set()

    async def _fit(self) -> None:
        """Give what is found its own calibration. What is published meanwhile does not wait for it."""
        while self.asking is not None:
            # What is served no more does not stay in memory for this.
            seen = weakref.ref(self.asking.library)
            await asyncio.sleep(self._quiet_s)
            if seen() is self.asking.library and await self._is_fitted(self.asking, self.asking.library):
                return

    async def _is_fitted(self, asking: Answers, library: Library) -> bool:
        """Write down and fit what is found; whether nothing else is found by then."""
        try:
            if library.index.fingerprint != self._kept:
                await asyncio.to_thread(library.index.keep, VectorCache(self._index_dir))
                self._kept = library.index.fingerprint
            fitted = await asyncio.to_thread(calibration, library, asking.site, self._index_dir)
            await asyncio.to_thread(memory.give_back)
        except Exception:
            log.exception("the confidence could not be fitted; the one before goes on")
            return True
        is_found = self.asking is asking and asking.library.index is library.index
        if is_found:
            asking.replace(asking.library, fitted)
        return is_found

    async def _on_telegram(self, conversation_ids: Collection[str]) -> dict[str, Reached]:
        async with self.database.reading() as session:
            return await chats.reached(session, conversation_ids)

    def _load(
        self,
        content: Content,
        version: int,
        progress: Progress | None = None,
        *,
        refit: bool = False,
        at_once: bool = False,
    ) -> Answers:
        """What answers from the content, in a thread. Of the site that is served it goes on with what there is."""
        site, served = chosen_site(content, self._site), self.asking
        encoder = self._encoder = self._encoder or load_encoder(self._encoder_name)
        library = Library(
            content,
            encoder,
            version=version,
            cache=VectorCache(self._index_dir),
            progress=progress,
            before=served.library if served else None,
            glossary=shipped_glossary(),
        )
        if served is not None and served.site == site:
            library.index.wait()
            return Answers(library, served.calibration, served.detector, site, served.recogniser)
        fitted = calibration(library, site, self._index_dir, refit=refit, at_once=at_once)
        known, detector = recogniser(encoder, self._index_dir), LanguageDetector(site.languages)
        library.index.wait()
        memory.give_back()
        return Answers(library, fitted, detector, site, known)

    def _take(self, made: Answers) -> None:
        """Answer from what was made, and show what was published since that was begun."""
        library, served = made.library, self.asking
        if self._newest is not None and self._newest[0] is not library.source:
            library = library.reworded(self._newest[0])
        if served is not None and served.site == made.site:
            served.replace(library, served.calibration)
        else:
            made.replace(library, made.calibration)
            self._serve(made)
        log.info("serving %s", self.served)
        # Its own calibration follows when nobody has published for a while.
        if self._fitting is None or self._fitting.done():
            self._fitting = asyncio.create_task(self._fit())

    def _serve(self, asking: Answers) -> None:
        """Put together what works on these answers."""
        news, deliveries = self.news, self.deliveries
        self.asking = asking
        self.conversing = Engine(
            self.database, asking, now, self.vault, news=news, deliveries=deliveries, watch=self._watch
        )
        self.acting = RasaActions(asking)
        self.desk = Desk(self.database, asking, now, self.vault, news=news, deliveries=deliveries)
        self.retention = Retention(self.database, asking.site.retention_days, now, news=news, deliveries=deliveries)
        self.editing = Editors(self.database, asking, now)
        self.needs = Survey(self.database, asking, now, news=news)
