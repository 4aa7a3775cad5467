"""What counts as a question: text that can be stored, searched and shown."""

import unicodedata

MAX_CHARACTERS = 2000


class QuestionError(ValueError):
    """The text cannot be taken; `code` names why, for translation and for machines."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def checked(text: str) -> str:
    """The text without surrounding space.

    Raises QuestionError: `empty`, `too_long`, or `not_text` for control characters and lone surrogates.
    """
    stripped = text.strip()
    if len(stripped) > MAX_CHARACTERS:
        raise QuestionError("too_long", f"the text has {len(stripped)} characters, at most {MAX_CHARACTERS} are taken")
    for character in stripped:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t\r":
            raise QuestionError("not_text", f"the text has the character U+{ord(character):04X}, which is not text")
    if not any(unicodedata.category(c)[0] not in "ZC" for c in stripped):
        raise QuestionError("empty", "the text is empty")
    return stripped
