"""What is shown while publications, withdrawals and new indexes come in any order; and with what a start begins."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from channels.assembly import Assembly, calibration_path
from channels.settings import Settings
from knowledge_base import repository
from knowledge_base.documents import Content
from knowledge_base.editing.manuscript import Manuscript
from knowledge_base.glossary import shipped_glossary
from knowledge_base.importer import import_content
from retrieval.answers import Answers
from retrieval.confidence import Calibration
from retrieval.encoder import Encoder
from retrieval.library import Library
from tests import builders
from tests.channels.conftest import DEADLINE_S, data_folder, take_in
from tests.warm import warm_phrases

LANGUAGES = ("en", "hu")
IDS = ("health-card", "rent-contract")


class Held(Assembly):
    """The assembly, whose indexes are made when they are let."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(
            database_url=url, site="hungary", encoder=None, index_dir=folder, secret_keys=lambda: ("a key",), first_s=0
        )
        self.let = threading.Semaphore(0)

    def _load(self, *arguments: Any, **named: Any) -> Answers:
        with_what = super()._load
        # The first one is not held.
        if self.asking is not None:
            assert self.let.acquire(timeout=DEADLINE_S)
        return with_what(*arguments, **named)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Publishing(RuleBasedStateMachine):
    """Editors, and a process that follows what they publish."""

    def __init__(self, runner: asyncio.Runner, assembly: Held, encoder: Encoder) -> None:
        super().__init__()
        self._runner = runner
        self.assembly = assembly
        self._encoder = encoder
        self._number = 0
        for article in IDS:
            self.publish(article, "en", 0)
            self.withdraw(article, "hu")
        self._all_indexed()

    async def _import(self, content: Content) -> None:
        async with self.assembly.database.transaction() as session:
            await import_content(session, content)

    @rule(article=st.sampled_from(IDS), language=st.sampled_from(LANGUAGES), sections=st.integers(0, 2))
    def publish(self, article: str, language: str, sections: int) -> None:
        async def work() -> None:
            self._number += 1
            body = "\n\n".join([f"Said {self._number}.", *(f"## Part {n}\n\nMore." for n in range(sections))])
            said = builders.text(f"Card {self._number}", body)
            async with self.assembly.database.transaction() as session:
                newest = await repository.latest_revision(session, article, language)
                number = (newest.number or 0) + 1 if newest else 1
                await repository.add_revision(
                    session, article, language, builders.revision(said, number=number, last_major=number)
                )
                await session.flush()
                await repository.publish(session, article, language, number)
                await repository.bump_content_version(session)
            await self.assembly.follow()

        self._runner.run(work())

    @rule(article=st.sampled_from(IDS), language=st.sampled_from(LANGUAGES))
    def withdraw(self, article: str, language: str) -> None:
        async def work() -> None:
            async with self.assembly.database.transaction() as session:
                if await repository.withdraw(session, article, language):
                    await repository.bump_content_version(session)
            await self.assembly.follow()

        self._runner.run(work())

    @rule(ends=st.booleans())
    def notify(self, ends: bool) -> None:
        notice = builders.notice(valid_until="2026-06-07T00:00" if ends else "2026-12-31T24:00")
        self._runner.run(self._import(Content(notices=[notice], articles=[])))
        self._runner.run(self.assembly.follow())

    @rule()
    def index(self) -> None:
        """The index in the making, if there is one, comes."""

        async def work() -> None:
            if self.assembly._indexing is not None and not self.assembly._indexing.done():
                await self._next_index()

        self._runner.run(work())

    async def _next_index(self) -> None:
        before = self.library.version
        self.assembly.let.release()
        await until(lambda: self.library.version != before)

    @property
    def library(self) -> Library:
        assert self.assembly.asking is not None
        return self.assembly.asking.library

    @invariant()
    def the_newest_texts_are_shown_and_no_others(self) -> None:
        async def work() -> tuple[Content, dict[str, dict[str, int]]]:
            async with self.assembly.database.reading() as session:
                return await repository.load_content(session), await repository.published_numbers(session)

        content, numbers = self._runner.run(work())
        library, asking = self.library, self.assembly.asking
        assert asking is not None
        assert library.content.notices == content.notices
        for article in IDS:
            published = asking.published(article)
            assert {language: shown.revision for language, shown in published.items()} == numbers.get(article, {})
        for hit in library.search("Card", countries={"HU"}, year=2026):
            assert hit.article.id in numbers

    def teardown(self) -> None:
        self._all_indexed()
        served = self.library
        made = Library(served.source, self._encoder, glossary=shipped_glossary())
        assert served.index.documents == made.index.documents
        assert served.index.fingerprint == made.index.fingerprint
        found, wanted = (one.search("Card", countries={"HU"}, year=2026) for one in (served, made))
        assert [(hit.article, hit.language, hit.parts) for hit in found] == [
            (hit.article, hit.language, hit.parts) for hit in wanted
        ]
        assert [hit.hit.score for hit in found] == pytest.approx([hit.hit.score for hit in wanted], abs=1e-3)
        assert served.articles == made.articles
        assert served.content == made.content

    def _all_indexed(self) -> None:
        async def work() -> None:
            async with self.assembly.database.reading() as session:
                version = await repository.content_version(session)
            while self.library.version != version:
                await self._next_index()

        self._runner.run(work())


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[asyncio.Runner, Held]]:
    """An assembly on a database of two articles."""
    warm_phrases(tmp_path)
    settings = Settings(data_dir=tmp_path)
    take_in(settings, builders.content(*(builders.article(i, en=builders.revision()) for i in IDS)))
    with asyncio.Runner() as runner:
        assembly = Held(tmp_path, settings.database)
        runner.run(assembly.follow())
        yield runner, assembly
        # Enough for whatever is still to be made.
        assembly.let.release(100)
        runner.run(assembly.close())


def test_an_older_text_never_comes_after_a_newer_one(held: tuple[asyncio.Runner, Held], encoder: Encoder) -> None:
    run_state_machine_as_test(
        lambda: Publishing(*held, encoder), settings=settings(max_examples=12, stateful_step_count=12)
    )


def test_a_server_begins_with_the_calibration_of_an_older_content(tmp_path: Path, encoder: Encoder) -> None:
    chosen = data_folder(tmp_path, encoder)
    path = calibration_path(chosen.index_dir, "hungary")
    older = replace(builders.calibration("of another content"), encoder=encoder.digest)
    older.save(path)

    async def begun(*, at_once: bool) -> tuple[Calibration, Calibration | None]:
        assembly = Assembly(
            database_url=chosen.database,
            site="hungary",
            encoder=None,
            index_dir=chosen.index_dir,
            secret_keys=lambda: ("a key",),
            quiet_s=0,
        )
        try:
            await assembly.follow(at_once=at_once)
            asking = assembly.asking
            assert asking is not None
            first = asking.calibration
            await until(lambda: asking.calibration.fingerprint != older.fingerprint)
            return first, Calibration.load(path)
        finally:
            await assembly.close()

    first, fitted = asyncio.run(begun(at_once=True))
    assert first == older
    assert fitted is not None
    assert fitted.fingerprint != older.fingerprint
    older.save(path)
    # A command waits for its own.
    assert asyncio.run(begun(at_once=False)) == (fitted, fitted)


def test_a_library_that_is_served_no_more_leaves_the_memory(tmp_path: Path, encoder: Encoder) -> None:
    chosen = data_folder(tmp_path, encoder)

    async def replaced() -> Library | None:
        assembly = Assembly(
            database_url=chosen.database,
            site="hungary",
            encoder=None,
            index_dir=chosen.index_dir,
            secret_keys=lambda: ("a key",),
            first_s=0,
        )
        try:
            await assembly.follow()
            assert assembly.asking is not None
            assert assembly.editing is not None
            served = weakref.ref(assembly.asking.library)
            # Whatever remembers something of the content does so now.
            article = await assembly.editing.article("health-card")
            text = builders.text("Card", "The office gives it to you.")
            await assembly.editing.checks.of(article, "en", Manuscript(text, 1, builders.revision(text).reviewed))
            await assembly.editing.trying.keep("Where is the card?", "en", "health-card", by="anna")
            await assembly.editing.trying.quality("en")
            manuscript = Manuscript(text, 1, builders.revision(text).reviewed)
            await assembly.editing.publish("health-card", "en", manuscript, major=True, by="anna")
            await assembly.follow()
            assert assembly._indexing is not None
            await assembly._indexing
            assert assembly.asking.library.articles["health-card"].translations["en"].published is not None
            gc.collect()
            return served()
        finally:
            await assembly.close()

    assert asyncio.run(replaced()) is None
