"""A page or a file of somebody else, fetched and read for an editor who begins a draft. Nothing is kept here."""

import asyncio

from bot.editing.work import Taken
from knowledge_base.documents import Source
from knowledge_base.intake.extract import LARGEST, Extract, IntakeError
from knowledge_base.intake.kinds import kind_of
from knowledge_base.intake.outside import Guard, Reach
from knowledge_base.intake.reading import read
from knowledge_base.languages import primary
from retrieval.answers import Answers

# How many are read at once, each in a process of its own.
AT_ONCE = 2
# As much of a text as shows its language.
SAMPLE = 2000
# As of `knowledge_base.documents.Line`.
LONGEST = 1000


class Intake:
    """See `bot.editing.work.Taking`; `reach` says what may be asked."""

    def __init__(self, answers: Answers, reach: Reach) -> None:
        self._answers = answers
        self._guard = Guard(reach)
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def from_address(self, address: str) -> Taken:
        # The HTTP client is not needed before an editor asks for it.
        from knowledge_base.intake.fetching import fetch

        fetched = await fetch(address, self._guard)
        async with self._reading:
            found = await read(fetched.data, fetched.kind, fetched.url, fetched.charset)
        named = f"{found.title} ({found.site})" if found.title and found.site else found.title or found.site
        return self._taken(found, Source(title=(named or fetched.url)[:LONGEST], url=fetched.url))

    async def from_file(self, name: str, data: bytes) -> Taken:
        if len(data) > LARGEST:
            raise IntakeError("too_large")
        async with self._reading:
            found = await read(data, kind_of(data, name=name))
        shown = "".join(c for c in name if c.isprintable()).strip()[:200]
        return self._taken(found, Source(title=found.title or shown or "-"))

    def _taken(self, found: Extract, source: Source) -> Taken:
        seen = self._answers.detector.detect(f"{found.title}\n{found.body[:SAMPLE]}").code
        languages = self._answers.site.languages
        near = [tag for tag in languages if seen and primary(tag) == primary(seen)]
        return Taken(found, source, next((tag for tag in near if tag == seen), next(iter(near), "")))
