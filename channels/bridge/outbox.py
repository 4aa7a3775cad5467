"""Delivers what the other desk has to know. The events are the queue, and each case's cursor says how far it is.

What is about to be sent is noted before it is: whoever comes after a crash asks the other desk what has arrived.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversations
from bot.handoff.inbox import Counselling, UnknownHandoffError
from bot.handoff.moves import HandoffError
from bot.handoff.tables import HandoffRow
from bot.news import News, waited
from bot.staff.member import Member
from bot.tables import ConversationRow
from channels.bridge import ledger
from channels.bridge.letters import WITH_A_PERSON, Case, Following, Opened, following, lines_of
from channels.bridge.other_desk import OtherDesk
from channels.bridge.tables import ERASING
from channels.bridge.transport import PATIENCE_S, LaterError, RefusedError
from knowledge_base.database import Database

log = logging.getLogger(__name__)

# How often to look for what another process has stored, and for what is due again, in seconds.
LOOK_S = 2.0
# The pause after a first failure and the longest one, in seconds; each is twice the one before, less up to half.
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
# The longest that the other desk can ask to wait, in seconds.
LONGEST_ASKED_S = 3600.0
# After so long somebody who was at a case is taken for dead: longer than all calls of one letter together.
CLAIM = timedelta(seconds=6 * PATIENCE_S)
# Cases that are told of at the same time.
AT_ONCE = 8


class Outbox:
    """`member` gives the account that stands for the other desk; `random` numbers in [0, 1)."""

    def __init__(
        self,
        *,
        database: Database,
        news: News,
        desk: Callable[[], Counselling],
        other: OtherDesk,
        member: Callable[[], Awaitable[Member]],
        site: str,
        clock: Callable[[], datetime],
        random: Callable[[], float],
    ) -> None:
        self._database = database
        self._news = news
        self._desk = desk
        self._other = other
        self._member = member
        self._site = site
        self._clock = clock
        self._random = random
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Deliver whatever there is and whatever comes, until cancelled; what is parked gets another try."""
        async with self._database.transaction() as session:
            await ledger.unpark(session, self._clock())
        with self._news.listening() as event:
            while True:
                try:
                    await self.look()
                except Exception as error:
                    log.error("the bridge could not look for cases (%s)", type(error).__name__)
                await waited(event, LOOK_S)

    async def look(self) -> None:
        """Tell the other desk everything that is due."""
        now = self._clock()
        async with self._database.reading() as session:
            are_new = bool(await ledger.newcomers(session, self._site))
        if are_new:
            async with self._database.transaction() as session:
                await ledger.admit(session, self._site, now)
        async with self._database.reading() as session:
            due = await ledger.due(session, now)
        if due:
            own = (await self._member()).id
            async with asyncio.TaskGroup() as tasks:
                for handoff_id in due:
                    tasks.create_task(self._one(handoff_id, own))

    async def _one(self, handoff_id: int, own: int) -> None:
        try:
            async with self._slots:
                while await self._step(handoff_id, own):
                    pass
        except Exception as error:
            log.error("case %d could not be bridged (%s); it waits", handoff_id, type(error).__name__)

    async def _step(self, handoff_id: int, own: int) -> bool:
        """Deliver one event of a case; whether there may be more."""
        now = self._clock()
        async with self._database.transaction() as session:
            case = await ledger.take(session, handoff_id, now)
            if case is None:
                return False
            stands = await session.get(ConversationRow, case.conversation_id) is not None
            coming = await _coming(session, case, own) if stands and not case.parked else None
            if coming is None and stands:
                return False
            await ledger.claim(session, case, coming.number if coming else ERASING, now + CLAIM)
        try:
            return await self._sent(case, coming)
        except LaterError as error:
            await self._later(case, error)
        except RefusedError as error:
            await self._refused(case, error, erasing=coming is None)
        return False

    async def _sent(self, case: Case, coming: Following | None) -> bool:
        """Send it, or have all erased where nothing comes any more. Raises LaterError or RefusedError."""
        if coming is None:
            if case.sending:
                await self._other.erase(case)
            async with self._database.transaction() as session:
                await ledger.forget(session, case)
            return False
        remote = case.remote
        if coming.letter is not None:
            again = case.sending == coming.number
            remote = await self._other.send(case, coming.number, coming.letter, again=again)
        async with self._database.transaction() as session:
            await ledger.deliver(session, case, coming.number, open=coming.open, remote=remote, now=self._clock())
        return True

    async def _later(self, case: Case, error: LaterError) -> None:
        pause = min(FIRST_PAUSE_S * 2 ** min(case.tries, 20), LONGEST_PAUSE_S) * (1 - self._random() / 2)
        pause = max(pause, min(error.after_s or 0.0, LONGEST_ASKED_S))
        if case.tries == 0:
            log.warning("the other desk cannot be told of case %d (%s); it is tried again", case.handoff_id, error)
        async with self._database.transaction() as session:
            await ledger.postpone(session, case, self._clock() + timedelta(seconds=pause))

    async def _refused(self, case: Case, error: RefusedError, *, erasing: bool) -> None:
        """The case is the local desk's from now on."""
        then = "delete it there by hand" if erasing else "it is parked, and waits at the desk here"
        theirs = case.remote or "nothing"
        log.error("the other desk refuses case %d (%s), its %s: %s", case.handoff_id, error, theirs, then)
        async with self._database.transaction() as session:
            await ledger.park(session, case, self._clock())
        try:
            await self._desk().release(case.handoff_id, await self._member())
        except (HandoffError, UnknownHandoffError):
            # It waits already, a colleague has it, or it is over.
            return


async def _coming(session: AsyncSession, case: Case, own: int) -> Following | None:
    """The next that the other desk has to hear; None where there is nothing."""
    conversation = await session.get_one(ConversationRow, case.conversation_id)
    row = await session.get_one(HandoffRow, case.handoff_id)
    if not case.open and row.state not in WITH_A_PERSON:
        # What follows is of the assistant, or of the conversation's next case.
        return None
    events = await conversations.events(session, case.conversation_id, after=case.delivered)
    if case.delivered >= case.opening:
        return following(case, events, own)
    lines = lines_of([event for event in events if event.number <= case.opening])
    opened = Opened(row.language, row.topic, row.country, row.reason, row.urgent, conversation.channel, lines)
    return Following(case.opening, opened, open=True)
