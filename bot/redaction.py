"""What could tell editors who asked is taken out of a question: addresses, and numbers long enough to be somebody's.

Numbers are found in the digits of every script and with whatever people put between them. A number of six digits or
more goes, whether it is of a telephone, passport, permit, case, TAJ card or account: its kind cannot be told from its
looks, and a date of birth goes with them. Two years ("2024-2025") stay. Where commas or lines stand between its parts
it takes nine digits, for so people also write lists of years, days and prices. Names, and numbers written out in words,
are not recognised, but for Chinese ones, digit by digit.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Final

EMAIL: Final = "[email]"
LINK: Final = "[link]"
NUMBER: Final = "[number]"
MARKS: Final = (EMAIL, LINK, NUMBER)

_WORD_FROM, _NUMBER_FROM, _PARTED_FROM = 5, 6, 9
# Endings of addresses that are written without `www` or a path.
_ENDINGS = "com|org|net|info|me|io|app|eu|hu|sk|cz|pl|ro|rs|hr|ba|al|ua|ru|de|at|uk|fr|es|tr|ir|cn|vn|pk|in|bd|am|so"
# The signs in an e-mail address as people write them out; in Hungarian, `@` is a worm.
_AT_WORD, _DOT_WORD = r"(?:at|kukac)", r"(?:dot|pont)"
_AT = rf"(?:\s{{0,2}}@\s{{0,2}}|\s?[(\[{{<]\s?{_AT_WORD}\s?[)\]}}>]\s?)"
_DOT = rf"(?:\s{_DOT_WORD}\s|\s?[(\[{{<]\s?{_DOT_WORD}\s?[)\]}}>]\s?)"
_LOCAL = rf"(?<![\w.+'-])[\w.+'-]++(?:(?:{_DOT}|\s\.\s)[\w.+'-]++)*"
_PART = r"[\w-]+"
_EMAIL = (
    rf"{_LOCAL}{_AT}(?:{_PART}(?:\.{_PART})+|{_PART}(?:(?:\s?\.\s?|{_DOT}){_PART})*?(?:\s?\.\s?|{_DOT})(?:{_ENDINGS})\b)"
    # "Look at frs.gov.cz" is none: here both signs are words, and the ending is no English one.
    rf"|{_LOCAL}\s{_AT_WORD}\s{_PART}(?:{_DOT}{_PART})*?{_DOT}(?!(?:am|at|in|me|so)\b)(?:{_ENDINGS})\b"
    r"|(?<!\w)@\w{3,}"
)
# From the beginning of what hangs together, once: to try every place in it takes seconds where somebody means harm.
_HOST = rf"(?<![\w-])(?<![\w-]\.){_PART}+(?:\.{_PART}+)*\."
_LINK = (
    r"(?<![a-z0-9+.-])[a-z0-9+.-]++://\S+|\bwww\.\S+"
    rf"|{_HOST}[^\W\d_][\w-]*/\S*|{_HOST}(?:{_ENDINGS})\b"
)
# International account numbers: two letters, two digits, then groups of letters and digits.
_ACCOUNT = r"\b[A-Z]{2}\d{2}[ -]?[A-Z0-9]{4}(?:[ -]?(?=[A-Z]*\d)[A-Z0-9]{4}){1,6}(?:[ -]?\d{1,4})?\b"
_CHINESE = r"[〇零一二三四五六七八九](?:[ -]?[〇零一二三四五六七八九]){5,}"
# A word of letters and digits, such as the number of a document or a case; Chinese does not put spaces around dates.
_LETTER_OR_DIGIT: Final = r"[^\W_\u3040-\u9fff]+"
_WORD: Final = rf"{_LETTER_OR_DIGIT}(?:[-/.]{_LETTER_OR_DIGIT})*"
# The same with a space after the letters. "A" and "В" also begin sentences, and are then words of their own.
_SPACED: Final = r"(?<!\w)[^\W\d_]{1,2} \d{5}(?!\w)"
_BEFORE_A_SENTENCE: Final = re.compile(r"(?:^|[.?!:\n])\s*$")
# Digits with up to three signs, spaces or invisible marks between one and the next; a plus or a bracket may come first.
_DIGITS: Final = r"[+(]{0,2}\d(?:[^\w\n,;?!]{0,3}\d)*"
# Digits with commas and lines between them too: where it begins as telephone numbers do, or without a space after the
# comma, as nobody writes a list.
_DIALLED: Final = r"(?:[+(]{1,2}|(?<!\d)(?<!\d,)(?=0))\d+(?:[\s,()–-]{1,3}\d+)+"
_PARTED: Final = r"\d+(?:(?:,\n?|[ \t]?\r?\n[ \t]?|[ –-])\d+)+"
_YEARS: Final = re.compile(r"(?:19|20)\d\d(?:\D+(?:19|20)\d\d)+")
_AMOUNT = r"[1-9]\d{0,2}(?:,\d{3})+"
_AMOUNTS: Final = re.compile(rf"{_AMOUNT}(?:[\s–-]{{1,3}}{_AMOUNT})*")


def _count(said: str) -> int:
    return sum(character.isdigit() for character in said)


def _is_years(said: str, most: int) -> bool:
    return _YEARS.fullmatch(said) is not None and _count(said) <= 4 * most


def _always(found: re.Match[str]) -> bool:
    return True


def _is_named(found: re.Match[str]) -> bool:
    """A word without a letter is a number, and is judged as one."""
    return _count(found[0]) >= _WORD_FROM and any(character.isalpha() for character in found[0])


def _is_document(found: re.Match[str]) -> bool:
    """In many languages a small letter alone is a word, and so is a capital that begins a sentence."""
    letters = found[0].partition(" ")[0]
    if not letters.isupper():
        return False
    begins = len(letters) == 1 and _BEFORE_A_SENTENCE.search(found.string, 0, found.start())
    return not begins or not re.match(r"\s*[\w€$£%]", found.string[found.end() :])


def _is_long(found: re.Match[str]) -> bool:
    return _count(found[0]) >= _NUMBER_FROM and not _is_years(found[0], 2)


def _is_dialled(found: re.Match[str]) -> bool:
    return _count(found[0]) >= _PARTED_FROM


def _is_parted(found: re.Match[str]) -> bool:
    said = found[0]
    if _count(said) < _PARTED_FROM or _is_years(said, len(said)) or _AMOUNTS.fullmatch(said):
        return False
    groups = re.findall(r"\d+", said)
    # Days of a month.
    is_counted = max(map(len, groups)) <= 2 and all(int(one) < int(next_one) for one, next_one in pairwise(groups))
    return not is_counted


# In this order: an address may hold numbers.
_RULES: Final[tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...]] = (
    (EMAIL, re.compile(_EMAIL, re.IGNORECASE), _always),
    (LINK, re.compile(_LINK, re.IGNORECASE), _always),
    (NUMBER, re.compile(_ACCOUNT, re.IGNORECASE), _always),
    (NUMBER, re.compile(_CHINESE), _always),
    (NUMBER, re.compile(_WORD), _is_named),
    (NUMBER, re.compile(_SPACED), _is_document),
    (NUMBER, re.compile(_DIGITS), _is_long),
    (NUMBER, re.compile(_DIALLED), _is_dialled),
    (NUMBER, re.compile(_PARTED), _is_parted),
)


def redacted(text: str) -> str:
    """The text with `[email]`, `[link]` and `[number]` where such a thing stood. What is redacted stays as it is."""
    # What is left beside a mark may look like an address by itself.
    while (told := _once(text)) != text:
        text = told
    return text


def _once(text: str) -> str:
    for mark, pattern, is_somebodys in _RULES:
        plain = "".join(map(_plain, text))
        parts, end = [], 0
        for found in pattern.finditer(plain):
            if is_somebodys(found):
                parts += [text[end : found.start()], mark]
                end = found.end()
        text = "".join([*parts, text[end:]])
    return text


def without_marks(text: str) -> str:
    """A redacted text without the marks, such as can be searched for."""
    for mark in MARKS:
        text = text.replace(mark, " ")
    return " ".join(text.split())


def _plain(character: str) -> str:
    """One character for each: digits of every script as 0 to 9, wide letters and signs as narrow ones."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character
