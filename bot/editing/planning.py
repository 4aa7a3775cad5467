"""A publication that is planned, as channels know it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from knowledge_base.editing.manuscript import PublishFault

# Beside what keeps a text from being published: its draft has changed since.
PlanFault = PublishFault | Literal["changed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Revision `number` is published at the aware time `at`, as `by` planned it; with a `fault` it is not."""

    article: str
    language: str
    number: int
    major: bool
    at: datetime
    by: str
    fault: PlanFault | None = None
