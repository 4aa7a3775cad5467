"""Which action comes next: one small table, and the order of the callback form."""

from typing import Final

from rasa_sdk import Tracker

from bot.actions.callback import FIELDS, FORM
from bot.handoff.moves import BOT, DESK

ACTIONS: Final = {
    "answer": "action_answer",
    "article": "action_answer",
    "aspect": "action_aspect",
    "back": "action_step",
    "callback": FORM,
    "case": "action_case",
    "choices": "action_choices",
    "continue": "action_step",
    "delete": "action_delete",
    "help": "action_help",
    "helped": "action_helped",
    "human": "action_human",
    "language": "action_language",
    "next": "action_step",
    "no_answer": "action_no_answer",
    "none": "action_no_answer",
    "papers": "action_papers",
    "phase": "action_topics",
    "privacy": "action_privacy",
    "smalltalk": "action_smalltalk",
    "start": "action_greet",
    "step": "action_step",
    "stop": "action_stop",
    "tick": "action_tick",
    "topic": "action_topics",
    "topics": "action_topics",
    "urgent": "action_urgent",
    "vague": "action_welcome",
    "which_case": "action_which_case",
    "withdraw": "action_withdraw",
}
VALIDATE: Final = f"validate_{FORM}"
SUBMIT, CANCEL = "action_submit_callback", "action_cancel_callback"
ASK: Final = {field: f"action_ask_{field}" for field in FIELDS}


# What the bot still does while somebody waits for a person, and while the person is there.
WAITING: Final = frozenset({"urgent", "human", "withdraw", "callback", "delete", "privacy", "language"})
WITH_A_PERSON: Final = frozenset({"urgent", "delete", "privacy", "language"})


def next_action(tracker: Tracker, owner: str) -> str | None:
    """The action after the latest message or action; None to wait for the next message.

    While the desk or a person owns the conversation the bot is silent, but for help in danger and what is the
    migrant's right.
    """
    done, intent = tracker.latest_action_name, tracker.latest_message["intent"]["name"]
    in_form = tracker.active_loop_name == FORM and owner in (BOT, DESK)
    if done is None and not in_form and owner != BOT and intent not in (WAITING if owner == DESK else WITH_A_PERSON):
        return None
    if done is None:
        if in_form:
            return _in_form(intent)
        # A button of a form that is over.
        return ACTIONS.get(intent, ACTIONS["help"])
    if done == FORM:
        return ASK[FIELDS[0]]
    if done == VALIDATE:
        missing = next((field for field in FIELDS if tracker.get_slot(field) is None), None)
        return ASK[missing] if missing else SUBMIT
    return None


def _in_form(intent: str) -> str:
    """In the form everything is a field, but the way out of it and the way to help in danger."""
    if intent in ("field", "inform"):
        return VALIDATE
    return CANCEL if intent == "stop" else ACTIONS.get(intent, ACTIONS["help"])
