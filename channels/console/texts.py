"""The console's own sentences: a gettext domain beside the one that migrants read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.texts import Domain, Texts

CONSOLE = Domain("console", Path(__file__).parent / "locale")


def sentence(text: str) -> str:
    """Marks a sentence for the catalogues that is translated only when it is shown."""
    return text


def apart(words: str) -> str:
    """A name for inside a sentence, whose direction does not disturb the sentence (first strong isolate)."""
    return f"\u2068{words}\u2069"


def clock(texts: Texts, until: datetime, zone: ZoneInfo | None) -> str:
    """The next full minute on the site's clocks; in UTC, and said to be so, while the site is not known."""
    minute = until + timedelta(seconds=-until.second % 60, microseconds=-until.microsecond)
    return texts.time(minute, zone) if zone else f"{minute.astimezone(UTC):%H:%M} UTC"
