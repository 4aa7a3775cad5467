"""Reviewed Markdown as spans: headings, paragraphs, lists, bold and links are all that there is."""

from markdown_it import MarkdownIt
from markdown_it.token import Token

from channels.telegram.spans import Span, joined

_parser = MarkdownIt("commonmark")
WEB = ("https://", "http://")


def spans_of(markdown: str) -> list[Span]:
    paragraphs: list[list[Span]] = []
    items: list[list[Span]] | None = None
    number: int | None = None
    bold = False
    for token in _parser.parse(markdown):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                items, number = [], int(token.attrGet("start") or 1) if token.tag == "ol" else None
            case "bullet_list_close" | "ordered_list_close":
                paragraphs.append(list(joined(items or [], "\n")))
                items = None
            case "heading_open" | "heading_close":
                bold = token.nesting > 0
            case "inline" if items is not None:
                mark = "• " if number is None else f"{number}. "
                number = None if number is None else number + 1
                items.append([Span(mark), *_inline(token, bold=False)])
            case "inline":
                paragraphs.append(_inline(token, bold=bold))
            case "code_block" | "fence" | "html_block":
                paragraphs.append([Span(token.content)])
    return list(joined(paragraphs, "\n\n"))


def _inline(token: Token, *, bold: bool) -> list[Span]:
    found: list[Span] = []
    strong, url, title = bold, None, ""
    for child in token.children or []:
        match child.type:
            case "strong_open" | "strong_close":
                strong = bold or child.nesting > 0
            case "link_open":
                url, title = str(child.attrGet("href") or ""), ""
            case "link_close":
                found += _address(url or "", title)
                url = None
            case "softbreak":
                found.append(Span(" "))
            case "hardbreak":
                found.append(Span("\n"))
            case _ if child.content:
                title += child.content
                found.append(Span(child.content, bold=strong, url=url if (url or "").startswith(WEB) else None))
    return found


def _address(url: str, title: str) -> list[Span]:
    """A number or an e-mail address behind a text: Telegram links only what it sees."""
    scheme, _, address = url.partition(":")
    if scheme not in ("tel", "mailto") or address in title.replace(" ", ""):
        return []
    return [Span(f" ({address})")]
