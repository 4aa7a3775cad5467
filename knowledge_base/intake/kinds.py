"""What a file is: by what it begins with, then by what its server or its name says."""

from knowledge_base.intake.extract import IntakeError, Kind

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES: dict[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "markdown",
}
SUFFIXES: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
}
# What a form offers to choose from.
CHOSEN = [".pdf", ".docx", *SUFFIXES]
# A PDF may have something before its mark, up to here.
PDF_WITHIN = 1024
ZIP, OLD_WORD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def kind_of(data: bytes, content_type: str = "", name: str = "") -> Kind:
    """Raises IntakeError for what is none of them."""
    if b"%PDF-" in data[:PDF_WITHIN]:
        return "pdf"
    if data.startswith(ZIP):
        # Whether it is one of Word is seen when it is opened.
        return "docx"
    said = TYPES.get(content_type.split(";")[0].strip().lower())
    named = SUFFIXES.get(name[name.rfind(".") :].lower()) if "." in name else None
    found = said if content_type else named
    if found is None or data.startswith(OLD_WORD) or b"\0" in data[:PDF_WITHIN]:
        raise IntakeError("kind")
    return found
