"""Takes in what the other desk did: its account at our desk takes the case, answers, and closes it."""

import logging
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal

from bot.handoff.inbox import Counselling, UnknownHandoffError
from bot.handoff.moves import HandoffError, TakenError
from bot.staff.member import Member
from channels.bridge import ledger
from channels.bridge.hosting import BridgeNotReadyError, NotALetterError
from channels.bridge.letters import Case
from channels.bridge.other_desk import Heard, OtherDesk
from channels.bridge.transport import LaterError, RefusedError
from knowledge_base.coordination import Coordination
from knowledge_base.database import Database
from retrieval.question import MAX_CHARACTERS

log = logging.getLogger(__name__)

# stored: the migrant has it. noted: a colleague has the case, and finds it among the notes. known: it came before.
# unknown: no such case, or it was erased. nothing: there was nothing to do.
Result = Literal["stored", "noted", "known", "unknown", "nothing"]


class Reception:
    """`member` gives the account that stands for the other desk; `clock` the aware time now."""

    def __init__(
        self,
        *,
        database: Database,
        coordination: Coordination,
        desk: Callable[[], Counselling],
        other: OtherDesk,
        member: Callable[[], Awaitable[Member]],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._desk = desk
        self._other = other
        self._member = member
        self._clock = clock
        self._coordination = coordination

    async def take(self, headers: Mapping[str, str], body: bytes) -> Result:
        """Take a webhook's call in; what it returns is stored.

        Raises NotSignedError, NotALetterError, or BridgeNotReadyError for a call that has to come again.
        """
        result: Result = "nothing"
        for heard in self._other.heard(headers, body, self._clock()):
            if not (heard.remote + heard.id).isprintable():
                raise NotALetterError("an id holds a character that cannot be in one")
            result = await self.hear(heard)
        return result

    async def catch_up(self) -> None:
        """Look for what the other desk wrote while nobody was here to take it in."""
        async with self._database.reading() as session:
            cases = await ledger.going_on(session)
        for case in cases:
            try:
                for heard in await self._other.missed(case):
                    await self.hear(heard)
            except (LaterError, RefusedError):
                # The outbox has said so already, or will.
                continue

    async def hear(self, heard: Heard) -> Result:
        # Two calls with the same message at once: the second waits, and then finds it.
        async with self._coordination.alone("bridge reception"):
            return await self._take(heard)

    async def _take(self, heard: Heard) -> Result:
        async with self._database.reading() as session:
            case = await ledger.find_remote(session, heard.remote)
            if case is None:
                if await ledger.is_opening(session):
                    # It may be this one: its number is known in a moment.
                    raise BridgeNotReadyError
                return "unknown"
            known = bool(heard.id) and await ledger.was_heard(session, case, heard.id)
        member = await self._member()
        result: Result = "known" if known else "nothing"
        texts = [] if known else parts(heard.text)
        try:
            if texts:
                result = await self._written(case, heard.id, texts, member)
            if heard.outcome is not None:
                await self._desk().close(case.handoff_id, member, heard.outcome)
                result = result if texts else "stored"
        except UnknownHandoffError:
            return "unknown"
        except HandoffError:
            # It is over already, a colleague has it, or nobody ever took it: then it still waits for somebody.
            log.info("case %d was not closed, as the other desk does not have it", case.handoff_id)
        return result

    async def _written(self, case: Case, message_id: str, texts: list[str], member: Member) -> Result:
        result: Result = "stored"
        for number, text in enumerate(texts):
            try:
                await self._reply(case.handoff_id, member, text, f"bridge-{message_id}-{number}")
            except HandoffError:
                # Not the other desk's case any more: a colleague reads there what could not be sent.
                await self._desk().note(case.handoff_id, member, text)
                result = "noted"
        async with self._database.transaction() as session:
            await ledger.heard(session, case, message_id)
        return result

    async def _reply(self, handoff_id: int, member: Member, text: str, client_id: str) -> None:
        """Answer, and take the case before where nobody has it. Raises HandoffError where that cannot be."""
        desk = self._desk()
        try:
            await desk.reply(handoff_id, member, text, client_id)
        except TakenError:
            raise
        except HandoffError:
            await self._accept(handoff_id, member)
            await desk.reply(handoff_id, member, text, client_id)

    async def _accept(self, handoff_id: int, member: Member) -> None:
        try:
            await self._desk().accept(handoff_id, member)
        except TakenError:
            raise
        except HandoffError:
            await self._desk().reopen(handoff_id, member)


def parts(text: str) -> list[str]:
    """The text in pieces that a message of a desk can have; none where there is nothing to read."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
    pieces = []
    while kept:
        cut = MAX_CHARACTERS if len(kept) > MAX_CHARACTERS else len(kept)
        if cut < len(kept):
            # At the end of a paragraph or of a word, where there is one not too far back.
            ends = [kept.rfind(mark, cut // 2, cut) for mark in ("\n", " ")]
            cut = next((end for end in ends if end > 0), cut)
        pieces.append(kept[:cut].strip())
        kept = kept[cut:].strip()
    return [piece for piece in pieces if any(unicodedata.category(c)[0] not in "ZC" for c in piece)]
