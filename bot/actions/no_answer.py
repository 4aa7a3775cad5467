"""`action_no_answer`: say so, and name who may know."""

from bot.actions.ability import Ability
from bot.actions.human import offer_person
from bot.actions.language import ask_when_unsure
from bot.actions.turn import Turn
from bot.blocks import contact_cards
from retrieval.shown import Answer

# So many questions in a row without an answer, and a person is better.
ENOUGH = 2


def say_no_answer(turn: Turn, answer: Answer | None) -> None:
    """`answer` is None where the asker took none of the choices."""
    _ = turn.texts.gettext
    misses = turn.state.misses + 1
    turn.outcome = "no_answer"
    turn.remember(misses=misses)
    if misses >= ENOUGH:
        turn.say(_("I cannot answer this well. It is better to ask a person."))
    elif answer is None:
        turn.say(_("None of these, then. Please ask again in other words."))
    else:
        turn.say(_("I have no reviewed answer to this, and I do not want to guess."))
    turn.say(_("Your question is kept, so that editors can see what is missing."))
    name = turn.answers.topic_name(answer.topic, turn.reader) if answer and answer.topic else None
    if answer and answer.topic and name:
        turn.say(_("Perhaps you find it under this topic:"))
        turn.offer(turn.button(name[1], "topic", language=name[0], id=answer.topic))
    turn.say(_("These people may be able to help you:"))
    contacts = answer.contacts if answer else turn.answers.helpers(turn.reader, now=turn.now)
    turn.add(*contact_cards(contacts, turn.texts, turn.now))
    offer_person(turn, "no_answer")


class ActionNoAnswer(Ability):
    action = "action_no_answer"

    def act(self, turn: Turn) -> None:
        turn.remember(asked=None)
        say_no_answer(turn, None if turn.intent == "none" else turn.answer())
        ask_when_unsure(turn)
