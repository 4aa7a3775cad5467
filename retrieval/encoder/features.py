"""Text to rows of the n-gram encoder's table.

The features follow fastText's subword idea (Bojanowski et al. 2017): a word is its surface
form, its ASCII transliteration and that form's character n-grams, all hashed into one table,
so that inflected, misspelt, unaccented and transliterated words still share most rows.
"""

import functools
import re
import unicodedata
import zlib

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

N_ROWS = 1 << 18

# Signs that stand on a letter, which Python's `\w` leaves out: vowels of Indian scripts, accents, Arabic vowel signs.
_SIGNS = "".join(c for c in map(chr, range(0x300, 0x1200)) if unicodedata.category(c) in ("Mn", "Mc"))
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_SIGNS}])*(?:['’`][^\W_](?:[^\W_]|[{_SIGNS}])*)?")
# Marks that people leave out; the vowel signs of Indian scripts are letters.
MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
# Scripts written without spaces: Kana, Han, Thai, Lao, Khmer, Myanmar.
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f]")
# Letters that Arabic, Persian, Urdu and Pashto keyboards give for the same sound.
ARABIC_VARIANTS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ی", "ي": "ی", "ك": "ک", "ة": "ه", "ؤ": "و", "ئ": "ی"}
)
NGRAM_SIZES = (3, 4, 5, 6)


def words(text: str) -> list[str]:
    """Lower-cased NFKC words of a text; a run of Han or Thai is one word."""
    return WORD.findall(unicodedata.normalize("NFKC", text).lower())


@functools.lru_cache(maxsize=200_000)
def without_marks(word: str) -> str:
    """The word without combining marks, Arabic letter variants unified."""
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", MARKS.sub("", decomposed)).translate(ARABIC_VARIANTS)


def transliteration(word: str) -> str:
    """The word in lower-case ASCII letters and digits, or without marks where it has no ASCII form."""
    bare = without_marks(word)
    return re.sub(r"[^a-z0-9]", "", anyascii(bare).lower()) or bare


def _row(kind: str, feature: str) -> int:
    return zlib.crc32((kind + feature).encode("utf-8", "replace")) % N_ROWS


@functools.lru_cache(maxsize=200_000)
def word_rows(word: str) -> tuple[int, ...]:
    """Table rows of one lower-cased word."""
    if UNSPACED.search(word):
        return tuple(_row(f"H{n}", word[i : i + n]) for n in (1, 2, 3) for i in range(len(word) - n + 1))
    ascii_form = transliteration(word)
    bounded = f"<{ascii_form}>"
    grams = (bounded[i : i + n] for n in NGRAM_SIZES if len(bounded) > n for i in range(len(bounded) - n + 1))
    return (_row("W", word), _row("A", ascii_form), *(_row("N", gram) for gram in grams))


def text_rows(text: str, max_words: int = 256) -> NDArray[np.int32]:
    """Table rows of a text, `(n_features,) int32`; empty for a text without letters or digits."""
    rows: list[int] = []
    for word in words(text)[:max_words]:
        rows.extend(word_rows(word[:64]))
    return np.array(rows, dtype=np.int32)
