from typing import get_args

import pytest

from bot.replies import (
    Block,
    Button,
    Buttons,
    Checklist,
    ContactCard,
    Detail,
    Item,
    Link,
    Notice,
    Quotation,
    Reply,
    Said,
    Sources,
    Step,
    StepBlock,
    Steps,
)

EXAMPLES: list[tuple[Block, str]] = [
    (Said(language="en", text="Hello."), "Hello."),
    (Notice(language="en", title="Closed", text="On Monday."), "! Closed\nOn Monday."),
    (
        Quotation(language="en", title="Health card", markdown="The office gives it."),
        "Health card\n\nThe office gives it.",
    ),
    (
        Steps(
            language="en",
            heading="Steps",
            steps=[
                StepBlock(
                    title="Fill in", text="The form.", details=[Detail(label="Bring", values=["passport", "photo"])]
                ),
                StepBlock(title="Send", text=None, details=[]),
            ],
        ),
        "Steps\n1. Fill in\n   The form.\n   Bring: passport; photo\n2. Send",
    ),
    (
        Step(language="en", label="Step 1 of 2", title="Fill in", text="The form.", details=[]),
        "Step 1 of 2\nFill in\nThe form.",
    ),
    (
        Checklist(
            language="en",
            heading="Bring",
            items=[
                Item(id="a/0/0", text="passport", ticked=True, tick="/tick", untick="/tick"),
                Item(id="a/0/1", text="photo", ticked=False, tick="/tick", untick="/tick"),
            ],
        ),
        "Bring:\n☑ passport\n☐ photo",
    ),
    (
        Sources(
            language="en",
            label="Source",
            sources=[Link(title="Leaflet", url="https://example.org"), Link(title="Call", url=None)],
            checked="Checked.",
        ),
        "Source:\n- Leaflet <https://example.org>\n- Call\nChecked.",
    ),
    (
        ContactCard(
            language="en",
            name="Help line",
            purpose="Answers",
            phones=[Detail(label="+36 1", values=["free"]), Detail(label="+36 2", values=[])],
            details=[Detail(label="Address", values=["Fő utca 1"])],
            website="https://example.org",
        ),
        "Help line\nAnswers\n+36 1: free\n+36 2\nAddress: Fő utca 1\nhttps://example.org",
    ),
    (
        Buttons(
            language="en", buttons=[Button(language="en", title=title, payload="/none") for title in ("One", "Two")]
        ),
        "[One]\n[Two]",
    ),
]


@pytest.mark.parametrize(("block", "text"), EXAMPLES, ids=lambda value: getattr(value, "type", ""))
def test_a_block_reads_as_plain_text(block: Block, text: str) -> None:
    assert Reply(outcome=None, blocks=[block]).plain_text() == text


def test_every_kind_of_block_has_its_example() -> None:
    kinds = set(get_args(get_args(Block)[0]))
    assert {type(block) for block, _ in EXAMPLES} == kinds


def test_blocks_are_apart_by_an_empty_line() -> None:
    one, two = Said(language="en", text="One."), Said(language="en", text="Two.")
    assert Reply(outcome=None, blocks=[one, two]).plain_text() == "One.\n\nTwo."


@pytest.mark.parametrize(("block", "text"), EXAMPLES, ids=lambda value: getattr(value, "type", ""))
def test_a_reply_comes_back_from_json_as_it_was(block: Block, text: str) -> None:
    reply = Reply(outcome="answer", blocks=[block])
    assert Reply.model_validate_json(reply.model_dump_json()) == reply
