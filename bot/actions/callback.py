"""The callback request: a form of four fields, each checked as it is given.

In a Rasa assistant `callback_form` is a form of its domain, and these are its `validate_callback_form` and its
`action_ask_…` actions. Here the policy asks for the first field that is missing.
"""

import re
from datetime import datetime
from typing import Any, Final

from babel import Locale
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.ability import Ability
from bot.actions.turn import Turn
from bot.state import REQUESTED_SLOT, Event
from bot.texts import Texts
from knowledge_base.languages import endonym, locale
from retrieval.answers import Answers

FORM: Final = "callback_form"
FIELDS: Final = ("callback_name", "callback_contact", "callback_time", "callback_language")
TIMES: Final = ("morning", "afternoon", "evening", "any")

LONGEST_NAME = 60
E_MAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]+\.[^\s@<>\".]{2,}")
# Seven to fifteen digits (ITU-T E.164), however they are grouped.
PHONE = re.compile(r"\+?[\d\s()/.-]+")


def checked_name(text: str) -> str | None:
    name = " ".join(text.split())
    return name if 0 < len(name) <= LONGEST_NAME else None


def checked_contact(text: str) -> str | None:
    """A phone number in ASCII digits, or an e-mail address; None for anything else."""
    given = text.strip()
    if E_MAIL.fullmatch(given) and len(given) <= 254:
        return given
    # int() reads the digits of every script: Arabic and Persian phones type their own.
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in given)
    if PHONE.fullmatch(digits) and 7 <= sum(c.isdigit() for c in digits) <= 15:
        return " ".join(digits.split())
    return None


def checked_time(text: str) -> str | None:
    """One of TIMES as a button sends it, or a person's own words."""
    words = " ".join(text.split())
    return words if 0 < len(words) <= LONGEST_NAME else None


def checked_language(text: str, site: list[str], reader: str) -> str | None:
    """The tag of a site's language that was named, in its own words, in English or in the reader's."""
    named = text.strip().casefold()
    for tag in site:
        names = {endonym(tag), tag, *(_name(locale(tag), locale(other)) for other in ("en", reader))}
        if named in {name.casefold() for name in names}:
            return tag
    return None


def _name(language: Locale, other: Locale) -> str:
    return language.get_display_name(other) or str(language)


class ValidateCallbackForm(FormValidationAction):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return f"validate_{FORM}"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        return list(FIELDS)

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Any]:
        """What was written, or the value of the button, is the field that was asked for."""
        turn = Turn(tracker, self._answers)
        field = tracker.get_slot(REQUESTED_SLOT)
        given = {"field": turn.entity("value"), "inform": turn.text}.get(turn.intent or "")
        return [SlotSet(field, str(given))] if field in FIELDS and given else []

    def validate_callback_name(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, str | None]:
        return {"callback_name": checked_name(value)}

    def validate_callback_contact(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, str | None]:
        return {"callback_contact": checked_contact(value)}

    def validate_callback_time(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, str | None]:
        return {"callback_time": checked_time(value)}

    def validate_callback_language(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, str | None]:
        reader = Turn(tracker, self._answers).reader
        return {"callback_language": checked_language(value, self._answers.site.languages, reader)}


class ActionStartCallback(Action):
    """Begins the form; says nothing itself."""

    def name(self) -> str:
        return FORM

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        return [ActiveLoop(FORM), SlotSet(REQUESTED_SLOT, None), *(SlotSet(field, None) for field in FIELDS)]


def form_ended(at: datetime) -> list[Event]:
    """The events that end the form without a word, for who talks with a person instead."""
    stamp = at.timestamp()
    return [ActiveLoop(None, timestamp=stamp), SlotSet(REQUESTED_SLOT, None, timestamp=stamp)]


class ActionAskField(Ability):
    """`action_ask_FIELD`: asks for a field; asked a second time, says what was wrong."""

    def __init__(self, answers: Answers, field: str) -> None:
        super().__init__(answers)
        self._field = field

    def name(self) -> str:
        return f"action_ask_{self._field}"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        again = turn.slot_before(REQUESTED_SLOT) == self._field
        turn.remember(**{REQUESTED_SLOT: self._field})
        match self._field:
            case "callback_name":
                turn.say(
                    _("That is too long. Please write a shorter name.")
                    if again
                    else _("What may we call you? Any name will do.")
                )
            case "callback_contact":
                if again:
                    turn.say(_("This is neither a phone number nor an e-mail address. Please write it again."))
                else:
                    turn.say(_("At which phone number or e-mail address can we reach you?"))
            case "callback_time":
                turn.say(_("When is the best time?"))
                turn.offer(*(turn.button(name, "field", value=value) for value, name in time_names(turn.texts).items()))
            case "callback_language":
                turn.say(
                    _("I do not know this language. Please choose one of these.") if again else _("In which language?")
                )
                site = turn.answers.site.languages
                tags = site if again else list(dict.fromkeys([turn.reader, "en", turn.answers.site.default_language]))
                turn.offer(
                    *(turn.button(endonym(tag), "field", language=tag, value=tag) for tag in tags if tag in site)
                )
        turn.offer(turn.button(_("Cancel"), "stop"))


def time_names(texts: Texts) -> dict[str, str]:
    _ = texts.gettext
    return {
        "morning": _("In the morning"),
        "afternoon": _("In the afternoon"),
        "evening": _("In the evening"),
        "any": _("At any time"),
    }


class ActionSubmitCallback(Action):
    """All fields are there: the engine keeps them apart, sealed, and the slots are emptied."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return "action_submit_callback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        _ = turn.texts.gettext
        turn.say(_("Thank you. Your request is kept, and somebody will contact you. I cannot promise when."))
        turn.say(_("You can go on asking here."))
        return [*turn.finish(dispatcher), ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


class ActionCancelCallback(Action):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return "action_cancel_callback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        turn.say(turn.texts.gettext("I have cancelled that. Nothing of it was kept."))
        events = [SlotSet(field, None) for field in (REQUESTED_SLOT, *FIELDS)]
        return [*turn.finish(dispatcher), ActiveLoop(None), *events]
