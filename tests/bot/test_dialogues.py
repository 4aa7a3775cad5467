"""Dialogues as specifications: `dialogues/*.yaml`, talked with the starter content and the real encoder.

A file is a list of dialogues: `name`, `given` (language, owner), `talk`. A turn is what a person `said`, the title of
the button they `pressed`, or the `sent` kind of a message without words; and what the bot `replied`:
`outcome`, `article` (the one shown), `language`, `says` (parts of the text), `says_not`, `blocks` (types there),
`buttons` (titles that are there), `phones` (numbers that can be called), `silent`, `ended`.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import conversations
from bot.engine import Engine
from bot.messages import Incoming, Message
from bot.replies import Button, Buttons, Checklist, ContactCard, Reply
from bot.state import slots_of
from bot.tables import ConversationRow
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.bot.conftest import engine_over

FOLDER = Path(__file__).parent / "dialogues"


def load() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for dialogue in yaml.safe_load(path.read_text("utf-8")):
            found.append(pytest.param(dialogue, id=f"{path.stem}: {dialogue['name']}"))
    return found


def buttons_of(reply: Reply) -> list[Button]:
    found = [button for block in reply.blocks if isinstance(block, Buttons) for button in block.buttons]
    ticks = [item for block in reply.blocks if isinstance(block, Checklist) for item in block.items]
    return found + [Button(language="", title=item.text, payload=item.payload) for item in ticks]


class Person:
    """Talks with an engine, pressing the buttons of the latest reply that had any."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self._buttons: list[Button] = []
        self._sent = 0

    async def begin(self, *, language: str | None = None, owner: str | None = None) -> None:
        self._started = await self._engine.start(channel="web", language=language)
        self._see(self._started.messages)
        if owner:
            async with self._database.transaction() as session:
                (await session.get_one(ConversationRow, self._started.conversation_id)).owner = owner

    async def do(self, turn: dict[str, Any]) -> list[Message]:
        self._sent += 1
        text, attachment = str(turn.get("said", "")), turn.get("sent")
        if "pressed" in turn:
            payloads = {button.title: button.payload for button in reversed(self._buttons)}
            assert turn["pressed"] in payloads, f"there is no such button; there are {sorted(payloads)}"
            text = payloads[turn["pressed"]]
        incoming = Incoming(text, f"message-{self._sent}", attachment)
        messages = await self._engine.receive(self._started.conversation_id, self._started.token, incoming)
        self._see(messages)
        return messages

    async def article(self) -> str | None:
        """The article that the talk is about."""
        async with self._database.reading() as session:
            stored = await conversations.memory(session, self._started.conversation_id)
        return slots_of([event.data for event in stored]).get("article")

    def _see(self, messages: list[Message]) -> None:
        for message in messages:
            if message.reply is not None and buttons_of(message.reply):
                self._buttons = buttons_of(message.reply)


async def check(person: Person, messages: list[Message], expected: dict[str, Any]) -> None:
    replies = [message.reply for message in messages if message.reply is not None]
    if expected.get("silent"):
        assert replies == []
        return
    assert len(replies) == 1
    reply, text = replies[0], messages[-1].text
    titles = [button.title for button in buttons_of(reply)]
    for part in expected.get("says", []):
        assert part in text
    for part in expected.get("says_not", []):
        assert part not in text
    for title in expected.get("buttons", []):
        assert title in titles
    for kind in expected.get("blocks", []):
        assert kind in {block.type for block in reply.blocks}
    phones = {phone.label for block in reply.blocks if isinstance(block, ContactCard) for phone in block.phones}
    assert set(expected.get("phones", [])) <= phones
    if "outcome" in expected:
        assert reply.outcome == expected["outcome"]
    if "language" in expected:
        assert {b.language for b in reply.blocks if b.type == "said"} == {expected["language"]}
    if "article" in expected:
        assert await person.article() == expected["article"]
    assert reply.ended == expected.get("ended", False)


@pytest.mark.parametrize("dialogue", load())
async def test_dialogue(dialogue: dict[str, Any], database: Database, starter_answers: Answers) -> None:
    person = Person(engine_over(database, starter_answers), database)
    await person.begin(**dialogue.get("given", {}))
    for turn in dialogue["talk"]:
        messages = await person.do(turn)
        await check(person, messages, turn["replied"])
