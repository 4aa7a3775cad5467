"""What migrants' votes say of each text: whether it helps, and whether it helps less than it did."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

# What counts as lately.
LATELY = timedelta(days=30)
# Fewer votes than this, lately or before, say nothing of a change.
FEWEST = 10
# A fall by more standard errors than this is chance once in twenty times.
BEYOND_CHANCE = 1.645

# A text as a vote names it (`article/language/revision`), what was voted, how often lately, and how often before.
Count = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Votes:
    helped: int = 0
    not_helped: int = 0

    @property
    def total(self) -> int:
        return self.helped + self.not_helped

    @property
    def share(self) -> float:
        """Of those who voted, whom it helped; 0 without votes."""
        return self.helped / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class TextVotes:
    """The votes on what an article says now in one language: within the last `LATELY`, and before."""

    article: str
    language: str
    lately: Votes
    before: Votes

    @property
    def all(self) -> Votes:
        return Votes(self.lately.helped + self.before.helped, self.lately.not_helped + self.before.not_helped)

    @property
    def is_voted_down(self) -> bool:
        """Whether it did not help most of those who voted, of whom there are enough."""
        return self.all.total >= FEWEST and self.all.share < 0.5

    @property
    def is_falling(self) -> bool:
        """Whether it lately helps fewer than before, beyond what chance explains, by enough votes."""
        lately, before = self.lately, self.before
        if min(lately.total, before.total) < FEWEST:
            return False
        pooled = self.all.share
        error = math.sqrt(pooled * (1 - pooled) * (1 / lately.total + 1 / before.total))
        return before.share - lately.share > BEYOND_CHANCE * error


def of_texts(counts: Iterable[Count], majors: Mapping[tuple[str, str], int]) -> list[TextVotes]:
    """By text: first those that help less than before, then by how many it did not help.

    `majors` names the last major revision of each published text by article and language. What people said of an
    earlier one, or of a text that nobody reads any more, was said of other words and does not count; a minor change
    makes no other text.
    """
    sums: dict[tuple[str, str], dict[tuple[bool, str], int]] = defaultdict(lambda: defaultdict(int))
    for subject, kind, lately, before in counts:
        article, language, number = subject.split("/")
        if (article, language) not in majors or int(number) < majors[article, language]:
            continue
        own = sums[article, language]
        own[True, kind] += lately
        own[False, kind] += before
    found = [
        TextVotes(
            article,
            language,
            Votes(own[True, "helped"], own[True, "not_helped"]),
            Votes(own[False, "helped"], own[False, "not_helped"]),
        )
        for (article, language), own in sums.items()
    ]
    return sorted(found, key=lambda one: (not one.is_falling, -one.all.not_helped, one.article, one.language))
