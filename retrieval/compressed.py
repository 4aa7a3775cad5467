"""Text files, packed or not."""

import gzip
import lzma
from pathlib import Path
from typing import IO


def open_text(path: Path) -> IO[str]:
    """Open a plain, gzip or xz text file for reading."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")
