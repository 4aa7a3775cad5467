"""The program's own sentences, from gettext catalogues: `locale/LANG/LC_MESSAGES/DOMAIN.po`.

The English sentence is the key. A catalogue is read when its language is first needed.
"""

import functools
import gettext
import io
import math
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from knowledge_base.languages import fallbacks, locale


class Domain:
    """The catalogues of one part of the program: `folder/LANG/LC_MESSAGES/name.po`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.languages = functools.cache(self._languages)
        self.catalogue = functools.cache(self._catalogue)

    def path(self, language: str) -> Path:
        return self.folder / language.replace("-", "_") / "LC_MESSAGES" / f"{self.name}.po"

    def _languages(self) -> frozenset[str]:
        """The languages that have a catalogue, and English."""
        found = self.folder.glob(f"*/LC_MESSAGES/{self.name}.po")
        return frozenset({path.parts[-3].replace("_", "-") for path in found} | {"en"})

    def _catalogue(self, language: str) -> gettext.NullTranslations:
        path = self.path(language)
        if not path.exists():
            return gettext.NullTranslations()
        compiled = io.BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)


# What migrants read.
KALAUZ = Domain("kalauz", Path(__file__).parent / "locale")


def languages() -> frozenset[str]:
    """The languages that migrants are served in."""
    return KALAUZ.languages()


class Texts:
    """The sentences for a reader, in the nearest language that has a catalogue; `language` says which."""

    def __init__(self, reader: str, domain: Domain = KALAUZ) -> None:
        self.reader = reader
        self.language = fallbacks(reader, set(domain.languages()))[0]
        self.gettext = domain.catalogue(self.language).gettext
        self.ngettext = domain.catalogue(self.language).ngettext

    def number(self, value: float) -> str:
        """At most three digits after the point."""
        return format_decimal(value, locale=locale(self.language))

    def percent(self, share: float) -> str:
        return format_percent(share, locale=locale(self.language))

    def date(self, day: date) -> str:
        return format_date(day, format="long", locale=locale(self.language))

    def time(self, moment: datetime, zone: ZoneInfo) -> str:
        return format_time(moment, "short", tzinfo=zone, locale=locale(self.language))

    def day_and_time(self, moment: datetime, zone: ZoneInfo) -> str:
        return format_datetime(moment, "medium", tzinfo=zone, locale=locale(self.language))

    def moment(self, moment: datetime, now: datetime) -> str:
        """A time in its own zone, as near to `now` as it is: `8:00`, `Monday 8:00` or `4 January 2027 8:00`."""
        own = locale(self.language)
        clock = format_time(moment, "short", tzinfo=moment.tzinfo, locale=own)
        days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
        if days == 0:
            return clock
        # A week ahead the day's name would be today's.
        return f"{format_date(moment, 'EEEE', locale=own) if days < 7 else self.date(moment.date())} {clock}"

    def duration(self, time: timedelta) -> str:
        """`10 minutes`; nothing shorter than a minute is told apart."""
        return format_timedelta(time, granularity="minute", locale=locale(self.language))

    def days(self, count: int) -> str:
        """`180 days`, never in longer units: they would be inexact."""
        time = timedelta(days=count)
        return format_timedelta(time, granularity="day", threshold=math.inf, locale=locale(self.language))

    def language_name(self, tag: str) -> str:
        """The name of a language in this one: `English` is `angol`."""
        return locale(tag).get_display_name(locale(self.language)) or tag
