import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.payloads import payload
from bot.state import State
from bot.understanding import parsed_answer, understand
from retrieval.answers import Answers
from retrieval.question import QuestionError
from tests.conftest import NOW


@given(whole=st.booleans(), article=st.sampled_from(["health-card", "tax-card"]))
def test_a_buttons_payload_comes_back_as_what_it_says(answers: Answers, article: str, whole: bool) -> None:
    parsed = understand(
        payload("article", id=article, **({"whole": True} if whole else {})),
        answers,
        now=NOW,
        state=State(language="en"),
    )
    found = {entity["entity"]: entity["value"] for entity in parsed["entities"]}
    assert parsed["intent"]["name"] == "article"
    assert found == {"id": article, **({"whole": True} if whole else {})}


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just("health-card"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "whole", "x"]), inner),
    max_leaves=5,
)


@given(value=VALUES)
@settings(max_examples=200)
def test_nothing_of_a_strange_payload_is_kept(answers: Answers, value: object) -> None:
    parsed = understand(
        "/article" + json.dumps({"id": value, "more": value}), answers, now=NOW, state=State(language="en")
    )
    known = value == "health-card"
    assert parsed["entities"] == ([{"entity": "id", "value": "health-card"}] if known else [])
    assert parsed["text"] == ("Health card" if known else "…")


@given(text=st.text(max_size=80).map(lambda rest: f"/{rest}"))
@settings(max_examples=100, deadline=None)
def test_any_text_that_begins_like_a_payload_is_understood_or_refused(answers: Answers, text: str) -> None:
    try:
        parsed = understand(text, answers, now=NOW, state=State(language="en"))
    except QuestionError:
        return
    json.dumps(parsed, allow_nan=False).encode()
    assert parsed["text"]


@pytest.mark.parametrize("text", ['article{"id": "health-card"}', "//help", "and/or"])
def test_a_text_that_only_looks_like_a_payload_is_a_question(answers: Answers, text: str) -> None:
    assert understand(text, answers, now=NOW, state=State(language="en"))["text"] == text


def test_space_around_a_payload_does_not_matter(answers: Answers) -> None:
    assert understand(" /none \n", answers, now=NOW, state=State(language="en"))["intent"]["name"] == "none"


def test_none_of_these_reads_in_the_persons_language(answers: Answers) -> None:
    assert understand("/none", answers, now=NOW, state=State(language="hu"))["text"] == "Egyik sem"


def test_a_question_carries_its_answer(answers: Answers) -> None:
    answer = parsed_answer(understand("How do I get a health card?", answers, now=NOW, state=State()))
    assert answer is not None
    assert answer.answer is not None
    assert answer.answer.article == "health-card"
