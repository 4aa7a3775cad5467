"""An id for something new, made of its title in any script."""

import re
from collections.abc import Collection

from anyascii import anyascii

MOST = 64


def suggested(title: str, taken: Collection[str] = ()) -> str:
    """`Health card (TAJ)` → `health-card-taj`; with a number where that is taken. Empty where nothing can be made."""
    words = re.findall(r"[a-z0-9]+", anyascii(title).lower())
    id = ""
    for word in words:
        longer = f"{id}-{word}" if id else word[:MOST]
        if len(longer) > MOST - 4 and id:
            break
        id = longer
    if not id or id not in taken:
        return id
    stem = id[: MOST - 4].rstrip("-")
    return next(found for n in range(2, len(taken) + 3) if (found := f"{stem}-{n}") not in taken)
