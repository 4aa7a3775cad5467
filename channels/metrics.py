"""What Prometheus collects of this process: counts and times, and nothing of what anybody said."""

import time
from collections.abc import Callable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.messages import Taken
from bot.texts import languages
from channels.service import Backlog, Served

OUTCOMES = frozenset({"answer", "choices", "no_answer", "urgent", "human", "smalltalk"})
# Whatever else there may be, so that no label takes values without end.
OTHER = "other"
CONFIDENCE = tuple(tenth / 10 for tenth in range(1, 10))
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Counted(Protocol):
    """What knows how the process is doing at the moment."""

    @property
    def served(self) -> Served | None: ...

    @property
    def line_down_s(self) -> float | None: ...

    async def backlog(self) -> Backlog | None: ...


class Metrics:
    """`clock` gives seconds that only go on."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        self._questions = Counter(
            "kalauz_questions", "Questions in conversations.", ["outcome", "language"], registry=own
        )
        self._confidence = Histogram(
            "kalauz_confidence", "Confidence that the best article answers.", buckets=CONFIDENCE, registry=own
        )
        self._turns = Histogram(
            "kalauz_turn_seconds", "From a message to its stored reply.", buckets=SECONDS, registry=own
        )
        self.open_streams = Gauge("kalauz_open_streams", "Browsers that listen for messages.", registry=own)
        self._waiting = Gauge("kalauz_waiting_cases", "Cases that wait for a counsellor.", ["urgent"], registry=own)
        self._outbox = Gauge(
            "kalauz_outbox_age_seconds", "Age of the oldest message that is not delivered.", ["to"], registry=own
        )
        self._line = Gauge(
            "kalauz_line_down_seconds", "How long the line to the other processes has been down.", registry=own
        )
        self._version = Gauge("kalauz_content_version", "Version of the content that answers.", registry=own)
        self._passages = Gauge("kalauz_library_passages", "Passages that are searched.", registry=own)

    def begin(self) -> Callable[[Taken], None]:
        """A message came in; what this gives is called when it was replied to."""
        began = self._clock()
        return lambda taken: self._take(taken, self._clock() - began)

    def _take(self, taken: Taken, seconds: float) -> None:
        self._turns.observe(seconds)
        if taken.outcome is not None:
            outcome = taken.outcome if taken.outcome in OUTCOMES else OTHER
            language = taken.language if taken.language in languages() else OTHER
            self._questions.labels(outcome, language).inc()
        if taken.confidence is not None:
            self._confidence.observe(taken.confidence)

    async def collect(self, counted: Counted) -> bytes:
        """Everything in Prometheus's text format. Of what waits there is nothing while it is not known."""
        backlog = await counted.backlog()
        for known in (self._waiting, self._outbox):
            known.clear()
        if backlog is not None:
            self._waiting.labels("yes").set(backlog.urgent)
            self._waiting.labels("no").set(backlog.waiting - backlog.urgent)
            for to, age in backlog.oldest_s.items():
                self._outbox.labels(to).set(age)
        self._line.set(counted.line_down_s or 0.0)
        if (served := counted.served) is not None:
            self._version.set(served.content_version)
            self._passages.set(served.passages)
        return generate_latest(self._registry)
