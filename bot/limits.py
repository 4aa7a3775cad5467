"""How much one conversation and one network may write, counted in this process; the way to a person stays open."""

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `messages` in any `window`."""

    messages: int
    window: timedelta


CONVERSATION: Final = (Rate(20, timedelta(minutes=1)), Rate(200, timedelta(hours=1)))
# A shelter, a school or an office shares one address: many people write from it at once.
NETWORK: Final = (Rate(600, timedelta(minutes=1)), Rate(10_000, timedelta(hours=1)))
# What is no longer even understood, which costs more than all else: several times the above, so that whoever is in
# danger is heard among very many other messages, and by the minute only, so that nobody is kept out for long.
FLOOD: Final = (Rate(100, timedelta(minutes=1)),)
FLOOD_OF_NETWORK: Final = (Rate(2_400, timedelta(minutes=1)),)
# Two tabs, each of which says every three seconds that somebody types.
TYPING: Final = (Rate(40, timedelta(minutes=1)),)
# Keys that are remembered; the longest silent ones are forgotten first.
KEYS = 20_000

# Intents that are never refused: help in danger, a person, and control over one's own data.
FREE = frozenset(
    {"urgent", "human", "callback", "field", "inform", "delete", "privacy", "help", "language", "stop", "withdraw"}
)


class Limits:
    """Moving windows over the times of messages."""

    def __init__(self, conversation: Sequence[Rate] = CONVERSATION, network: Sequence[Rate] = NETWORK) -> None:
        self._conversation = conversation
        self._network = network
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def of_conversation(self, conversation_id: str, now: datetime) -> datetime | None:
        """Count a message at `now`; if it is too much, it is not counted, and the time for the next one is given."""
        return self._count(self._conversation, f"conversation {conversation_id}", now)

    def of_network(self, address: str | None, now: datetime) -> datetime | None:
        """The same for everybody behind one address; None is a channel without addresses."""
        return self._count(self._network, f"network {network_of(address)}", now) if address else None

    def _count(self, rates: Sequence[Rate], key: str, now: datetime) -> datetime | None:
        times = self._times.setdefault(key, deque(maxlen=max(rate.messages for rate in rates)))
        self._times.move_to_end(key)
        if len(self._times) > KEYS:
            self._times.popitem(last=False)
        # What was counted later than now was counted by a clock that went wrong: it must not shut anybody out.
        while times and times[-1] > now:
            times.pop()
        until = [
            times[-rate.messages] + rate.window
            for rate in rates
            if len(times) >= rate.messages and times[-rate.messages] + rate.window > now
        ]
        if until:
            return max(until)
        times.append(now)
        return None


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 that one line has in IPv6; what is no address is its own network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
