"""`action_language`: choose the language, and read on in it."""

from bot.actions.ability import Ability
from bot.actions.quotation import quote
from bot.actions.turn import Turn
from knowledge_base.languages import SERBO_CROATIAN, endonym

# Languages that are offered to somebody whose language is not sure.
FEW = 3


def offer_languages(turn: Turn, tags: list[str]) -> None:
    turn.offer(*(turn.button(endonym(tag), "language", language=tag, code=tag) for tag in tags))


def ask_when_unsure(turn: Turn) -> None:
    """Ask somebody who has not chosen, if the language was a guess, or one that only they can name."""
    answer = turn.answer()
    if turn.state.language_chosen or answer is None:
        return
    site = turn.answers.site.languages
    cluster = [tag for tag in site if tag in SERBO_CROATIAN]
    unsure = turn.state.language is None and not answer.language.sure
    unnamed = turn.reader in cluster and turn.state.language not in cluster
    if not (unsure or unnamed):
        return
    likely = cluster if unnamed else list(dict.fromkeys([*answer.language.alternatives, turn.reader]))[:FEW]
    if len(likely) > 1:
        turn.say(turn.texts.gettext("Which language shall we use?"))
        offer_languages(turn, likely)


class ActionLanguage(Ability):
    action = "action_language"

    def act(self, turn: Turn) -> None:
        code = turn.entity("code")
        if code not in turn.answers.site.languages:
            turn.say(turn.texts.gettext("Which language shall we use?"))
            offer_languages(turn, turn.answers.site.languages)
            return
        turn.speak(code)
        turn.remember(language_chosen=True)
        sentence = turn.texts.gettext("From now on I answer in this language: {language}.")
        turn.say(sentence.format(language=endonym(code)))
        running = turn.state.article
        opened = turn.answers.open_article(running, now=turn.now, reader=turn.reader) if running else None
        if opened is not None:
            quote(turn, opened)
