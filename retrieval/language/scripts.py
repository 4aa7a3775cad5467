"""The script of a text, and the letters that only one language uses."""

import unicodedata
from collections import Counter

# The scripts of the languages we know; a language may have two.
SCRIPTS: dict[str, frozenset[str]] = {
    "ar": frozenset({"ARABIC"}),
    "bg": frozenset({"CYRILLIC"}),
    "bn": frozenset({"BENGALI"}),
    "fa": frozenset({"ARABIC"}),
    "hi": frozenset({"DEVANAGARI"}),
    "hy": frozenset({"ARMENIAN"}),
    "ka": frozenset({"GEORGIAN"}),
    "mk": frozenset({"CYRILLIC"}),
    "ps": frozenset({"ARABIC"}),
    "ru": frozenset({"CYRILLIC"}),
    "sr": frozenset({"CYRILLIC", "LATIN"}),
    "uk": frozenset({"CYRILLIC"}),
    "ur": frozenset({"ARABIC"}),
    "zh": frozenset({"CJK"}),
}
LATIN = frozenset({"LATIN"})

# A letter of one of these strings speaks for its languages; `weight` is in nats.
LETTERS: tuple[tuple[str, frozenset[str], float], ...] = (
    ("őű", frozenset({"hu"}), 4.0),
    ("ąęłńśźż", frozenset({"pl"}), 3.0),
    ("řěů", frozenset({"cs"}), 3.0),
    ("ľĺŕ", frozenset({"sk"}), 3.0),
    ("ğış", frozenset({"tr"}), 2.0),
    ("ăâîșțşţ", frozenset({"ro"}), 1.5),
    ("ñ¿¡", frozenset({"es"}), 3.0),
    ("ëç", frozenset({"sq", "fr"}), 1.0),
    ("ß", frozenset({"de"}), 4.0),
    ("đć", frozenset({"hr", "bs", "sr"}), 2.0),
    ("ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹơư", frozenset({"vi"}), 4.0),
    ("їєґ", frozenset({"uk"}), 4.0),
    ("і", frozenset({"uk"}), 2.0),
    ("ыэъё", frozenset({"ru"}), 3.0),
    ("ђјљњћџ", frozenset({"sr"}), 4.0),
    ("پچژگ", frozenset({"fa", "ur", "ps"}), 2.5),
    ("ٹڈڑےں", frozenset({"ur"}), 4.0),
    ("ټډړږښڼۍې", frozenset({"ps"}), 4.0),
    ("ةىإأ", frozenset({"ar"}), 2.5),
)


def main_script(text: str) -> str | None:
    """The script of most letters, as Unicode names it (`LATIN`, `CYRILLIC`, `CJK`, …); None without letters."""
    counts: Counter[str] = Counter()
    for character in text:
        if character.isalpha():
            name = unicodedata.name(character, "UNKNOWN").split(" ")[0]
            # A Han letter carries about as much as three alphabetic ones.
            counts[name] += 3 if name == "CJK" else 1
    return counts.most_common(1)[0][0] if counts else None


def writes(language: str, script: str) -> bool:
    """Whether the language (a primary subtag) is written in the script."""
    return script in SCRIPTS.get(language, LATIN)


def letter_evidence(text: str) -> dict[str, float]:
    """Nats that tell-tale letters give to languages."""
    lower = text.lower()
    evidence: dict[str, float] = {}
    for letters, languages, weight in LETTERS:
        count = min(2, sum(letter in lower for letter in letters))
        for language in languages if count else ():
            evidence[language] = evidence.get(language, 0) + weight * count
    return evidence
