"""Replies as Telegram messages: blocks as HTML, with buttons underneath."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.replies import (
    Block,
    Buttons,
    Checklist,
    ContactCard,
    Detail,
    Item,
    Notice,
    Quotation,
    Reply,
    Said,
    Sources,
    Step,
    Steps,
)
from channels.telegram.buttons import MOST as MOST_BUTTONS
from channels.telegram.buttons import Press
from channels.telegram.markdown import WEB, spans_of
from channels.telegram.spans import Span, cut, html, joined
from knowledge_base.languages import is_right_to_left

# A telephone shows about this much of a title, in characters: a longer one also stands in the text.
SHOWN = 32
# Two titles up to this length share a row.
SHORT = 16
MOST_TITLE = 100
# Keeps a number's groups in order within a text from right to left.
LEFT_TO_RIGHT, END = "\u2066", "\u2069"
BOX = {True: "☑", False: "☐"}


@dataclass(frozen=True, slots=True)
class Key:
    """A button under a message; `data` comes back when it is pressed."""

    title: str
    data: str


@dataclass(frozen=True, slots=True)
class Part:
    """One message; `boxes` says that it shows things to tick, and changes with them."""

    html: str
    rows: tuple[tuple[Key, ...], ...] = ()
    boxes: bool = False


@dataclass(slots=True)
class _Message:
    """Blocks up to their buttons, which end a message."""

    pieces: list[list[Span]] = field(default_factory=list)
    boxes: list[Key] = field(default_factory=list)
    buttons: list[Key] = field(default_factory=list)


def draw(reply: Reply, *, conversation_id: str, event: int, ticked: Mapping[str, bool] | None = None) -> list[Part]:
    """The reply that is stored as the event; `ticked` is the present state of the boxes, by their ids."""
    messages = [_Message()]
    if reply.person is not None:
        messages[0].pieces.append([Span(f"👤 {reply.person}", bold=True)])
    index = 0
    lists = _as_shown([block for block in reply.blocks if isinstance(block, Checklist)], ticked or {})
    for block in reply.blocks:
        match block:
            case Buttons():
                titles = _numbered([button.title for button in block.buttons])
                if any(len(title) > SHOWN for title in titles):
                    messages[-1].pieces.append(_lines([Span(title)] for title in titles))
                for title in titles:
                    messages[-1].buttons.append(_key(title, Press(conversation_id, event, index)))
                    index += 1
                continue
            case Checklist():
                block = next(lists)
        if messages[-1].buttons:
            messages.append(_Message())
        messages[-1].pieces.append(_spans(block))
        if isinstance(block, Checklist):
            for item in block.items:
                press = Press(conversation_id, event, index, on=not item.ticked)
                messages[-1].boxes.append(_key(f"{BOX[item.ticked]} {item.text}", press))
                index += 1
    return [part for message in messages for part in _parts(message)]


def drawn(blocks: Sequence[Block]) -> list[str]:
    """Blocks outside a conversation, as the HTML of the messages that they take."""
    return [part.html for part in draw(Reply(outcome=None, blocks=list(blocks)), conversation_id="", event=0)]


def sentence(text: str) -> Part:
    """A message that is one sentence of the program."""
    return Part(html([Span(text)]))


def _parts(message: _Message) -> list[Part]:
    parts = [html(spans) for spans in cut(joined(message.pieces, "\n\n"))]
    if not parts and not message.buttons:
        return []
    boxes = bool(message.boxes)
    # The buttons that lead on are never the ones that find no room.
    ways = message.buttons[:MOST_BUTTONS]
    rows = [(key,) for key in message.boxes[: MOST_BUTTONS - len(ways)]] + _rows(ways)
    # Telegram takes no message without a text.
    *before, last = parts or ["…"]
    return [*(Part(text, boxes=boxes) for text in before), Part(last, tuple(rows), boxes)]


def _rows(keys: list[Key]) -> list[tuple[Key, ...]]:
    rows: list[tuple[Key, ...]] = []
    for key in keys:
        if rows and len(rows[-1]) == 1 and max(len(rows[-1][0].title), len(key.title)) <= SHORT:
            rows[-1] = (rows[-1][0], key)
        else:
            rows.append((key,))
    return rows


def _key(title: str, press: Press) -> Key:
    return Key(title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1]}…", str(press))


def _as_shown(lists: list[Checklist], ticked: Mapping[str, bool]) -> Iterator[Checklist]:
    """The lists as they are ticked now; with numbers where there are several, which may have the same papers."""
    number = 0
    for block in lists:
        items = []
        for item in block.items:
            number += 1
            text = f"{number}. {item.text}" if len(lists) > 1 else item.text
            items.append(item.model_copy(update={"text": text, "ticked": ticked.get(item.id, item.ticked)}))
        yield block.model_copy(update={"items": items})


def items_of(reply: Reply) -> list[Item]:
    """Everything to tick in a reply."""
    return [item for block in reply.blocks if isinstance(block, Checklist) for item in block.items]


def _numbered(titles: list[str]) -> list[str]:
    """With numbers, where there are several and one of them is too long to be read on a button."""
    if len(titles) > 1 and any(len(title) > SHOWN for title in titles):
        return [f"{number}. {title}" for number, title in enumerate(titles, 1)]
    return titles


def _lines(lines: Iterable[list[Span]]) -> list[Span]:
    return list(joined(lines, "\n"))


def _details(details: list[Detail]) -> list[list[Span]]:
    return [
        [Span(": ".join([detail.label, *(["; ".join(detail.values)] if detail.values else [])]))] for detail in details
    ]


def _text(text: str | None) -> list[Span]:
    return [Span(text)] if text else []


def _spans(block: Block) -> list[Span]:
    match block:
        case Said():
            return _text(block.text)
        case Notice():
            return _lines([[Span(f"⚠️ {block.title}", bold=True)], _text(block.text)])
        case Quotation():
            return list(joined([[Span(block.title, bold=True)], spans_of(block.markdown)], "\n\n"))
        case Steps():
            steps = [
                _lines([[Span(f"{number}. "), Span(step.title, bold=True)], _text(step.text), *_details(step.details)])
                for number, step in enumerate(block.steps, 1)
            ]
            brief = all(step.text is None and not step.details for step in block.steps)
            return list(joined([[Span(block.heading, bold=True)], *steps], "\n" if brief else "\n\n"))
        case Step():
            title = [Span(block.title, bold=True)]
            return _lines([[Span(block.label, italic=True)], title, _text(block.text), *_details(block.details)])
        case Checklist():
            items = [[Span(f"{BOX[item.ticked]} {item.text}")] for item in block.items]
            return _lines([[Span(block.heading, bold=True)], *items])
        case Sources():
            links = [[Span("• "), _link(link.title, link.url, italic=True)] for link in block.sources]
            checked = [Span(block.checked, italic=True)]
            return _lines([[Span(f"{block.label}:", italic=True)], *links, checked])
        case ContactCard():
            return _contact(block)
    return []


def _link(title: str, url: str | None, *, italic: bool = False) -> Span:
    return Span(title, italic=italic, url=url if url and url.startswith(WEB) else None)


def _contact(card: ContactCard) -> list[Span]:
    """Numbers stand in the text as they are: Telegram makes what it recognises callable."""
    phones = [
        [Span(f"📞 {_number(p.label, card.language)}{''.join(f' · {v}' for v in p.values)}")] for p in card.phones
    ]
    website = [_link(re.sub(r"^https?://", "", card.website), card.website)] if card.website else []
    name = [Span(card.name, bold=True)]
    return _lines([name, _text(card.purpose), *phones, website, *_details(card.details)])


def _number(number: str, language: str) -> str:
    return f"{LEFT_TO_RIGHT}{number}{END}" if is_right_to_left(language) else number
