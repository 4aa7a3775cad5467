"""`action_smalltalk`: a fitting short reply to what is no question."""

from bot.actions.ability import Ability
from bot.actions.greet import say_what_this_is
from bot.actions.human import offer_person
from bot.actions.procedure import going_on
from bot.actions.turn import Turn


class ActionSmalltalk(Ability):
    action = "action_smalltalk"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.outcome = "smalltalk"
        kind = turn.entity("kind")
        if kind == "bot":
            say_what_this_is(turn)
            offer_person(turn, "asked")
            return
        sentences = {
            "greeting": _("Hello! What would you like to know?"),
            "thanks": _("You are welcome. Ask me whenever you need something."),
            "goodbye": _("Goodbye, and all the best. You can come back to this conversation."),
            "insult": _("I am sorry that I could not help. Perhaps a person can."),
            "ok": _("Good. Is there anything else?"),
            "link": _("I do not open links. Please write your question in your own words."),
            "picture": _("I cannot look at pictures. Nothing of it is kept. Please write your question in words."),
            "voice": _(
                "I cannot listen to voice messages. Nothing of it is kept. Please write your question in words."
            ),
            "file": _("I cannot open files. Nothing of it is kept. Please write your question in words."),
        }
        turn.say(
            sentences.get(kind, _("I did not understand that. Please write your question in words, in any language."))
        )
        if kind == "insult":
            offer_person(turn, "asked")
        elif kind == "greeting" and (resume := going_on(turn)):
            turn.offer(*resume)
