"""`action_topics`: what there is to know, as a menu; and the warm reply to somebody who says only "help"."""

from bot.actions.ability import Ability
from bot.actions.procedure import going_on
from bot.actions.turn import Turn
from bot.blocks import phase_names
from bot.replies import Button
from knowledge_base.documents import Article

# Articles of a topic that are shown at once.
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
        topic, phase = turn.entity("id"), turn.entity("phase")
        name = turn.answers.topic_name(str(topic), turn.reader) if topic else None
        phases = phase_names(turn.texts)
        page = asked if isinstance(asked := turn.entity("page"), int) and asked > 0 else 0
        if topic is not None and name is not None:
            turn.say(f"{name[1]}:")
            offer_topics(turn, topic)
            articles = turn.answers.library.articles_of(topic, set(turn.answers.site.countries))
            more = turn.button(_("More"), "topic", id=topic, page=page + 1)
            self._offer_articles(turn, articles, page, more)
        elif phase in phases:
            turn.say(f"{phases[phase]}:")
            more = turn.button(_("More"), "phase", phase=phase, page=page + 1)
            self._offer_articles(turn, _of_phase(turn, phase), page, more)
        else:
            turn.say(_("What is it about?"))
            offer_topics(turn)
            there = {phase: name for phase, name in phases.items() if _of_phase(turn, phase)}
            turn.offer(*(turn.button(name, "phase", phase=phase) for phase, name in there.items()))
            turn.offer(turn.button(_("Talk to a person"), "human"))

    def _offer_articles(self, turn: Turn, articles: list[Article], page: int, more: Button) -> None:
        """A page of the articles that fit the asker; `more` leads to the next one."""
        _ = turn.texts.gettext
        articles = [article for article in articles if turn.state.case.fits(article)]
        shown = articles[page * PAGE : (page + 1) * PAGE]
        chosen = [(article.id, turn.answers.library.revision(article.id, turn.reader)) for article in shown]
        buttons = [turn.button(found[1].text.title, "article", language=found[0], id=i) for i, found in chosen if found]
        if len(articles) > (page + 1) * PAGE:
            buttons.append(more)
        turn.offer(*buttons, turn.button(_("All topics"), "topics"))


def _of_phase(turn: Turn, phase: str) -> list[Article]:
    return turn.answers.library.articles_in(phase, set(turn.answers.site.countries))


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
