"""`action_greet`: say honestly what this is."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Turn
from bot.replies import Block, Reply, Said
from retrieval.answers import Answers


class ActionGreet(Action):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return "action_greet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        _ = turn.texts.gettext
        lines = [
            _("Hello. Ask your question in your own words and in your own language."),
            _("I am a program. I quote texts that people have reviewed, with their source and date. "
              "This is information, not legal advice."),
        ]  # fmt: skip
        blocks: list[Block] = [Said(language=turn.texts.language, text=line) for line in lines]
        return turn.utter(dispatcher, Reply(outcome=None, blocks=blocks))
