"""Who can help whom, who is there, and what somebody who waits may expect: decided by people, not in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from knowledge_base.languages import SERBO_CROATIAN, fallbacks, primary
from knowledge_base.schedule import Schedule

# A desk that was on a screen so recently has somebody before it.
PRESENT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Counsellor:
    """`topics` and `countries` are what they are for; empty is everything. A topic stands for those below it."""

    id: int
    name: str
    languages: tuple[str, ...]
    topics: frozenset[str]
    countries: frozenset[str]
    schedule: Schedule
    seen_at: datetime | None = None

    def is_there(self, now: datetime) -> bool:
        seen = self.seen_at is not None and now - self.seen_at < PRESENT
        return seen or self.schedule.open_until(now) is not None

    def speaks(self, language: str) -> bool:
        """Also what is understood without learning it: Serbian for who wrote Bosnian."""
        spoken = {primary(own) for own in self.languages}
        return primary(language) in spoken or (language in SERBO_CROATIAN and not spoken.isdisjoint(SERBO_CROATIAN))

    def is_for(self, wish: "Wish") -> bool:
        of_topic = not self.topics or not wish.topics or not self.topics.isdisjoint(wish.topics)
        return of_topic and (not self.countries or wish.country is None or wish.country in self.countries)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who waits for a person; `topics` are the topic and those above it. Urgent ones come first, then the earliest."""

    language: str
    topics: frozenset[str]
    country: str | None
    urgent: bool
    requested_at: datetime

    @property
    def order(self) -> tuple[bool, datetime]:
        return not self.urgent, self.requested_at


@dataclass(frozen=True, slots=True)
class Prospect:
    """What somebody who waits may expect.

    `ahead` is how many come before them, `there` whether somebody who can help is there now, `opens` when somebody is
    there next, `usual_s` how long others waited lately, in seconds; None where that is not known. `shared` is the
    language that a person will write in where nobody speaks theirs.
    """

    ahead: int
    there: bool
    opens: datetime | None
    usual_s: int | None
    shared: str | None

    def as_slot(self) -> dict[str, Any]:
        return {
            "ahead": self.ahead,
            "there": self.there,
            "opens": self.opens.isoformat() if self.opens else None,
            "usual_s": self.usual_s,
            "shared": self.shared,
        }

    @classmethod
    def of_slot(cls, value: Any) -> "Prospect | None":
        try:
            opens = datetime.fromisoformat(value["opens"]) if value["opens"] else None
            usual_s = int(value["usual_s"]) if value["usual_s"] is not None else None
            return cls(int(value["ahead"]), bool(value["there"]), opens, usual_s, value["shared"])
        except (KeyError, TypeError, ValueError):
            return None


def able(counsellors: Sequence[Counsellor], wish: Wish) -> list[Counsellor]:
    """Who is best for a wish: first by the language, then by topic and country; whoever there is rather than nobody."""
    speaking = [one for one in counsellors if one.speaks(wish.language)] or list(counsellors)
    return [one for one in speaking if one.is_for(wish)] or speaking


def shared_language(counsellor: Counsellor, wish: Wish) -> str | None:
    """What they write in; None where the counsellor speaks the language of the wish."""
    if counsellor.speaks(wish.language):
        return None
    return next(iter(fallbacks(wish.language, set(counsellor.languages))), None)


def prospect(
    wish: Wish, waiting: Sequence[Wish], counsellors: Sequence[Counsellor], now: datetime, usual_s: int | None
) -> Prospect | None:
    """What to tell somebody who asks for a person; None where the site has no counsellors."""
    if not counsellors:
        return None
    helpers = able(counsellors, wish)
    there = [one for one in helpers if one.is_there(now)]
    openings = [opens for one in helpers if (opens := one.schedule.opens(now)) is not None]
    ids = {one.id for one in helpers}
    before = (other for other in waiting if other.order < wish.order)
    ahead = sum(not ids.isdisjoint(one.id for one in able(counsellors, other)) for other in before)
    # Named only where whoever comes writes in the same one.
    shared = {shared_language(one, wish) for one in there or helpers}
    return Prospect(
        ahead, bool(there), min(openings, default=None), usual_s, shared.pop() if len(shared) == 1 else None
    )


def is_offered(
    wish: Wish, counsellor: Counsellor, counsellors: Sequence[Counsellor], now: datetime, to_all_after: timedelta
) -> bool:
    """Whether somebody who waits is put before this counsellor: before the best who are there, then before all."""
    best = able([one for one in counsellors if one.is_there(now)] or counsellors, wish)
    return counsellor.id in {one.id for one in best} or now - wish.requested_at >= to_all_after
