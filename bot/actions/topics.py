"""`action_topics`: what there is to know, as a menu; and the warm reply to somebody who says only "help"."""

from bot.actions.ability import Ability
from bot.actions.procedure import going_on
from bot.actions.turn import Turn
from bot.replies import Button

# Questions of a topic that are shown at once.
PAGE = 8


def offer_topics(turn: Turn, above: str | None = None) -> None:
    """The topics below one, or the uppermost, that have something for this site and asker."""
    buttons = [button for topic in turn.answers.library.subtopics(above) for button in _topic_button(turn, topic.id)]
    if buttons:
        turn.offer(*buttons)


def _topic_button(turn: Turn, topic: str) -> list[Button]:
    library, countries = turn.answers.library, set(turn.answers.site.countries)
    below = [topic, *(t.id for t in library.subtopics(topic))]
    name = turn.answers.topic_name(topic, turn.reader)
    fitting = (turn.state.case.fits(article) for t in below for article in library.articles_of(t, countries))
    if name is None or not any(fitting):
        return []
    return [turn.button(name[1], "topic", language=name[0], id=topic)]


class ActionTopics(Ability):
    action = "action_topics"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        topic = turn.entity("id")
        name = turn.answers.topic_name(str(topic), turn.reader) if topic else None
        if topic is None or name is None:
            turn.say(_("What is it about?"))
            offer_topics(turn)
            turn.offer(turn.button(_("Talk to a person"), "human"))
            return
        turn.say(f"{name[1]}:")
        offer_topics(turn, topic)
        self._offer_questions(turn, topic, page if isinstance(page := turn.entity("page"), int) and page > 0 else 0)

    def _offer_questions(self, turn: Turn, topic: str, page: int) -> None:
        _ = turn.texts.gettext
        articles = turn.answers.library.articles_of(topic, set(turn.answers.site.countries))
        articles = [article for article in articles if turn.state.case.fits(article)]
        shown = articles[page * PAGE : (page + 1) * PAGE]
        chosen = [(article.id, turn.answers.library.revision(article.id, turn.reader)) for article in shown]
        buttons = [turn.button(found[1].text.title, "article", language=found[0], id=i) for i, found in chosen if found]
        if len(articles) > (page + 1) * PAGE:
            buttons.append(turn.button(_("More"), "topic", id=topic, page=page + 1))
        turn.offer(*buttons, turn.button(_("All topics"), "topics"))


class ActionWelcome(Ability):
    """For "help", "I have a problem": nobody has to know the right word."""

    action = "action_welcome"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.outcome = "smalltalk"
        turn.say(_("I am here to help. What is it about? Choose, or write it in your own words."))
        resume = going_on(turn)
        if resume:
            turn.offer(*resume)
        offer_topics(turn)
        turn.offer(turn.button(_("Talk to a person"), "human"))
