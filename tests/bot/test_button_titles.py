from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.button_titles import UNKNOWN, title_of
from bot.engine import Engine
from bot.messages import Incoming
from bot.payloads import BUTTONS, COMMANDS
from bot.replies import Button, Buttons, Checklist
from bot.state import State, Walk
from knowledge_base.languages import endonym
from retrieval.answers import Answers
from tests.bot.test_engine import HEALTH, begin, say

EN, HU = State(language="en"), State(language="hu")
WALKING = State(language="en", walk=Walk("tax-card", 1))


@pytest.mark.parametrize(
    ("name", "entities", "state", "title"),
    [
        ("article", {"id": "health-card"}, EN, "Health card"),
        ("article", {"id": "health-card"}, HU, "Egészségügyi kártya"),
        ("article", {"id": "tax-card", "whole": True}, EN, "Show everything about this"),
        ("topic", {"id": "health", "page": 1}, EN, "More"),
        ("continue", {}, WALKING, "Go on: Tax card, step 2"),
        ("stop", {}, State(language="en", last_action="action_ask_callback_name"), "Cancel"),
        ("stop", {}, WALKING, "Stop here"),
        ("step", {"id": "tax-card", "at": 1}, State(language="en", walk=Walk("tax-card", 0)), "Next step"),
        ("topic", {"id": "health"}, EN, "Health"),
        ("case", {"audience": "eea"}, EN, "I am a citizen of an EU or EEA country or Switzerland"),
        ("case", {"purpose": "study"}, EN, "I am here to study"),
        ("case", {"audience": "unsaid"}, EN, "I would rather not say"),
        ("case", {"audience": "unsaid"}, HU, "Inkább nem mondom meg"),
        ("field", {"value": "morning"}, EN, "morning"),
        ("language", {"code": "hu"}, EN, "magyar"),
        ("language", {"code": "zh-Hans"}, EN, "中文 (简体)"),
        ("language", {"code": "fr"}, EN, "Change the language"),
        ("language", {}, EN, "Change the language"),
        ("tick", {"id": "tax-card", "step": 0, "paper": 0, "on": True}, EN, "Passport"),
        ("step", {"id": "tax-card", "at": 0}, EN, "Go through it step by step"),
        ("step", {"id": "tax-card", "at": 1}, WALKING, "Go through it step by step"),
        ("step", {"id": "tax-card", "at": 2}, WALKING, "Done"),
        ("step", {"id": "tax-card", "at": 0}, WALKING, "Step before"),
        ("step", {"id": "other", "at": 2}, WALKING, "Go through it step by step"),
        ("helped", {"about": "tax-card/en/1", "yes": True}, EN, "Yes"),
        ("helped", {"about": "tax-card/en/1", "yes": False}, EN, "No"),
        ("delete", {}, EN, "Delete this conversation"),
        ("delete", {"sure": True}, EN, "Yes, delete everything"),
        ("delete", {"sure": False}, EN, "No, keep it"),
        ("none", {}, EN, "None of these"),
        ("none", {}, State(), "None of these"),
        ("none", {}, HU, "Egyik sem"),
        ("help", {}, EN, "/help"),
    ],
)
def test_a_pressed_button_reads_as_what_stood_on_it(
    answers: Answers, name: str, entities: dict[str, Any], state: State, title: str
) -> None:
    assert title_of(name, entities, state, answers) == title


@pytest.mark.parametrize(
    ("name", "entities"),
    [
        ("article", {"id": "gone"}),
        ("article", {}),
        ("topic", {"id": "gone"}),
        ("topic", {}),
        ("case", {"audience": "nobody"}),
        ("case", {}),
        ("field", {}),
        ("tick", {"id": "gone", "step": 0, "paper": 0}),
        ("tick", {"id": "health-card", "step": 0, "paper": 0}),
        ("tick", {"id": "tax-card", "step": 0, "paper": 1}),
        ("tick", {"id": "tax-card", "step": 10**30, "paper": 0}),
        ("tick", {"id": "tax-card", "step": 0}),
        ("tick", {"id": "tax-card"}),
        ("tick", {}),
    ],
)
def test_a_button_of_what_is_no_more_reads_as_dots(answers: Answers, name: str, entities: dict[str, Any]) -> None:
    assert title_of(name, entities, EN, answers) == UNKNOWN


STATES = st.builds(
    State,
    language=st.sampled_from([None, "en", "hu", "ar", "xx", "zh-Hant"]),
    walk=st.none() | st.builds(Walk, st.sampled_from(["tax-card", "health-card", "gone"]), st.integers()),
)
ENTITIES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["tax-card", "health-card", "health", "gone", ""]) | st.text(),
        "at": st.integers(),
        "step": st.integers(-3, 3) | st.integers(),
        "paper": st.integers(-3, 3) | st.integers(),
        "page": st.integers(),
        "whole": st.booleans(),
        "on": st.booleans(),
        "code": st.sampled_from(["hu", "xx"]) | st.text(),
        "audience": st.sampled_from(["eea", "unsaid"]),
        "purpose": st.sampled_from(["work", "unsaid"]),
        "about": st.text(),
        "yes": st.booleans(),
        "sure": st.booleans(),
        "value": st.text(min_size=1),
    },
)


@given(name=st.sampled_from((*COMMANDS, *BUTTONS)), entities=ENTITIES, state=STATES)
def test_every_button_and_command_reads_as_something(
    answers: Answers, name: str, entities: dict[str, Any], state: State
) -> None:
    assert title_of(name, entities, state, answers)


async def offered(engine: Engine, language: str, *texts: str) -> tuple[list[Button], list[str]]:
    """The buttons and papers of the last reply to these messages, and how they read once they were pressed."""
    started = await begin(engine, language)
    for text in texts:
        reply = (await say(engine, started, text))[-1].reply
    assert reply is not None
    buttons = [button for block in reply.blocks if isinstance(block, Buttons) for button in block.buttons]
    items = [item for block in reply.blocks if isinstance(block, Checklist) for item in block.items]
    buttons += [Button(language=language, title=item.text, payload=item.payload) for item in items]
    read = []
    for n, button in enumerate(buttons):
        incoming = Incoming(button.payload, f"pressed-{n}")
        # A conversation of its own: each is pressed as the first one after the reply.
        other = await begin(engine, language)
        for text in texts:
            await say(engine, other, text)
        read.append((await engine.receive(other.conversation_id, other.token, incoming))[0].text)
    return buttons, read


@pytest.mark.parametrize("language", ["en", "hu", "ar"])
@pytest.mark.parametrize(
    "texts",
    [
        ("/start",),
        ("/help",),
        ("/topics",),
        ('/phase{"phase": "before-arrival"}',),
        ('/topic{"id": "health"}',),
        ("/privacy",),
        ("/delete",),
        ("/language",),
        ("/human",),
        ("/none",),
        ("card football tonight stadium",),
        ('/article{"id": "tax-card"}', "/continue", '/papers{"id": "tax-card"}'),
        ('/article{"id": "tax-card"}', '/step{"id": "tax-card", "at": 9}'),
    ],
    ids=lambda texts: texts[-1],
)
async def test_every_button_of_a_reply_reads_as_its_title(
    engine: Engine, language: str, texts: tuple[str, ...]
) -> None:
    buttons, read = await offered(engine, language, *texts)
    assert read == [button.title for button in buttons]
    assert bool(buttons) or texts == ("/human",)


async def test_every_button_that_is_offered_in_a_conversation_is_known(engine: Engine) -> None:
    for texts in (
        (HEALTH,),
        ('/article{"id": "tax-card"}', "/continue"),
        ("/callback",),
        ("/callback", "Ali", "1234567"),
    ):
        buttons, _ = await offered(engine, "en", *texts)
        names = {button.payload.partition("{")[0].removeprefix("/") for button in buttons}
        assert names
        assert names <= {*COMMANDS, *BUTTONS}


def test_the_languages_read_as_they_call_themselves(answers: Answers) -> None:
    for tag in answers.site.languages:
        assert title_of("language", {"code": tag}, EN, answers) == endonym(tag)
