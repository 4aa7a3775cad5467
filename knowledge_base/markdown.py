"""The Markdown that articles use: which of it is allowed, and its sections."""

import functools
import re
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

ALLOWED_HEADINGS: Final = {"h2", "h3"}
# What the channels can draw; the rest would show as raw marks.
ALLOWED_BLOCKS: Final = {"paragraph", "heading", "bullet_list", "ordered_list", "list_item", "inline"}
ALLOWED_INLINE: Final = {"text", "softbreak", "strong", "link"}
ALLOWED_LINKS: Final = ("https://", "http://", "mailto:", "tel:")
# Texts that have not changed since the last publication are not parsed again.
CACHED: Final = 20_000
CONTROL_CHARACTER: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_parser = MarkdownIt("commonmark")
# Left to itself the parser shows a link that it holds for dangerous as text; here it must be found.
_strict_parser = MarkdownIt("commonmark")
_strict_parser.validateLink = lambda url: True  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a body: the text before the first `##` heading has none."""

    heading: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a body says of itself when it is parsed, which takes long."""

    problems: tuple[tuple[int, str], ...]
    sections: tuple[Section, ...]


def body_problems(body: str) -> tuple[tuple[int, str], ...]:
    """What the body must not have: `(line of the body from 1, reason)`."""
    return _read(body).problems


def sections(body: str) -> tuple[Section, ...]:
    """The body cut at its `##` headings, in order; empty parts are left out."""
    return _read(body).sections


@functools.lru_cache(CACHED)
def _read(body: str) -> _Read:
    tokens = _strict_parser.parse(body)
    return _Read(_problems(body, tokens), _sections(body, tokens))


def _problems(body: str, tokens: list[Token]) -> tuple[tuple[int, str], ...]:
    problems = [
        (body.count("\n", 0, found.start()) + 1, f"the control character U+{ord(found[0]):04X} is not allowed")
        for found in CONTROL_CHARACTER.finditer(body)
    ]
    depth = 0
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        depth += token.nesting if token.type.startswith(("bullet_list", "ordered_list")) else 0
        if token.type == "html_block":
            problems.append((line, "raw HTML is not allowed"))
        elif token.type == "heading_open" and (token.tag not in ALLOWED_HEADINGS or not token.markup.startswith("#")):
            problems.append((line, f"a heading of level {token.tag[1]}: use ## or ###"))
        elif token.nesting > 0 and depth > 1 and token.type.endswith("list_open"):
            problems.append((line, "a list within a list is not allowed"))
        elif token.nesting >= 0 and token.type.removesuffix("_open") not in ALLOWED_BLOCKS:
            problems.append((line, f"{token.type.removesuffix('_open').replace('_', ' ')} is not allowed"))
        for child in token.children or []:
            reason = _inline_problem(child)
            if reason:
                problems.append((line, reason))
    return tuple(dict.fromkeys(problems))


def _inline_problem(token: Token) -> str | None:
    if token.type == "html_inline":
        return "raw HTML is not allowed"
    if token.type == "image":
        return "images are not allowed"
    if token.nesting >= 0 and token.type.removesuffix("_open") not in ALLOWED_INLINE:
        return f"{token.type.removesuffix('_open').replace('_', ' ')} is not allowed"
    if token.type == "link_open":
        address = str(token.attrGet("href") or "")
        if not address.startswith(ALLOWED_LINKS):
            return f"the link {address!r} is none of {', '.join(ALLOWED_LINKS)}"
        if token.markup == "autolink":
            return f"the link {address!r} has no text: write [text]({address})"
    return None


def _sections(body: str, tokens: list[Token]) -> tuple[Section, ...]:
    lines = body.split("\n")
    starts = [(0, 0, None)] + [
        (token.map[0], token.map[1], tokens[i + 1].content)
        for i, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2" and token.map
    ]
    found = []
    for (_, begin, heading), (end, _, _) in zip(starts, [*starts[1:], (len(lines), 0, None)], strict=True):
        text = "\n".join(lines[begin:end]).strip()
        if text:
            found.append(Section(heading, text))
    return tuple(found)


@functools.lru_cache(CACHED)
def plain_text(markdown: str) -> str:
    """The words of a Markdown text without its marks, for search and speech."""
    words: list[str] = []
    for token in _parser.parse(markdown):
        for child in token.children or []:
            if child.type in ("text", "code_inline"):
                words.append(child.content)
            elif child.type in ("softbreak", "hardbreak"):
                words.append(" ")
        if token.type in ("fence", "code_block"):
            words.append(token.content)
        words.append(" ")
    return " ".join("".join(words).split())
