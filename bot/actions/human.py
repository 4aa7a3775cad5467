"""`action_human`: the way to a person, never limited and never questioned."""

from bot.actions.ability import Ability
from bot.actions.turn import Turn
from bot.blocks import contact_cards


def offer_person(turn: Turn) -> None:
    """The button that leads to a person."""
    _ = turn.texts.gettext
    if turn.answers.site.callbacks:
        turn.offer(turn.button(_("Ask to be called back"), "callback"), turn.button(_("All topics"), "topics"))
    else:
        turn.offer(turn.button(_("Talk to a person"), "human"), turn.button(_("All topics"), "topics"))


class ActionHuman(Ability):
    action = "action_human"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.outcome = "human"
        running = turn.answers.library.articles.get(turn.state.article or "")
        topic = running.facts.topics[0] if running else None
        turn.say(_("A person can help you. You reach these people:"))
        turn.add(*contact_cards(turn.answers.helpers(turn.reader, topic), turn.texts))
        if turn.answers.site.callbacks:
            turn.say(_("Or somebody calls you back:"))
            turn.offer(turn.button(_("Ask to be called back"), "callback"))
