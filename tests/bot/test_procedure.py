import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import conversations
from bot.engine import Engine
from bot.messages import Message, Started
from bot.replies import Buttons, Checklist, Item
from bot.replies import Step as StepCard
from bot.state import Walk, slots_of
from knowledge_base.database import Database
from knowledge_base.documents import Article, Step
from retrieval.answers import Answers
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import engine_over
from tests.bot.test_actions import act
from tests.bot.test_engine import begin, say

STEPS = [
    Step(title="Fill in the form", papers=["Passport", "Photo"]),
    Step(title="Pay", fee="1000 Ft"),
    Step(title="Bring it", papers=["Receipt"], place="Tax office"),
    Step(title="Wait", deadline="15 days"),
]
NO_MORE = "There is no procedure to go on with. Ask a question, or choose a topic."
GONE = "This text is no longer here. Please write your question."
LAST = "That was the last step. I wish you luck with it."


def procedure(steps: list[Step]) -> Article:
    said = builders.text("Tax card", "You need a tax card.", steps=steps)
    kind = "procedure" if steps else "faq"
    return builders.article("tax-card", facts=builders.facts(kind=kind, topics=["work"]), en=builders.revision(said))


def publishing(answers: Answers, *articles: Article) -> Answers:
    """Answers from these articles and another one."""
    content = builders.content(builders.article(), *articles)
    library = Library(content, answers.library.index.encoder)
    return Answers(library, answers.calibration, answers.detector, answers.site)


@pytest.fixture(scope="session")
def walking_answers(answers: Answers) -> Answers:
    return publishing(answers, procedure(STEPS))


@pytest.fixture
def engine(database: Database, walking_answers: Answers) -> Engine:
    return engine_over(database, walking_answers)


class Walker:
    """Presses the buttons and papers of the latest reply by their titles, and types commands."""

    def __init__(self, engine: Engine, database: Database, started: Started) -> None:
        self.engine, self._database, self._started = engine, database, started
        self._sent = 0
        self.reply = started.messages[-1].reply

    @classmethod
    async def of(cls, engine: Engine, database: Database) -> "Walker":
        return cls(engine, database, await begin(engine))

    async def say(self, text: str) -> Message:
        self._sent += 1
        message = (await say(self.engine, self._started, text, f"message-{self._sent}"))[-1]
        self.reply = message.reply
        return message

    async def press(self, title: str) -> Message:
        return await self.say(self.buttons[title])

    async def tick(self, paper: str) -> Message:
        return await self.say(next(item.payload for item in self.papers if item.text == paper))

    @property
    def buttons(self) -> dict[str, str]:
        assert self.reply is not None
        return {b.title: b.payload for block in self.reply.blocks if isinstance(block, Buttons) for b in block.buttons}

    @property
    def papers(self) -> list[Item]:
        assert self.reply is not None
        return [item for block in self.reply.blocks if isinstance(block, Checklist) for item in block.items]

    @property
    def ticked(self) -> dict[str, bool]:
        return {item.text: item.ticked for item in self.papers}

    @property
    def step(self) -> str:
        assert self.reply is not None
        return next(block.title for block in self.reply.blocks if isinstance(block, StepCard))

    async def walk(self) -> Walk | None:
        async with self._database.reading() as session:
            stored = await conversations.memory(session, self._started.conversation_id)
        return Walk.of_slot(slots_of([event.data for event in stored]).get("walk"))


@pytest.fixture
async def walker(engine: Engine, database: Database) -> Walker:
    return await Walker.of(engine, database)


async def test_a_procedure_is_walked_to_its_end_and_begins_anew(walker: Walker) -> None:
    await walker.say('/article{"id": "tax-card"}')
    await walker.press("Go through it step by step")
    for step in STEPS[:-1]:
        assert walker.step == step.title
        await walker.press("Next step")
    assert walker.step == "Wait"
    assert "Next step" not in walker.buttons
    assert (await walker.press("Done")).text.startswith(LAST)
    assert {"Yes", "No"} <= set(walker.buttons)
    assert await walker.walk() is None
    await walker.say("/start")
    assert not any(title.startswith("Go on") for title in walker.buttons)
    await walker.say("/continue")
    assert walker.step == "Fill in the form"


async def test_a_step_shows_what_is_known_of_it_and_only_the_papers_can_be_ticked(walker: Walker) -> None:
    await walker.say('/step{"id": "tax-card", "at": 2}')
    assert "Step 3 of 4\nBring it\nWhere: Tax office" in (await walker.say("/continue")).text
    assert walker.ticked == {"Receipt": False}
    await walker.say('/step{"id": "tax-card", "at": 1}')
    assert "Step 2 of 4\nPay\nCost: 1000 Ft" in (await walker.say("/continue")).text
    assert walker.papers == []


@pytest.mark.parametrize(
    ("at", "step"), [(-1, "Fill in the form"), (-(10**30), "Fill in the form"), (0, "Fill in the form"), (3, "Wait")]
)
async def test_there_is_no_step_before_the_first(walker: Walker, at: int, step: str) -> None:
    await walker.say(f'/step{{"id": "tax-card", "at": {at}}}')
    assert walker.step == step
    assert ("Step before" in walker.buttons) == (step == "Wait")


@pytest.mark.parametrize("at", [4, 5, 10**30])
async def test_after_the_last_step_the_walk_is_over(walker: Walker, at: int) -> None:
    assert (await walker.say(f'/step{{"id": "tax-card", "at": {at}}}')).text.startswith(LAST)
    assert await walker.walk() is None


@given(moves=st.lists(st.sampled_from(["next", "back", "continue"]), max_size=8))
async def test_moves_go_one_step_and_stay_between_the_first_and_the_end(
    walking_answers: Answers, moves: list[str]
) -> None:
    walk: Any = Walk("tax-card", 0).as_slot()
    at = 0
    for move in moves:
        result = await act(walking_answers, "action_step", move, intent=move, slots={"walk": walk, "language": "en"})
        walk = next(event["value"] for event in result["events"] if event["name"] == "walk")
        at = max(0, at + {"next": 1, "back": -1, "continue": 0}[move])
        if at == len(STEPS):
            assert walk is None
            assert LAST in result["responses"][0]["text"]
            return
        assert walk["at"] == at
        assert f"Step {at + 1} of {len(STEPS)}\n{STEPS[at].title}" in result["responses"][0]["text"]


async def test_the_running_article_is_what_a_walk_begins_with(walker: Walker) -> None:
    await walker.say('/article{"id": "tax-card"}')
    await walker.say("/continue")
    assert walker.step == "Fill in the form"


@pytest.mark.parametrize("before", ["/start", '/article{"id": "health-card"}'])
async def test_without_a_procedure_there_is_nothing_to_go_on_with(walker: Walker, before: str) -> None:
    await walker.say(before)
    assert (await walker.say("/continue")).text.startswith(NO_MORE)
    assert "All topics" in walker.buttons


async def test_the_place_is_kept_while_other_things_are_read(walker: Walker) -> None:
    await walker.say('/step{"id": "tax-card", "at": 2}')
    await walker.tick("Receipt")
    await walker.say("/stop")
    await walker.say('/article{"id": "health-card"}')
    await walker.say("/help")
    await walker.press("Go on: Tax card, step 3")
    assert (walker.step, walker.ticked) == ("Bring it", {"Receipt": True})


async def test_papers_are_ticked_and_unticked_in_place(walker: Walker, database: Database) -> None:
    await walker.say('/step{"id": "tax-card", "at": 0}')
    ticked = await walker.tick("Photo")
    assert ticked.in_place
    assert walker.ticked == {"Passport": False, "Photo": True}
    await walker.tick("Passport")
    assert walker.ticked == {"Passport": True, "Photo": True}
    await walker.tick("Photo")
    assert walker.ticked == {"Passport": True, "Photo": False}
    assert await walker.walk() == Walk("tax-card", 0, frozenset({(0, 0)}))


async def test_a_tick_pressed_twice_is_one_tick(walker: Walker) -> None:
    await walker.say('/step{"id": "tax-card", "at": 0}')
    payload = walker.papers[0].payload
    for _ in range(2):
        await walker.say(payload)
        assert walker.ticked == {"Passport": True, "Photo": False}


async def test_all_papers_of_all_steps_are_one_list_with_the_same_ticks(walker: Walker) -> None:
    await walker.say('/step{"id": "tax-card", "at": 2}')
    await walker.tick("Receipt")
    await walker.say('/papers{"id": "tax-card"}')
    assert walker.ticked == {"Passport": False, "Photo": False, "Receipt": True}
    ids = {item.text: item.id for item in walker.papers}
    await walker.tick("Passport")
    assert walker.papers[0].id == ids["Passport"]
    await walker.say("/continue")
    assert (walker.step, walker.ticked) == ("Bring it", {"Receipt": True})
    assert walker.papers[0].id == ids["Receipt"]
    await walker.press("Step before")
    await walker.press("Step before")
    assert walker.ticked == {"Passport": True, "Photo": False}


async def test_papers_leave_the_place_as_it_was(walker: Walker) -> None:
    await walker.say('/step{"id": "tax-card", "at": 1}')
    await walker.press("All papers")
    await walker.press("Go through it step by step")
    assert walker.step == "Pay"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"id": "tax-card"},
        {"id": "tax-card", "step": 0},
        {"id": "tax-card", "step": -4, "paper": 0, "on": True},
        {"id": "tax-card", "step": 0, "paper": -1, "on": True},
        {"id": "tax-card", "step": 0, "paper": 2, "on": True},
        {"id": "tax-card", "step": 1, "paper": 0, "on": True},
        {"id": "tax-card", "step": 4, "paper": 0, "on": True},
        {"id": "tax-card", "step": 10**30, "paper": 10**30, "on": True},
        {"id": "tax-card", "step": "0", "paper": "0", "on": True},
        {"id": "tax-card", "step": True, "paper": False, "on": True},
        {"id": "tax-card", "step": 0.0, "paper": 0, "on": True},
        {"id": "tax-card", "step": [0], "paper": {"x": 0}, "on": True},
        {"id": "health-card", "step": 0, "paper": 0, "on": True},
        {"id": "gone", "step": 0, "paper": 0, "on": True},
        {"id": ["tax-card"], "step": 0, "paper": 0, "on": True},
    ],
)
async def test_a_tick_of_no_paper_ticks_nothing(walker: Walker, values: dict[str, Any]) -> None:
    await walker.say('/step{"id": "tax-card", "at": 2}')
    before = await walker.walk()
    assert (await walker.say(f"/tick{json.dumps(values)}")).text == GONE
    assert await walker.walk() == before


@given(
    step=st.integers(-6, 6) | st.integers(),
    paper=st.integers(-3, 3) | st.integers(),
    on=st.booleans() | st.none(),
    ticked=st.frozensets(st.tuples(st.integers(-5, 5), st.integers(-3, 3)), max_size=4),
)
async def test_a_tick_changes_that_paper_and_no_other(
    walking_answers: Answers, step: int, paper: int, on: bool | None, ticked: frozenset[tuple[int, int]]
) -> None:
    walk = Walk("tax-card", 1, ticked)
    values = {"id": "tax-card", "step": step, "paper": paper, "on": on}
    entities = [{"entity": name, "value": value} for name, value in values.items() if value is not None]
    slots = {"walk": walk.as_slot(), "language": "en"}
    result = await act(walking_answers, "action_tick", "…", intent="tick", entities=entities, slots=slots)
    there = 0 <= step < len(STEPS) and 0 <= paper < len(STEPS[step].papers)
    kept = [Walk.of_slot(event["value"]) for event in result["events"]]
    key = {(step, paper)}
    assert kept == ([Walk("tax-card", 1, ticked | key if on else ticked - key)] if there else [])
    assert (result["responses"][0]["text"] == GONE) == (not there)


async def test_when_a_new_revision_has_fewer_steps_the_button_names_the_last_one(
    walker: Walker, database: Database, answers: Answers
) -> None:
    await walker.say('/step{"id": "tax-card", "at": 3}')
    walker.engine = engine_over(database, publishing(answers, procedure(STEPS[:2])))
    await walker.say("/start")
    assert "Go on: Tax card, step 2" in walker.buttons


async def test_when_a_new_revision_has_fewer_steps_the_walk_within_them_goes_on(
    walker: Walker, database: Database, answers: Answers
) -> None:
    await walker.say('/step{"id": "tax-card", "at": 1}')
    walker.engine = engine_over(database, publishing(answers, procedure(STEPS[:2])))
    await walker.say("/continue")
    assert walker.step == "Pay"
    assert "Done" in walker.buttons


async def test_papers_that_a_new_revision_does_not_have_are_gone(
    walker: Walker, database: Database, answers: Answers
) -> None:
    await walker.say('/papers{"id": "tax-card"}')
    await walker.tick("Receipt")
    old = walker.papers[0].payload
    walker.engine = engine_over(database, publishing(answers, procedure(STEPS[:2])))
    assert (await walker.say(old)).text == GONE
    await walker.say('/papers{"id": "tax-card"}')
    assert walker.ticked == {"Passport": False, "Photo": False}


@pytest.mark.parametrize("later", [[], [procedure([])]], ids=["withdrawn", "without steps"])
async def test_a_procedure_that_is_no_more_is_not_gone_on_with_until_it_is_back(
    walker: Walker, database: Database, answers: Answers, later: list[Article]
) -> None:
    await walker.say('/step{"id": "tax-card", "at": 2}')
    tick, step = walker.papers[0].payload, walker.buttons["Next step"]
    now = walker.engine
    walker.engine = engine_over(database, publishing(answers, *later))
    for text in ("/start", "/help", "/stop"):
        await walker.say(text)
        assert not any(title.startswith("Go on") for title in walker.buttons)
    for text in ("/continue", step):
        assert (await walker.say(text)).text.startswith(NO_MORE)
    for text in (tick, '/papers{"id": "tax-card"}'):
        assert (await walker.say(text)).text == GONE
    walker.engine = now
    await walker.say("/continue")
    assert walker.step == "Bring it"
