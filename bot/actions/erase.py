"""`action_delete`: delete the conversation, after asking once. The engine erases what `ended` says is no more."""

from bot.actions.ability import Ability
from bot.actions.turn import Turn


class ActionDelete(Ability):
    action = "action_delete"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        sure = turn.entity("sure")
        turn.remember(deleting=True if sure is None else None)
        if sure is None:
            turn.say(_("Delete everything you wrote here?"))
            turn.offer(
                turn.button(_("Yes, delete everything"), "delete", sure=True),
                turn.button(_("No, keep it"), "delete", sure=False),
            )
        elif sure:
            turn.say(_("Everything that you wrote here is deleted."))
            turn.ended = True
        else:
            turn.say(_("Nothing was deleted."))
