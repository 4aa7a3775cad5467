"""Replies as channel-neutral data: blocks that every channel draws in its own way."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# In plain text a heading is a line of its own, without its marks.
HEADING = re.compile(r"^#{2,3} +", re.MULTILINE)


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True)
    language: str


class Said(_Block):
    """A sentence of the program itself."""

    type: Literal["said"] = "said"
    text: str


class Notice(_Block):
    type: Literal["notice"] = "notice"
    title: str
    text: str


class Quotation(_Block):
    """Reviewed text, word for word; `markdown` is headings, lists, bold and links only."""

    type: Literal["quotation"] = "quotation"
    title: str
    markdown: str


class Detail(BaseModel):
    label: str
    values: list[str]


class StepBlock(BaseModel):
    title: str
    text: str | None
    details: list[Detail]


class Steps(_Block):
    type: Literal["steps"] = "steps"
    heading: str
    steps: list[StepBlock]


class Step(_Block):
    """One step of a walk through a procedure; `label` says which of how many."""

    type: Literal["step"] = "step"
    label: str
    title: str
    text: str | None
    details: list[Detail]


class Item(BaseModel):
    """Something to tick; `id` is the same wherever the thing is listed, `tick` and `untick` are what that sends."""

    id: str
    text: str
    ticked: bool
    tick: str
    untick: str

    @property
    def payload(self) -> str:
        """What a channel without boxes sends to change it."""
        return self.untick if self.ticked else self.tick


class Checklist(_Block):
    type: Literal["checklist"] = "checklist"
    heading: str
    items: list[Item]


class Link(BaseModel):
    title: str
    url: str | None


class Sources(_Block):
    """Where a quotation comes from; `checked` is the sentence with its date."""

    type: Literal["sources"] = "sources"
    label: str
    sources: list[Link]
    checked: str


class ContactCard(_Block):
    type: Literal["contact"] = "contact"
    name: str
    purpose: str
    phones: list[Detail]
    details: list[Detail]
    website: str | None


class Button(BaseModel):
    """`payload` is what choosing it sends, as a Rasa intent: `/article{"id": "…"}`."""

    language: str
    title: str
    payload: str


class Buttons(_Block):
    type: Literal["buttons"] = "buttons"
    buttons: list[Button]


Block = Annotated[
    Said | Notice | Quotation | Steps | Step | Checklist | Sources | ContactCard | Buttons, Field(discriminator="type")
]


class Reply(BaseModel):
    """One message of the bot, or of a counsellor.

    `outcome` is the question's, None for a message that answers no question. `language` is the one that the program
    speaks in it. `ended` says that the conversation is no more. `in_place` says that the reply only restates lists
    that are on the screen: a channel that can redraws those. `person` is the first name or role of the counsellor who
    wrote it, as shown to the migrant; None for the bot.
    """

    model_config = ConfigDict(frozen=True)
    outcome: str | None
    blocks: list[Block]
    language: str | None = None
    ended: bool = False
    in_place: bool = False
    person: str | None = None

    def plain_text(self) -> str:
        """The whole reply as text, for channels and assistants that know no blocks."""
        return "\n\n".join(_plain(block) for block in self.blocks)


def _details(details: list[Detail]) -> list[str]:
    return [": ".join([detail.label, *(["; ".join(detail.values)] if detail.values else [])]) for detail in details]


def _plain(block: Block) -> str:
    match block:
        case Said():
            return block.text
        case Notice():
            return f"! {block.title}\n{block.text}"
        case Quotation():
            return f"{block.title}\n\n{HEADING.sub('', block.markdown)}"
        case Steps():
            lines = [block.heading]
            for number, step in enumerate(block.steps, 1):
                lines.append(f"{number}. {step.title}")
                lines += [f"   {line}" for line in ([step.text] if step.text else []) + _details(step.details)]
            return "\n".join(lines)
        case Step():
            return "\n".join(
                [block.label, block.title, *([block.text] if block.text else []), *_details(block.details)]
            )
        case Checklist():
            return "\n".join([f"{block.heading}:", *(f"{'☑' if i.ticked else '☐'} {i.text}" for i in block.items)])
        case Sources():
            names = [f"{link.title} <{link.url}>" if link.url else link.title for link in block.sources]
            return "\n".join([f"{block.label}:", *(f"- {name}" for name in names), block.checked])
        case ContactCard():
            website = [block.website] if block.website else []
            return "\n".join([block.name, block.purpose, *_details(block.phones), *_details(block.details), *website])
        case Buttons():
            return "\n".join(f"[{button.title}]" for button in block.buttons)
