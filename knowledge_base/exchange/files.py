"""The formats that texts go out and come back in."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePath

from knowledge_base.exchange.copies import Copy
from knowledge_base.exchange.faults import refused
from knowledge_base.exchange.tables import from_csv, from_xlsx
from knowledge_base.exchange.xliff import from_xliff


class Format(StrEnum):
    csv = "csv"
    xlsx = "xlsx"
    xliff = "xliff"


READERS: dict[str, Callable[[bytes], list[Copy]]] = {
    ".csv": from_csv,
    ".xlsx": from_xlsx,
    ".xlf": from_xliff,
    ".xliff": from_xliff,
}


def read_copies(name: str, data: bytes) -> list[Copy]:
    """The texts of a file; its name says of which kind it is. Raises ExchangeError."""
    reader = READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise refused("name", names=", ".join(READERS))
    return reader(data)
