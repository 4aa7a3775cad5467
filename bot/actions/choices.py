"""`action_choices`: in the middle band of confidence, offer titles instead of guessing."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Turn
from bot.blocks import choice_buttons
from bot.replies import Block, Reply, Said
from retrieval.answers import Answers


class ActionChoices(Action):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return "action_choices"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        answer = turn.answer()
        text = turn.texts.gettext("I am not sure what you mean. Is it one of these?")
        blocks: list[Block] = [
            Said(language=turn.texts.language, text=text),
            choice_buttons(answer.choices if answer else [], turn.texts),
        ]
        return turn.utter(dispatcher, Reply(outcome="choices", blocks=blocks))
