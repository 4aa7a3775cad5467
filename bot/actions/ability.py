"""The frame of an action: read the turn, act, reply."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Turn
from retrieval.answers import Answers


class Ability(Action, ABC):
    """An action that says one thing; `action` is its name."""

    action: ClassVar[str]

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        self.act(turn)
        return turn.finish(dispatcher)

    @abstractmethod
    def act(self, turn: Turn) -> None:
        """Say what is to be said, and remember what is to be remembered."""
