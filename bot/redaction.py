"""What could tell editors who asked is taken out of a question: addresses, and numbers long enough to be somebody's.

Numbers are found in the digits of every script and with whatever people put between them. A number of six digits or
more goes, whether it is of a telephone, passport, permit, case, TAJ card or account: its kind cannot be told from its
looks, and a date of birth goes with them. Two years ("2024-2025") stay. Names, and numbers written out in words, are
not recognised.
"""

import re
import unicodedata
from typing import Final

EMAIL: Final = "[email]"
LINK: Final = "[link]"
NUMBER: Final = "[number]"
MARKS: Final = (EMAIL, LINK, NUMBER)

# Endings of addresses that are written without `www` or a path.
_ENDINGS = "com|org|net|info|me|io|app|eu|hu|sk|cz|pl|ro|rs|hr|ba|al|ua|ru|de|at|uk|fr|es|tr|ir|cn|vn|pk|in|bd|am|so"
_PATTERNS: Final = (
    (EMAIL, re.compile(r"[\w.+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w{3,}")),
    (
        LINK,
        re.compile(
            rf"[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]*/\S*|\b[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})\b",
            re.IGNORECASE,
        ),
    ),
    # International account numbers: two letters, two digits, then groups of letters and digits.
    (
        NUMBER,
        re.compile(
            r"\b[A-Z]{2}\d{2}[ -]?[A-Z0-9]{4}(?:[ -]?(?=[A-Z]*\d)[A-Z0-9]{4}){1,6}(?:[ -]?\d{1,4})?\b", re.IGNORECASE
        ),
    ),
)
# Digits with up to three signs, spaces or invisible marks between one and the next; a plus or a bracket may come first.
_DIGITS: Final = re.compile(r"[+(]{0,2}\d(?:[^\w\n,;?!]{0,3}\d)*")
# A word of letters and digits, such as the number of a document or a case; Chinese does not put spaces around dates.
_LETTER_OR_DIGIT: Final = r"[^\W_\u3040-\u9fff]+"
_WORD: Final = re.compile(rf"{_LETTER_OR_DIGIT}(?:[-/.]{_LETTER_OR_DIGIT})*")
_YEARS: Final = re.compile(r"(?:19|20)\d\d\D+(?:19|20)\d\d")
_NUMBER_FROM, _WORD_FROM = 6, 5


def redacted(text: str) -> str:
    """The text with `[email]`, `[link]` and `[number]` where such a thing stood. What is redacted stays as it is."""
    for mark, pattern in _PATTERNS:
        text = _replaced(text, pattern, mark)
    text = _replaced(text, _WORD, NUMBER, at_least=_WORD_FROM, of_word=True)
    return _replaced(text, _DIGITS, NUMBER, at_least=_NUMBER_FROM)


def without_marks(text: str) -> str:
    """A redacted text without the marks, such as can be searched for."""
    for mark in MARKS:
        text = text.replace(mark, " ")
    return " ".join(text.split())


def _replaced(text: str, pattern: re.Pattern[str], mark: str, *, at_least: int = 0, of_word: bool = False) -> str:
    plain = "".join(map(_plain, text))
    parts, end = [], 0
    for found in pattern.finditer(plain):
        said = found[0]
        if sum(character.isdigit() for character in said) < at_least or (at_least and _YEARS.fullmatch(said)):
            continue
        # A word without a letter is a number, and is judged as one.
        if of_word and not any(character.isalpha() for character in said):
            continue
        parts += [text[end : found.start()], mark]
        end = found.end()
    return "".join([*parts, text[end:]])


def _plain(character: str) -> str:
    """One character for each: digits of every script as 0 to 9, wide letters and signs as narrow ones."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character
