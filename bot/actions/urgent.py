"""`action_urgent`: whom to call at once, then a person; nothing is asked first."""

from bot.actions.ability import Ability
from bot.actions.turn import Turn
from bot.blocks import contact_cards
from bot.replies import Button

READINGS = 2


class ActionUrgent(Ability):
    action = "action_urgent"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        urgency = turn.entity("urgency")
        turn.outcome = "urgent"
        turn.remember(misses=0, asked=None, urgency=None if turn.entity("again") else urgency)
        turn.say(
            {
                "suicide": _("I am glad that you wrote this. You are not alone. Please call now:"),
                "deportation": _("This cannot wait. Please call these people now:"),
            }.get(urgency, _("You are not alone. If somebody is in danger now, call at once:"))
        )
        turn.add(*contact_cards(turn.answers.crisis(urgency, turn.reader, now=turn.now), turn.texts, turn.now))
        if turn.answers.site.callbacks:
            turn.say(_("You can also ask that a person calls you. Such requests come first."))
            turn.offer(turn.button(_("Ask to be called back"), "callback"))
        turn.offer(turn.button(_("Talk to a person"), "human", why="urgent"))
        readings = _readings(turn, urgency)
        if readings:
            turn.say(_("When you are safe, you can read this:"))
            turn.offer(*readings)


def _readings(turn: Turn, urgency: str | None) -> list[Button]:
    """The nearest articles on what the crisis contacts stand for."""
    answer = turn.answer()
    library = turn.answers.library
    contacts = (library.contacts.get(i) for i in turn.answers.site.crisis_contacts(urgency))
    topics = {topic for contact in contacts if contact for topic in contact.topics}
    sure = turn.answers.calibration.answer_from
    near = [
        choice
        for choice in (answer.choices if answer else [])
        # A question that was wrongly taken for danger still finds its answer.
        if choice.confidence >= sure or topics & set(library.articles[choice.article].facts.topics)
    ]
    return [turn.button(c.title, "article", language=c.language, id=c.article) for c in near[:READINGS]]
