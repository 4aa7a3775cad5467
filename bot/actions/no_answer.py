"""`action_no_answer`: say so, and name who may know."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Turn
from bot.blocks import contact_cards
from bot.replies import Block, Reply, Said
from retrieval.answers import Answers


class ActionNoAnswer(Action):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return "action_no_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        _ = turn.texts.gettext
        if turn.intent == "none":
            first = _("None of these, then. Please ask again in other words.")
        else:
            first = _("I have no reviewed answer to this, and I do not want to guess.")
        blocks: list[Block] = [
            Said(language=turn.texts.language, text=first),
            Said(language=turn.texts.language, text=_("These people may be able to help you:")),
            *contact_cards(self._answers.helpers(turn.reader), turn.texts),
        ]
        return turn.utter(dispatcher, Reply(outcome="no_answer", blocks=blocks))
