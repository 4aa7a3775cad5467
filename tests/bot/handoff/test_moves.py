from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.moves import (
    BOT,
    DESK,
    MOVES,
    OPEN,
    OUTCOMES,
    OVER,
    Handoff,
    HandoffError,
    Move,
    Name,
    TakenError,
    moved,
)
from tests.conftest import NOW

ANNA, BELA = 1, 2
MOVE = st.builds(
    Move,
    name=st.sampled_from(get_args(Name)),
    at=st.integers(0, 100).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    by=st.sampled_from([None, ANNA, BELA]),
    to=st.sampled_from([ANNA, BELA]),
    urgent=st.booleans(),
    outcome=st.sampled_from(OUTCOMES),
)


def after(*moves: Move) -> Handoff:
    handoff = None
    for move in moves:
        handoff = moved(handoff, move)
    assert handoff is not None
    return handoff


REQUEST, ACCEPT = Move("request", NOW), Move("accept", NOW, by=ANNA)


def test_somebody_who_asks_for_a_person_belongs_to_the_desk_and_then_to_who_accepts() -> None:
    assert after(REQUEST).owner == DESK
    assert after(REQUEST, ACCEPT).owner == "staff-1"
    assert after(REQUEST, ACCEPT, Move("return", NOW, by=ANNA)).owner == BOT


def test_two_counsellors_cannot_take_one_case() -> None:
    taken = after(REQUEST, ACCEPT)
    with pytest.raises(TakenError):
        moved(taken, Move("accept", NOW, by=BELA))
    assert moved(taken, ACCEPT) == taken


@pytest.mark.parametrize("name", ["release", "return", "close"])
def test_only_who_has_a_case_ends_it(name: Name) -> None:
    taken = after(REQUEST, ACCEPT)
    with pytest.raises(TakenError):
        moved(taken, Move(name, NOW, by=BELA))
    assert moved(taken, Move(name, NOW, by=ANNA)).by == ANNA


def test_a_case_can_be_given_to_a_colleague() -> None:
    given = after(REQUEST, ACCEPT, Move("assign", NOW, by=BELA, to=BELA))
    assert given.owner == "staff-2"


def test_who_was_in_danger_once_stays_first() -> None:
    raised = after(REQUEST, Move("raise", NOW), ACCEPT, Move("release", NOW, by=ANNA))
    assert raised.urgent
    assert raised.state == "waiting"


def test_a_case_keeps_its_place_when_it_is_put_back() -> None:
    later = NOW + timedelta(minutes=20)
    back = after(REQUEST, ACCEPT, Move("lapse", later))
    assert (back.requested_at, back.since) == (NOW, later)


def test_a_new_request_forgets_the_old_case() -> None:
    later = NOW + timedelta(days=1)
    again = after(REQUEST, Move("raise", NOW), Move("withdraw", NOW), Move("request", later))
    assert again == Handoff("waiting", "asked", False, later, later)


def test_a_case_that_is_over_can_be_taken_up_again() -> None:
    closed = after(REQUEST, ACCEPT, Move("close", NOW, by=ANNA, outcome="solved"))
    assert closed.outcome == "solved"
    reopened = moved(closed, Move("reopen", NOW, by=BELA))
    assert (reopened.state, reopened.by, reopened.outcome) == ("accepted", BELA, None)


@given(moves=st.lists(MOVE, max_size=12))
def test_there_is_one_owner_whatever_anybody_tries(moves: list[Move]) -> None:
    handoff: Handoff | None = None
    for move in moves:
        try:
            new = moved(handoff, move)
        except HandoffError:
            continue
        origins, state = MOVES[move.name]
        assert (handoff.state if handoff else None) in origins or new == handoff
        assert new.state == state or (state == "" and handoff is not None and new.state == handoff.state)
        assert (new.state in OPEN) != (new.state in OVER)
        assert (new.owner == DESK) == (new.state == "waiting")
        assert (new.owner == BOT) == (new.state not in ("waiting", "accepted"))
        if new.state == "accepted":
            assert new.owner == f"staff-{new.by}"
        handoff = new
