"""`action_human`: the way to a person, never limited and never questioned; `action_withdraw`: back from it."""

from datetime import timedelta
from typing import Any

from bot.actions.ability import Ability
from bot.actions.turn import Turn
from bot.blocks import contact_cards
from bot.handoff.cases import SLOT
from bot.handoff.moves import REASONS
from bot.handoff.prospects import SLOT as PROSPECT
from bot.handoff.routing import Prospect
from knowledge_base.languages import endonym


def offer_person(turn: Turn, why: str) -> None:
    """The buttons that lead to a person; `why` is one of a handoff's reasons."""
    _ = turn.texts.gettext
    called = [turn.button(_("Ask to be called back"), "callback")] if turn.answers.site.callbacks else []
    turn.offer(turn.button(_("Talk to a person"), "human", why=why), *called, turn.button(_("All topics"), "topics"))


class ActionHuman(Ability):
    """Where the site has a desk, the conversation goes to it; else the contacts are all there is."""

    action = "action_human"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.outcome = "human"
        running = turn.answers.library.articles.get(turn.state.article or "")
        topic = running.facts.topics[0] if running else None
        prospect = Prospect.of_slot(turn.slot(PROSPECT))
        if prospect is None:
            turn.say(_("A person can help you. You reach these people:"))
        else:
            turn.remember(**{SLOT: _request(turn, topic, running.facts.country if running else None)})
            _tell(turn, prospect)
            turn.say(_("Meanwhile these people may be able to help you:"))
        turn.add(*contact_cards(turn.answers.helpers(turn.reader, topic, now=turn.now), turn.texts, turn.now))
        if turn.answers.site.callbacks:
            turn.say(_("Or somebody calls you back:"))
            turn.offer(turn.button(_("Ask to be called back"), "callback"))
        if prospect is not None:
            turn.offer(turn.button(_("Go on with the assistant"), "withdraw"))


def _request(turn: Turn, topic: str | None, country: str | None) -> dict[str, Any]:
    why = turn.entity("why")
    reason = "urgent" if turn.state.urgency else why if why in REASONS else "asked"
    return {"move": "request", "reason": reason, "language": turn.reader, "topic": topic, "country": country}


def _tell(turn: Turn, prospect: Prospect) -> None:
    """What to expect, and no more than is known."""
    _ = turn.texts.gettext
    if prospect.there:
        turn.say(_("A person comes into this conversation. You can already write what it is about."))
        if prospect.ahead:
            turn.say(_("People before you: {number}").format(number=turn.texts.number(prospect.ahead)))
        if prospect.usual_s is not None:
            time = turn.texts.duration(timedelta(seconds=prospect.usual_s))
            turn.say(_("How long people waited lately: {time}").format(time=time))
    else:
        turn.say(_("Nobody is here right now. Your question is kept: write it here, and a person answers here."))
        if prospect.opens is not None:
            turn.say(_("Somebody is here again: {time}").format(time=turn.texts.moment(prospect.opens, turn.now)))
    if prospect.shared is not None:
        sentence = _("Nobody here speaks your language. The person writes in this one: {language}")
        turn.say(sentence.format(language=endonym(prospect.shared)))


class ActionWithdraw(Ability):
    action = "action_withdraw"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.remember(**{SLOT: {"move": "withdraw"}})
        turn.say(_("You can go on asking here."))
        turn.offer(turn.button(_("All topics"), "topics"))
