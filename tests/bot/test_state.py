import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk.events import ActiveLoop, SlotSet, UserUttered

from bot.state import UNSAID, State, Walk, active_loop_of, slots_of
from knowledge_base.languages import TAG
from retrieval.case import Case

NUMBERS = st.integers(-(10**6), 10**6)
PAIRS = st.tuples(NUMBERS, NUMBERS)
WALKS = st.builds(Walk, st.text(), NUMBERS, st.frozensets(PAIRS))
ATOMS = st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=True, allow_infinity=False) | st.text(max_size=6)
ANYTHING = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NEARLY_WALKS = st.fixed_dictionaries(
    {}, optional={"article": ANYTHING, "at": ANYTHING, "ticked": ANYTHING}
) | st.builds(
    lambda walk, key, value: {**walk.as_slot(), key: value},
    WALKS,
    st.sampled_from(["article", "at", "ticked", "more"]),
    ANYTHING | st.lists(st.lists(ATOMS, max_size=3), max_size=3),
)
WORDS = ("language", "article", "question", "asked", "audience", "purpose")


@given(walk=WALKS)
def test_a_walk_comes_back_from_its_stored_slot(walk: Walk) -> None:
    assert Walk.of_slot(json.loads(json.dumps(walk.as_slot()))) == walk


@given(value=ANYTHING | NEARLY_WALKS)
def test_any_slot_is_a_walk_that_can_be_stored_again_or_none(value: Any) -> None:
    walk = Walk.of_slot(value)
    if walk is not None:
        assert type(walk.at) is int
        assert Walk.of_slot(json.loads(json.dumps(walk.as_slot()))) == walk


@pytest.mark.parametrize(
    "value",
    [
        None,
        "tax-card",
        [],
        {},
        {"article": "tax-card", "at": 1},
        {"article": "tax-card", "at": None, "ticked": []},
        {"article": "tax-card", "at": "first", "ticked": []},
        {"article": "tax-card", "at": float("nan"), "ticked": []},
        {"article": "tax-card", "at": 1, "ticked": 5},
        {"article": "tax-card", "at": 1, "ticked": [1]},
        {"article": "tax-card", "at": 1, "ticked": [[1, 2, 3]]},
    ],
)
def test_what_lacks_a_part_of_a_walk_is_none(value: Any) -> None:
    assert Walk.of_slot(value) is None


SLOTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(WORDS, ANYTHING),
        "language_chosen": ANYTHING,
        "walk": ANYTHING | NEARLY_WALKS,
        "misses": st.none() | st.integers(0),
        "voted": st.none() | st.lists(st.text()),
        "callback_name": ANYTHING,
    },
)


@given(slots=SLOTS)
def test_any_slots_are_read_as_values_of_their_kinds(slots: dict[str, Any]) -> None:
    state = State.of(slots)
    for name in WORDS:
        assert getattr(state, name) in (None, slots.get(name))
        assert isinstance(getattr(state, name), str | None)
    assert state.language is None or TAG.fullmatch(state.language)
    assert state.walk is None or isinstance(state.walk, Walk)
    assert state.misses == (slots.get("misses") or 0)
    assert state.voted == tuple(slots.get("voted") or ())
    assert isinstance(state.case, Case)


@pytest.mark.parametrize("said", ["Hungarian", "HU", "", "hu; drop", "hu\n", 5, ["hu"], None])
def test_a_language_that_is_no_tag_is_none(said: Any) -> None:
    assert State.of({"language": said}).language is None


@pytest.mark.parametrize("tag", ["hu", "sr-Latn", "zh-Hans", "sr-RS"])
def test_a_languages_tag_is_kept(tag: str) -> None:
    assert State.of({"language": tag}).language == tag


def test_who_would_rather_not_say_has_the_case_of_anybody() -> None:
    state = State.of({"audience": UNSAID, "purpose": "work"})
    assert state.audience == UNSAID
    assert state.case == Case(audience=None, purpose="work")


@given(sets=st.lists(st.tuples(st.sampled_from("abc"), NUMBERS)))
def test_the_last_value_of_a_slot_counts(sets: list[tuple[str, int]]) -> None:
    events = [event for name, value in sets for event in (UserUttered("text"), SlotSet(name, value))]
    assert slots_of(events) == dict(sets)


def test_a_form_is_active_from_its_start_to_its_end() -> None:
    asked = [UserUttered("text"), SlotSet("callback_form", 1)]
    assert active_loop_of(asked) is None
    started = [*asked, ActiveLoop("callback_form"), UserUttered("text")]
    assert active_loop_of(started) == "callback_form"
    ended = [*started, ActiveLoop(None), *asked]
    assert active_loop_of(ended) is None
    assert active_loop_of([*ended, ActiveLoop("callback_form")]) == "callback_form"
