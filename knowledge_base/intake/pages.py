"""A web page: its own text, without the menus and notes around it."""

import re
from contextlib import suppress
from typing import Any

from trafilatura import bare_extraction, extract
from trafilatura.settings import Document

from knowledge_base.intake.extract import Extract, IntakeError
from knowledge_base.intake.marking import markdown

META = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
# How far into a page it says so, in bytes.
WITHIN = 4096
WANTED: dict[str, Any] = {
    "include_links": True,
    "include_images": True,
    "include_tables": True,
    "include_formatting": True,
    "include_comments": False,
    "with_metadata": True,
}


def read_page(data: bytes, url: str = "", charset: str = "") -> Extract:
    """`charset` is what its server says of its letters, if it does. Raises IntakeError."""
    page = _decoded(data, charset)
    about = bare_extraction(page, url=url or None, **WANTED)
    if not isinstance(about, Document):
        raise IntakeError("no_text")
    title = about.title or ""
    body, lost = markdown(extract(page, url=url or None, output_format="html", **WANTED) or "", base=url, title=title)
    return Extract(title, body, about.sitename or about.hostname or "", about.date or "", dict(lost))


def _decoded(data: bytes, charset: str) -> str | bytes:
    """As its server or the page itself says; left to guessing where that is wrong.

    Guessing takes the Hungarian letters of old pages for others.
    """
    found = META.search(data[:WITHIN])
    for named in ("utf-8-sig", charset, found[1].decode("ascii") if found else ""):
        with suppress(LookupError, UnicodeDecodeError):
            if named:
                return data.decode(named)
    return data
