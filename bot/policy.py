"""Which action comes next: one small table."""

from rasa_sdk import Tracker

ACTIONS = {
    "answer": "action_answer",
    "article": "action_answer",
    "choices": "action_choices",
    "none": "action_no_answer",
    "no_answer": "action_no_answer",
    "session_start": "action_greet",
}


def next_action(tracker: Tracker, owner: str) -> str | None:
    """The action for the latest message; None while a person owns the conversation."""
    if owner != "bot":
        return None
    return ACTIONS[tracker.latest_message["intent"]["name"]]
