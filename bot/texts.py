"""The program's own sentences, from gettext catalogues: `locale/LANG/LC_MESSAGES/kalauz.po`.

The English sentence is the key. A catalogue is read when its language is first needed.
"""

import functools
import gettext
import io
from datetime import date, datetime
from pathlib import Path

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from knowledge_base.languages import fallbacks, locale

LOCALE = Path(__file__).parent / "locale"


def catalogue_path(language: str) -> Path:
    return LOCALE / language.replace("-", "_") / "LC_MESSAGES" / "kalauz.po"


@functools.cache
def languages() -> frozenset[str]:
    """The languages that have a catalogue, and English."""
    found = {path.parent.parent.name.replace("_", "-") for path in LOCALE.glob("*/LC_MESSAGES/kalauz.po")}
    return frozenset(found | {"en"})


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = catalogue_path(language)
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Texts:
    """The sentences for a reader, in the nearest language that has a catalogue; `language` says which."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self.language = fallbacks(reader, set(languages()))[0]
        self.gettext = _catalogue(self.language).gettext
        self.ngettext = _catalogue(self.language).ngettext

    def number(self, value: int) -> str:
        return format_decimal(value, locale=locale(self.language))

    def date(self, day: date) -> str:
        return format_date(day, format="long", locale=locale(self.language))

    def moment(self, moment: datetime, now: datetime) -> str:
        """A time in its own zone, as near to `now` as it is: `8:00`, `Monday 8:00` or `4 January 2027 8:00`."""
        own = locale(self.language)
        clock = format_time(moment, "short", tzinfo=moment.tzinfo, locale=own)
        days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
        if days == 0:
            return clock
        # A week ahead the day's name would be today's.
        return f"{format_date(moment, 'EEEE', locale=own) if days < 7 else self.date(moment.date())} {clock}"

    def language_name(self, tag: str) -> str:
        """The name of a language in this one: `English` is `angol`."""
        return locale(tag).get_display_name(locale(self.language)) or tag
