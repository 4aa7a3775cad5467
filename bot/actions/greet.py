"""`action_greet`, `action_help`, `action_privacy`: what this is, what can be done here, and what is kept."""

from bot.actions.ability import Ability
from bot.actions.procedure import going_on
from bot.actions.turn import Turn


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
        _ = turn.texts.gettext
        turn.say(
            _("You need no account and no name here. What you write is kept with this conversation, "
              "so that it goes on where you left it and editors can see which answers are missing.")
        )  # fmt: skip
        if turn.answers.site.callbacks:
            turn.say(
                _("Only if you ask to be called back, I ask for a name and a number. "
                  "They are kept apart from the conversation, encrypted.")
            )  # fmt: skip
        turn.say(_("If you ask for a person, that person reads this conversation."))
        kept_for = turn.texts.days(turn.answers.site.retention_days)
        turn.say(
            _("If nothing more is written here and no person is dealing with it, everything is deleted after: {time}")
            .format(time=kept_for)
        )  # fmt: skip
        turn.say(_("You can delete everything at any time."))
        turn.offer(turn.button(_("Delete this conversation"), "delete"))
