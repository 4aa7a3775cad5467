"""`action_answer`: quote the article that answers, or the one that was chosen."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Turn
from bot.blocks import answer_blocks, contact_cards, notice_blocks
from bot.replies import Block, Reply, Said
from retrieval.answers import Answers
from retrieval.shown import Answer


class ActionAnswer(Action):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(tracker, self._answers)
        if turn.intent == "article":
            answer = self._answers.open_article(str(turn.entity("id")), now=turn.now, reader=turn.reader)
        else:
            answer = turn.answer()
        if answer is None or answer.answer is None:
            text = turn.texts.gettext("This text is no longer here. Please write your question.")
            return turn.utter(dispatcher, Reply(outcome=None, blocks=[Said(language=turn.texts.language, text=text)]))
        whole = bool(turn.entity("whole"))
        return turn.utter(dispatcher, Reply(outcome="answer", blocks=_blocks(turn, answer, whole)))


def _blocks(turn: Turn, answer: Answer, whole: bool) -> list[Block]:
    assert answer.answer is not None  # noqa: S101
    blocks: list[Block] = [*notice_blocks(answer.notices)]
    blocks += answer_blocks(answer.answer, turn.texts, whole=whole)
    blocks += contact_cards(answer.contacts, turn.texts)
    return blocks
