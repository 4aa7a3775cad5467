"""How people ask for an article: editors add and take out questions, each without regard to what others do."""

from collections.abc import Collection


def changed(known: Collection[str], added: Collection[str], removed: Collection[str]) -> list[str]:
    """The questions without those removed, then those added; each once."""
    return list(dict.fromkeys([*(one for one in known if one not in removed or one in added), *added]))
