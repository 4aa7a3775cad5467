"""Language tags: names, scripts' direction, and what to fall back to."""

import functools
import re

from babel import Locale, UnknownLocaleError

TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
# One language for detection; the person's own choice splits it.
SERBO_CROATIAN = frozenset({"bs", "hr", "sr", "sr-Latn"})


def primary(tag: str) -> str:
    """The primary subtag: `sr-Latn` → `sr`."""
    return tag.split("-")[0]


@functools.cache
def _known_locale(tag: str) -> Locale | None:
    for candidate in (tag.replace("-", "_"), primary(tag)):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return None


def locale(tag: str) -> Locale:
    """Babel's locale of a tag; of its primary subtag, else of English, where Babel knows no better."""
    return _known_locale(tag) or Locale("en")


def endonym(tag: str) -> str:
    """The language's name in itself: `magyar`; the tag where Babel does not know it."""
    known = _known_locale(tag)
    return (known and known.get_display_name()) or tag


def is_right_to_left(tag: str) -> bool:
    return locale(tag).text_direction == "rtl"


def fallbacks(tag: str, available: set[str], last: str = "en") -> list[str]:
    """The available languages in the order in which to show them to a reader of `tag`."""
    order = [tag, primary(tag)]
    order += sorted(other for other in available if primary(other) == primary(tag))
    if tag in SERBO_CROATIAN:
        order += ["sr-Latn", "hr", "bs", "sr"]
    order.append(last)
    order += sorted(available)
    return [language for language in dict.fromkeys(order) if language in available]
