"""A web page: its own text, without the menus and notes around it."""

from typing import Any

from trafilatura import bare_extraction, extract
from trafilatura.settings import Document

from knowledge_base.intake.extract import Extract, IntakeError
from knowledge_base.intake.marking import markdown

WANTED: dict[str, Any] = {
    "include_links": True,
    "include_images": True,
    "include_tables": True,
    "include_formatting": True,
    "include_comments": False,
    "with_metadata": True,
}


def read_page(data: bytes, url: str = "") -> Extract:
    """Raises IntakeError."""
    about = bare_extraction(data, url=url or None, **WANTED)
    if not isinstance(about, Document):
        raise IntakeError("no_text")
    title = about.title or ""
    body, lost = markdown(extract(data, url=url or None, output_format="html", **WANTED) or "", base=url, title=title)
    return Extract(title, body, about.sitename or about.hostname or "", about.date or "", dict(lost))
