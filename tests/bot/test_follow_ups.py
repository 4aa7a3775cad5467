import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import Engine
from bot.policy import ACTIONS
from bot.replies import Step
from bot.state import State, Walk
from bot.understanding import parsed_answer, understand
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.shown import Answer
from tests.bot.conftest import engine_over
from tests.bot.test_engine import begin, blocks, outcome, say
from tests.conftest import NOW

CARD, LICENCE = "health-taj-card", "driving-licence-exchange"
READING = State(language="en", article=CARD, question="How do I get a TAJ card?", last_action="action_answer")
WALKING = replace(READING, walk=Walk(CARD, 1), last_action="action_step")
ADDRESS = "how to register my address"


@pytest.fixture
def engine(database: Database, starter_answers: Answers) -> Engine:
    return engine_over(database, starter_answers)


def meant(text: str, state: State, answers: Answers) -> tuple[str, dict[str, Any], Answer | None]:
    """What a message is in its talk: the intent, its values, and what the knowledge base has on it."""
    parsed = understand(text, answers, now=NOW, state=state)
    return parsed["intent"]["name"], {e["entity"]: e["value"] for e in parsed["entities"]}, parsed_answer(parsed)


def article_of(answer: Answer | None) -> str | None:
    return answer.answer.article if answer and answer.answer else None


@pytest.mark.parametrize("article", [CARD, LICENCE])
@pytest.mark.parametrize(
    ("language", "text", "aspect"),
    [
        ("en", "how much does it cost?", "cost"),
        ("en", "what documents do I need?", "papers"),
        ("en", "where do I go?", "place"),
        ("en", "until when do I have to do it?", "time"),
        ("en", "tell me more", "more"),
        ("en", "what are the steps?", "steps"),
        ("hu", "mennyibe kerül?", "cost"),
        ("hu", "milyen papírok kellenek?", "papers"),
        ("de", "was kostet das?", "cost"),
        ("uk", "скільки це коштує?", "cost"),
        ("uk", "які документи потрібні?", "papers"),
    ],
)
def test_an_aspect_is_asked_of_what_is_being_read(
    starter_answers: Answers, article: str, language: str, text: str, aspect: str
) -> None:
    state = replace(READING, article=article, language=language)
    intent, values, answer = meant(text, state, starter_answers)
    assert (intent, values, article_of(answer)) == ("aspect", {"aspect": aspect}, article)


@pytest.mark.parametrize("article", [None, "an-article-that-is-gone"])
@pytest.mark.parametrize("text", ["how much does it cost?", "what documents do I need?", "and for my wife?"])
def test_without_an_article_there_is_nothing_to_ask_an_aspect_of(
    starter_answers: Answers, article: str | None, text: str
) -> None:
    intent, _, answer = meant(text, State(language="en", article=article), starter_answers)
    assert intent in ("choices", "no_answer", "which_case")
    assert article_of(answer) is None


async def test_an_aspect_is_answered_with_what_the_text_says_on_it_and_no_more(engine: Engine) -> None:
    started = await begin(engine)
    await say(engine, started, "How do I get a TAJ card?")
    cost = (await say(engine, started, "how much does it cost?"))[-1].text
    assert "Cost: Free" in cost
    assert "Where:" not in cost
    place = (await say(engine, started, "where do I go?"))[-1].text
    assert "Where:" in place
    assert "Cost:" not in place


def test_a_long_message_says_itself_what_it_is_about(starter_answers: Answers) -> None:
    text = (
        "my employer wants to know how much it costs and where I have to go with my papers "
        "when I start my new job in Budapest next week"
    )
    intent, _, answer = meant(text, READING, starter_answers)
    assert intent in ("answer", "choices")
    assert article_of(answer) != CARD


def test_a_long_message_is_no_follow_up_whatever_its_words(starter_answers: Answers) -> None:
    short, long = "how much does it cost? " * 3, "how much does it cost? " * 4
    assert meant(short, READING, starter_answers)[0] == "aspect"
    assert meant(long, READING, starter_answers)[0] != "aspect"


def test_a_new_question_is_a_new_topic(starter_answers: Answers) -> None:
    intent, _, answer = meant("How do I exchange my driving licence?", READING, starter_answers)
    assert (intent, article_of(answer)) == ("answer", LICENCE)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "and for my wife?"),
        ("en", "and my children?"),
        ("hu", "és a feleségemnek?"),
        ("de", "und für meine Frau?"),
    ],
)
def test_the_same_for_somebody_else_offers_titles_and_does_not_guess(
    starter_answers: Answers, language: str, text: str
) -> None:
    intent, _, answer = meant(text, replace(READING, language=language), starter_answers)
    assert intent == "choices"
    assert answer is not None
    assert answer.answer is None
    assert CARD in [choice.article for choice in answer.choices]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("next", "next"), ("next step", "next"), ("back please", "back"), ("go back", "back"), ("stop", "stop")],
)
def test_while_walking_a_move_moves(starter_answers: Answers, text: str, intent: str) -> None:
    assert meant(text, WALKING, starter_answers)[:2] == (intent, {})


@pytest.mark.parametrize("text", ["next", "next step", "back please", "go back", "continue"])
async def test_without_a_procedure_a_move_goes_nowhere(engine: Engine, text: str) -> None:
    started = await begin(engine)
    for before in ("/start", text):
        shown = blocks(await say(engine, started, before))
        assert not any(isinstance(block, Step) for block in shown)


def test_while_walking_other_things_can_be_asked(starter_answers: Answers) -> None:
    assert meant("how much does it cost?", WALKING, starter_answers)[:2] == ("aspect", {"aspect": "cost"})
    intent, _, answer = meant("How do I exchange my driving licence?", WALKING, starter_answers)
    assert (intent, article_of(answer)) == ("answer", LICENCE)


@pytest.mark.parametrize("state", [State(language="en"), READING, WALKING, replace(READING, asked=ADDRESS)])
@pytest.mark.parametrize(
    ("text", "intent"),
    [("I want to kill myself tonight", "urgent"), ("can I talk to a real person please", "human")],
)
def test_danger_and_the_wish_for_a_person_are_heard_in_every_talk(
    starter_answers: Answers, state: State, text: str, intent: str
) -> None:
    assert meant(text, state, starter_answers)[0] == intent


@pytest.mark.parametrize("last", ["action_answer", "action_aspect", "action_case"])
@pytest.mark.parametrize(("text", "yes"), [("yes", True), ("no", False)])
def test_after_an_answer_yes_and_no_are_votes_on_it(starter_answers: Answers, last: str, text: str, yes: bool) -> None:
    vote = {"about": f"{CARD}/en/1", "yes": yes}
    assert meant(text, replace(READING, last_action=last), starter_answers)[:2] == ("helped", vote)


@pytest.mark.parametrize(("language", "text", "shown_in"), [("hu", "igen", "hu"), ("de", "ja", "de")])
def test_a_vote_in_words_is_on_the_text_that_was_shown(
    starter_answers: Answers, language: str, text: str, shown_in: str
) -> None:
    vote = {"about": f"{CARD}/{shown_in}/1", "yes": True}
    assert meant(text, replace(READING, language=language), starter_answers)[:2] == ("helped", vote)


async def test_a_vote_in_words_and_one_by_button_are_the_same_vote(engine: Engine) -> None:
    started = await begin(engine)
    await say(engine, started, "How do I get a TAJ card?")
    assert (await say(engine, started, "yes"))[-1].text.startswith("Good to hear.")
    pressed = await say(engine, started, f'/helped{{"about": "{CARD}/en/1", "yes": false}}')
    assert pressed[-1].text == "Thank you, I have noted that already."


def test_no_to_the_choices_is_none_of_these(starter_answers: Answers) -> None:
    state = State(language="en", question="health card football", last_action="action_choices")
    assert meant("no", state, starter_answers)[:2] == ("none", {})


@pytest.mark.parametrize(("text", "sure"), [("yes", True), ("no", False)])
def test_yes_and_no_answer_whether_to_delete(starter_answers: Answers, text: str, sure: bool) -> None:
    state = replace(READING, last_action="action_delete", deleting=True)
    assert meant(text, state, starter_answers)[:2] == ("delete", {"sure": sure})


@pytest.mark.parametrize("last", [None, "action_greet", "action_topics", "action_no_answer", "action_smalltalk"])
@pytest.mark.parametrize("text", ["yes", "no"])
def test_where_nothing_was_asked_yes_and_no_delete_and_vote_nothing(
    starter_answers: Answers, last: str | None, text: str
) -> None:
    intent, _, _ = meant(text, State(language="en", last_action=last), starter_answers)
    assert intent not in ("delete", "helped", "none", "case")


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("I am from Germany", "eea"),
        ("I am from Ukraine", "temporary-protection"),
        ("I asked for asylum", "asylum"),
    ],
)
def test_what_somebody_says_of_themself_answers_the_question_that_waits_for_it(
    starter_answers: Answers, text: str, audience: str
) -> None:
    state = State(language="en", asked=ADDRESS, question="something older", last_action="action_which_case")
    intent, values, answer = meant(text, state, starter_answers)
    assert (intent, values) == ("case", {"audience": audience, "question": ADDRESS})
    assert answer is not None
    assert answer.question == ADDRESS
    assert answer.depends_on != "audience"


def test_the_answer_is_the_one_that_holds_for_who_asks(starter_answers: Answers) -> None:
    state = State(language="en", asked=ADDRESS, last_action="action_which_case")
    assert article_of(meant("I am from Germany", state, starter_answers)[2]) == "address-card-eea"


def test_what_somebody_says_of_themself_changes_what_was_asked_before(starter_answers: Answers) -> None:
    state = State(language="en", question=ADDRESS, audience="third-country", last_action="action_case")
    intent, values, answer = meant("I am from Germany", state, starter_answers)
    assert (intent, values) == ("case", {"audience": "eea", "question": ADDRESS})
    assert article_of(answer) == "address-card-eea"


async def test_what_somebody_says_of_themself_first_is_remembered_for_later_questions(engine: Engine) -> None:
    stranger, known = await begin(engine), await begin(engine)
    assert outcome(await say(engine, stranger, ADDRESS)) == "choices"
    told = await say(engine, known, "I am from Germany")
    assert told[-1].text == "Thank you. I will remember that in this conversation."
    assert outcome(await say(engine, known, ADDRESS)) == "answer"


TEXTS = st.sampled_from(
    [
        *("yes", "no", "next", "back", "stop", "continue", "ok", "42", "qwzx vvkk", "/continue", "/none"),
        *("how much?", "where?", "tell me more", "and for my wife?", "és most?", "I am from Germany"),
        *("How do I get a TAJ card?", ADDRESS),
    ]
)
STATES = st.builds(
    State,
    language=st.sampled_from([None, "en", "hu", "ar", "xx"]),
    language_chosen=st.booleans(),
    article=st.sampled_from([None, CARD, LICENCE, "gone"]),
    question=st.sampled_from([None, ADDRESS, "…"]),
    asked=st.sampled_from([None, ADDRESS]),
    audience=st.sampled_from([None, "eea", "unsaid", "strange"]),
    walk=st.sampled_from([None, Walk(CARD, 1), Walk("gone", 99)]),
    last_action=st.sampled_from([None, *sorted(set(ACTIONS.values()))]),
)


@given(text=TEXTS, state=STATES)
@settings(max_examples=60)
def test_in_any_talk_every_message_means_something_that_the_bot_can_do(
    starter_answers: Answers, text: str, state: State
) -> None:
    parsed = understand(text, starter_answers, now=NOW, state=state)
    assert parsed["intent"]["name"] in ACTIONS
    assert 0 <= parsed["intent"]["confidence"] <= 1
    assert parsed["text"]
    json.dumps(parsed, allow_nan=False)
