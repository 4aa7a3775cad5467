"""Words as they are compared, whoever typed them and on what keyboard."""

import unicodedata


def folded(said: str) -> str:
    """Without capitals and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", said.casefold()) if not unicodedata.combining(c))
