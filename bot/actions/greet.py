"""`action_greet`, `action_help`, `action_privacy`: what this is, what can be done here, and what is kept."""

from bot.actions.ability import Ability
from bot.actions.procedure import going_on
from bot.actions.turn import Turn
from bot.privacy import kept


def say_what_this_is(turn: Turn) -> None:
    _ = turn.texts.gettext
    turn.say(
        _("I am a program. I quote texts that people have reviewed, with their source and date. "
          "This is information, not legal advice.")
    )  # fmt: skip


class ActionGreet(Ability):
    action = "action_greet"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.say(_("Hello. Ask your question in your own words and in your own language."))
        say_what_this_is(turn)
        buttons = [
            *going_on(turn),
            turn.button(_("All topics"), "topics"),
            turn.button(_("Talk to a person"), "human"),
            turn.button(_("Change the language"), "language"),
        ]
        turn.offer(*buttons)


class ActionHelp(Ability):
    action = "action_help"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.say(_("Write your question in your own words. You can also choose here:"))
        turn.offer(
            *going_on(turn),
            turn.button(_("All topics"), "topics"),
            turn.button(_("Talk to a person"), "human"),
            turn.button(_("Change the language"), "language"),
            turn.button(_("What is kept of this conversation"), "privacy"),
            turn.button(_("Delete this conversation"), "delete"),
        )


class ActionPrivacy(Ability):
    action = "action_privacy"

    def act(self, turn: Turn) -> None:
        for sentence in kept(turn.texts, turn.answers.privacy(turn.reader, now=turn.now)):
            turn.say(sentence)
        turn.offer(turn.button(turn.texts.gettext("Delete this conversation"), "delete"))
