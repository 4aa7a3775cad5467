"""`action_helped`: take the vote on an answer, once for each revision, and do not leave a "no" alone."""

from bot.actions.ability import Ability
from bot.actions.human import offer_person
from bot.actions.turn import Turn


class ActionHelped(Ability):
    action = "action_helped"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        about, yes = turn.entity("about"), bool(turn.entity("yes"))
        if not about:
            turn.say(_("This text is no longer here. Please write your question."))
            return
        if about in turn.state.voted:
            turn.say(_("Thank you, I have noted that already."))
            return
        turn.remember(voted=[*turn.state.voted, about])
        if yes:
            turn.say(_("Good to hear. Ask me whenever you need something."))
            return
        turn.say(_("I am sorry. Perhaps one of these helps, or a person."))
        related = turn.answers.related(
            about.split("/")[0], year=turn.now.year, reader=turn.reader, case=turn.state.case
        )
        if related:
            turn.offer(*(turn.button(c.title, "article", language=c.language, id=c.article) for c in related))
        offer_person(turn, "feedback")
