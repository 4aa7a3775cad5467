"""Whose case it is: answers that hold for some people and not for others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge_base.documents import Article

CaseQuestion = Literal["audience", "purpose"]

# Candidates this near to the best one, in nats, compete with it.
NEAR = 1.5


@dataclass(frozen=True, slots=True)
class Case:
    """What the asker has said of themself; None is not known."""

    audience: str | None = None
    purpose: str | None = None

    def fits(self, article: Article) -> bool:
        """Whether the article holds for this case, as far as it is known."""
        audience, purpose = article.facts.audience, article.facts.purpose
        for_audience = self.audience is None or "all" in audience or self.audience in audience
        return for_audience and (self.purpose is None or not purpose or self.purpose in purpose)


def depends_on(candidates: list[tuple[Article, float]], case: Case) -> CaseQuestion | None:
    """What to ask before answering: candidates on one topic, scored nearly alike, hold for different people.

    `candidates` are articles and scores, best first.
    """
    if not candidates:
        return None
    best, best_score = candidates[0]
    others = [article for article, score in candidates[1:] if rivals(best, best_score, article, score)]
    if case.audience is None and _split([_some(a.facts.audience) for a in (best, *others)]):
        return "audience"
    if case.purpose is None and _split([set(map(str, a.facts.purpose)) for a in (best, *others)]):
        return "purpose"
    return None


def rivals(best: Article, best_score: float, other: Article, score: float) -> bool:
    """Whether another article is nearly as likely, and on a topic of the best."""
    return score >= best_score - NEAR and bool(set(other.facts.topics) & set(best.facts.topics))


def _some(audience: Sequence[str]) -> set[str]:
    """Whom an article is for; nobody in particular where it is for all."""
    return set() if "all" in audience else set(audience)


def _split(groups: list[set[str]]) -> bool:
    """Whether the first group is some people only, and another one is others only."""
    best, *others = groups
    return bool(best) and any(other and not other & best for other in others)
