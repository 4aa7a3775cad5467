"""An article as a sheet to print: languages side by side, and a code that opens the conversation at it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import ceil

import segno
from markupsafe import Markup

from bot.blocks import answer_blocks
from bot.replies import Buttons
from bot.texts import Texts
from channels.web.drawing import templates
from channels.web.scripts import STATIC
from knowledge_base.languages import endonym, fallbacks, primary
from retrieval.shown import ShownAnswer

# More do not fit on a sheet that anybody reads.
MOST = 8
STYLE = "panel.css"


class Paper(StrEnum):
    a4 = "a4"
    a3 = "a3"


# How many texts stand beside each other at most.
COLUMNS = {Paper.a4: 3, Paper.a3: 4}


class SheetError(ValueError):
    """The sheet cannot be made; the text says why."""


def chosen(texts: Mapping[str, ShownAnswer], wanted: Sequence[str]) -> list[ShownAnswer]:
    """The texts in the languages wanted, in that order, each once; `zh` is `zh-Hans` where that is what there is.

    Raises SheetError where a language is missing, or where there are more than MOST.
    """
    found: dict[str, ShownAnswer] = {}
    for language in wanted:
        nearest = fallbacks(language, set(texts))[0]
        if primary(nearest) != primary(language):
            raise SheetError(f"not in every language that was asked for; there is {', '.join(sorted(texts))}")
        found[nearest] = texts[nearest]
    if not 1 <= len(found) <= MOST:
        raise SheetError(f"choose 1 to {MOST} languages")
    return list(found.values())


def opening(server: str, article_id: str) -> str:
    """The address that opens the conversation at an article; `server` is such as `https://kalauz.example.org`."""
    return f"{server.rstrip('/')}/?article={article_id}"


def sheet(texts: Sequence[ShownAnswer], paper: Paper, address: str, *, alone: bool = False) -> str:
    """The sheet as HTML; `address` is what its code opens. `alone`: its style is in it, for a file by itself."""
    return (
        templates()
        .get_template("panel.html")
        .render(
            sides=[_side(text) for text in texts],
            page=f"{paper}-wide" if len(texts) > 2 else str(paper),
            # As many in each as in the others, or one more.
            rows=ceil(len(texts) / COLUMNS[paper]),
            address=address,
            code=Markup(segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=4)),  # noqa: S704
            style=Markup((STATIC / STYLE).read_text("utf-8")) if alone else None,  # noqa: S704
        )
    )


def _side(text: ShownAnswer) -> dict[str, object]:
    texts = Texts(text.language)
    return {
        "language": text.language,
        "name": endonym(text.language),
        "title": text.title,
        "blocks": [block for block in answer_blocks(text, texts, whole=True) if not isinstance(block, Buttons)],
        "invitation": texts.gettext("Scan this with your phone to read it there and to ask us more."),
    }
