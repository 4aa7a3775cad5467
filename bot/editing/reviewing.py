"""A draft that a colleague is to look over, as channels know it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Review:
    """`by` asked for it at the aware time `at`; with `returned_by` that colleague has given the draft back, with a
    remark.
    """

    article: str
    language: str
    at: datetime
    by: str
    remark: str = ""
    returned_by: str | None = None
