"""`action_aspect`: what the running article says on one thing: the cost, the papers, the place, the time, the steps."""

from bot.actions.ability import Ability
from bot.actions.procedure import say_papers
from bot.actions.quotation import quote
from bot.actions.turn import Turn
from bot.blocks import answer_blocks, audience_caveat, closing_blocks, notice_blocks, steps_block
from bot.state import Walk
from retrieval.shown import Answer, ShownAnswer

# What a step has to say on an aspect.
FIELDS = {"cost": "fee", "papers": "papers", "place": "place", "time": "deadline"}


class ActionAspect(Ability):
    action = "action_aspect"

    def act(self, turn: Turn) -> None:
        answer = turn.answer()
        if answer is None or answer.answer is None:
            turn.say(turn.texts.gettext("This text is no longer here. Please write your question."))
            return
        shown, aspect = answer.answer, turn.entity("aspect")
        turn.outcome = "answer"
        turn.remember(article=shown.article, aspect=None, misses=0)
        if aspect in ("more", "steps"):
            quote(turn, answer, whole=True)
        elif aspect == "papers" and any(step.papers for step in shown.steps):
            self._open(turn, answer)
            walk = turn.state.walk
            known = walk if walk and walk.article == shown.article else Walk(shown.article, 0)
            say_papers(turn, shown, known)
        else:
            self._quote_part(turn, answer, shown, FIELDS.get(aspect))

    def _open(self, turn: Turn, answer: Answer) -> None:
        assert answer.answer is not None  # noqa: S101
        turn.add(*notice_blocks(answer.notices), *audience_caveat(answer.answer, turn.state.case, turn.texts))

    def _quote_part(self, turn: Turn, answer: Answer, shown: ShownAnswer, field: str | None) -> None:
        self._open(turn, answer)
        in_steps = [step for step in shown.steps if field and getattr(step, field)]
        if field and not in_steps and shown.passage_kind != "section":
            turn.say(turn.texts.gettext("The text says nothing more exact on this. This is what it says:"))
        if in_steps and field:
            turn.title(shown)
            turn.add(steps_block(in_steps, shown.language, turn.texts, fields=(field,)))
        else:
            turn.add(*answer_blocks(shown, turn.texts, whole=False))
            return
        turn.add(*closing_blocks(shown, turn.texts, whole=False))
