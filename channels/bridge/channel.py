"""The bridge put together: one other desk, what delivers to it, and what takes its replies in."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.handoff.inbox import Counselling
from bot.news import News
from bot.staff.member import Member, Staff, UnknownStaffError
from channels.bridge.chatwoot import ChatwootDesk
from channels.bridge.hosting import Bridge, BridgeSetupError
from channels.bridge.other_desk import OtherDesk
from channels.bridge.outbox import Outbox
from channels.bridge.reception import Reception, Result
from channels.bridge.transport import PATIENCE_S, Transport
from channels.bridge.webhook import WebhookDesk
from channels.bridge.zammad import ZammadDesk
from knowledge_base.coordination import Coordination
from knowledge_base.database import Database

log = logging.getLogger(__name__)

# How often to look for replies that no webhook brought, in seconds.
CATCH_UP_S = 120.0
# The role of the process that does.
CATCHING_UP = "bridge"


class Channel:
    """`desk` gives the desk of the moment; `clock` the aware time now; `chance` numbers in [0, 1)."""

    def __init__(
        self,
        *,
        bridge: Bridge,
        database: Database,
        coordination: Coordination,
        news: News,
        desk: Callable[[], Counselling],
        staff: Staff,
        site: str,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._coordination = coordination
        self._staff = staff
        self._login = bridge.staff
        self._other = other_desk(bridge, clock, patience_s)
        self.outbox = Outbox(
            database=database,
            news=news,
            desk=desk,
            other=self._other,
            member=self.member,
            site=site,
            clock=clock,
            random=chance,
        )
        self._reception = Reception(
            database=database, coordination=coordination, desk=desk, other=self._other, member=self.member, clock=clock
        )

    async def member(self) -> Member:
        """The account that stands for the other desk. Raises BridgeSetupError."""
        try:
            member = await self._staff.by_login(self._login)
        except UnknownStaffError:
            raise BridgeSetupError(f"there is no account {self._login!r}; see KALAUZ_BRIDGE_STAFF") from None
        if not member.active or not member.may("counsellor"):
            raise BridgeSetupError(f"the account {self._login!r} is no open account of a counsellor")
        return member

    async def open(self) -> None:
        """Raises BridgeSetupError where the account is missing."""
        await self.member()

    async def run(self) -> None:
        """Deliver, and now and then look what was missed, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.outbox.run())
            tasks.create_task(self._catch_up())

    async def take(self, headers: Mapping[str, str], body: bytes) -> Result:
        """Take a webhook's call in. Raises NotSignedError, NotALetterError or BridgeSetupError."""
        taken = asyncio.ensure_future(self._reception.take(headers, body))
        # Who hangs up does not undo half of it.
        return await asyncio.shield(taken)

    async def catch_up(self) -> None:
        """Take in what was written while nobody was here."""
        await self._reception.catch_up()

    async def _catch_up(self) -> None:
        while True:
            try:
                if await self._coordination.leads(CATCHING_UP):
                    await self.catch_up()
            except Exception as error:
                log.error("what the other desk wrote could not be looked up (%s)", type(error).__name__)
            await asyncio.sleep(CATCH_UP_S)

    async def close(self) -> None:
        await self._other.close()


def other_desk(bridge: Bridge, clock: Callable[[], datetime], patience_s: float) -> OtherDesk:
    def transport(**headers: str) -> Transport:
        return Transport(headers=headers, clock=clock, patience_s=patience_s)

    match bridge.kind:
        case "webhook":
            return WebhookDesk(url=bridge.url, secret=bridge.secret, transport=transport(), clock=clock)
        case "zammad":
            carrier = transport(Authorization=f"Token token={bridge.token}")
            return ZammadDesk(url=bridge.url, group=bridge.place, secret=bridge.secret, transport=carrier)
        case "chatwoot":
            account, inbox = map(int, bridge.place.split("/"))
            carrier = transport(api_access_token=bridge.token)
            return ChatwootDesk(url=bridge.url, account=account, inbox=inbox, secret=bridge.secret, transport=carrier)
