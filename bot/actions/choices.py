"""`action_choices`: in the middle band of confidence, offer titles instead of guessing."""

from bot.actions.ability import Ability
from bot.actions.language import ask_when_unsure
from bot.actions.turn import Turn
from bot.blocks import choice_buttons
from retrieval.shown import Answer


def say_choices(turn: Turn, answer: Answer | None) -> None:
    turn.outcome = "choices"
    turn.remember(article=None, misses=0)
    turn.say(turn.texts.gettext("I am not sure what you mean. Is it one of these?"))
    turn.add(choice_buttons(answer.choices if answer else [], turn.texts))


class ActionChoices(Ability):
    action = "action_choices"

    def act(self, turn: Turn) -> None:
        turn.remember(question=turn.entity("question") or turn.text, aspect=turn.entity("aspect"), asked=None)
        say_choices(turn, turn.answer())
        ask_when_unsure(turn)
