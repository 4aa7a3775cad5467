"""`action_which_case`, `action_case`: ask who asks where the answer depends on it, remember it, and answer."""

from dataclasses import replace

from bot.actions.ability import Ability
from bot.actions.choices import say_choices
from bot.actions.no_answer import say_no_answer
from bot.actions.quotation import quote
from bot.actions.turn import Turn
from bot.blocks import case_names
from bot.state import UNSAID

DIMENSIONS = ("audience", "purpose")


class ActionWhichCase(Ability):
    action = "action_which_case"

    def act(self, turn: Turn) -> None:
        answer = turn.answer()
        dimension = turn.entity("dimension") or (answer.depends_on if answer else None)
        ask_case(turn, dimension or "audience", turn.entity("question") or turn.text)


class ActionCase(Ability):
    """Takes what the asker said of themself; the question that waited for it is answered now."""

    action = "action_case"

    def act(self, turn: Turn) -> None:
        known = {name: turn.entity(name) for name in DIMENSIONS if turn.entity(name)}
        turn.remember(**known, asked=None)
        turn.state = replace(turn.state, **known)
        if UNSAID not in known.values():
            turn.say(turn.texts.gettext("Thank you. I will remember that in this conversation."))
        answer, question = turn.answer(), turn.entity("question")
        if answer is None or question is None:
            return
        turn.remember(question=question)
        if answer.depends_on and getattr(turn.state, answer.depends_on) is None:
            ask_case(turn, answer.depends_on, question)
        elif answer.outcome == "answer" and not answer.depends_on:
            quote(turn, answer)
        elif answer.outcome in ("answer", "choices"):
            say_choices(turn, answer)
        else:
            say_no_answer(turn, answer)


def ask_case(turn: Turn, dimension: str, question: str) -> None:
    """One short question with buttons, and why it is asked."""
    _ = turn.texts.gettext
    turn.outcome = "choices"
    turn.remember(asked=question)
    turn.say(
        _("The answer is not the same for everybody. I ask this only to find the right text, "
          "and remember it in this conversation only.")
    )  # fmt: skip
    turn.say(_("Which of these is true for you?"))
    buttons = [
        turn.button(name, "case", **{dimension: value}) for value, name in case_names(turn.texts, dimension).items()
    ]
    turn.offer(*buttons)
