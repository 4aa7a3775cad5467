"""A conversation as an HTML page: the same blocks that the widget draws, as Jinja draws them. Everything is escaped."""

import functools
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.messages import Message
from bot.payloads import payload
from bot.replies import Block, Button, Buttons, Checklist, Item
from bot.texts import Texts
from channels.web.texts import widget_texts
from knowledge_base.languages import is_right_to_left
from retrieval.shown import ShownAnswer

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def templates() -> Environment:
    """The pages that are drawn without scripts."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = _markdown
    environment.filters["telephone"] = lambda number: "".join(c for c in number if c in "+0123456789")
    environment.globals["direction"] = direction
    return environment


@functools.cache
def _parser() -> MarkdownIt:
    # Reviewed text has headings, lists, bold and links only; markup in it is text.
    parser = MarkdownIt("zero").enable(["heading", "list", "emphasis", "link", "escape"])
    parser.validateLink = lambda url: url.startswith(("http://", "https://", "tel:", "mailto:"))  # type: ignore[method-assign]
    return parser


def _markdown(source: str) -> Markup:
    return Markup(_parser().render(source))  # noqa: S704


def direction(language: str) -> str:
    return "rtl" if is_right_to_left(language) else "ltr"


def ticks(messages: Sequence[Message]) -> dict[str, Item]:
    """The newest state of everything that can be ticked, by its id."""
    blocks = (block for message in messages if message.reply for block in message.reply.blocks)
    return {item.id: item for block in blocks if isinstance(block, Checklist) for item in block.items}


def drawn(blocks: Sequence[Block]) -> Markup:
    """Blocks outside a conversation, as the widget draws them; nothing in them can be pressed or ticked."""
    draw = templates().get_template("blocks.html").module.draw  # type: ignore[attr-defined]
    return Markup().join(draw(block, {}) for block in blocks)


def page(
    texts: Texts,
    messages: Sequence[Message],
    *,
    mark: str,
    client_id: str,
    text: str,
    trouble: str | None,
    offered: ShownAnswer | None = None,
) -> str:
    """The page; `trouble` is the name of one of the widget's sentences, or a sentence; `offered` is an article."""
    choices = [] if offered is None else [_opening(offered)]
    words = widget_texts(texts)
    shown = [message for message in messages if not message.in_place]
    latest = next((message.number for message in reversed(shown) if message.sender == "migrant"), None)
    return (
        templates()
        .get_template("chat.html")
        .render(
            t=words,
            language=texts.language,
            messages=shown,
            latest=latest,
            ticks=ticks(messages),
            mark=mark,
            client_id=client_id,
            text=text,
            offered=Buttons(language=texts.language, buttons=choices),
            trouble=words.get(trouble, trouble) if trouble else None,
        )
    )


def _opening(article: ShownAnswer) -> Button:
    return Button(language=article.language, title=article.title, payload=payload("article", id=article.article))
