"""What was read of a page or a file, and why one could not be."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["html", "pdf", "docx", "markdown"]
# What is not in the text any more: pictures, tables that became lists of their rows, what a PDF does not
# tell, and what came after the longest text that there can be.
Loss = Literal["images", "tables", "layout", "rest"]
Reason = Literal[
    "address",
    "private",
    "unreachable",
    "status",
    "kind",
    "too_large",
    "too_slow",
    "bomb",
    "broken",
    "locked",
    "no_text",
]
# Of a file, or of a page once it is unpacked, in bytes.
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Extract:
    """`body` is Markdown of `knowledge_base.markdown`; `date` is the day that the page or file says, in ISO 8601.

    `lost` counts what is not in the text any more.
    """

    title: str
    body: str
    site: str = ""
    date: str = ""
    lost: dict[Loss, int] = field(default_factory=dict)


class IntakeError(ValueError):
    """A page or file that cannot be read; `detail` is a status or what else says more."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail
