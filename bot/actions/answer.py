"""`action_answer`: quote the article that answers, or the one that was chosen."""

from rasa_sdk.interfaces import ActionExecutionRejection

from bot.actions.ability import Ability
from bot.actions.language import ask_when_unsure
from bot.actions.quotation import quote
from bot.actions.turn import Turn


class ActionAnswer(Ability):
    action = "action_answer"

    def act(self, turn: Turn) -> None:
        if turn.intent == "article":
            answer = turn.answers.open_article(str(turn.entity("id")), now=turn.now, reader=turn.reader)
        else:
            answer = turn.answer()
            turn.remember(question=turn.entity("question") or turn.text, asked=None)
        if turn.intent != "article" and answer is not None and answer.answer is None:
            # Only a Rasa assistant, with an understanding of its own, gets here: it may try something else.
            raise ActionExecutionRejection(self.name(), "there is no reviewed answer to this")
        if answer is None or answer.answer is None:
            turn.say(turn.texts.gettext("This text is no longer here. Please write your question."))
            return
        quote(turn, answer, whole=bool(turn.entity("whole")))
        ask_when_unsure(turn)
