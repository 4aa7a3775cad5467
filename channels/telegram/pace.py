"""How fast Telegram lets a bot write: to everybody together, to one person, to one group."""

from collections import OrderedDict, deque
from typing import Final

# (messages, seconds): at most so many in any such time.
Rates = tuple[tuple[int, float], ...]
EVERYBODY: Final[Rates] = ((30, 1.0),)
# One a second on average; an answer in parts, or a few quick ticks, may go at once.
PERSON: Final[Rates] = ((5, 5.0),)
GROUP: Final[Rates] = ((5, 5.0), (20, 60.0))
# Chats that are remembered; the longest silent ones are forgotten first.
CHATS: Final = 10_000

ALL = 0


class Pace:
    """Moving windows over the times of what was sent, in seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._sent: OrderedDict[int, deque[float]] = OrderedDict({ALL: deque(maxlen=EVERYBODY[0][0])})

    def wait_s(self, chat_id: int, now: float) -> float:
        """0 for a message that may go, and is counted; otherwise how long to wait before asking again."""
        rates = GROUP if chat_id < 0 else PERSON
        times = self._sent.setdefault(chat_id, deque(maxlen=max(count for count, _ in rates)))
        self._sent.move_to_end(chat_id)
        everybody = self._sent[ALL]
        wait = max(_wait(everybody, EVERYBODY, now), _wait(times, rates, now))
        if wait == 0:
            times.append(now)
            everybody.append(now)
        if len(self._sent) > CHATS:
            self._sent.move_to_end(ALL)
            self._sent.popitem(last=False)
        return wait


def _wait(times: deque[float], rates: Rates, now: float) -> float:
    waits = [times[-count] + window - now for count, window in rates if len(times) >= count]
    return max(0.0, *waits) if waits else 0.0
