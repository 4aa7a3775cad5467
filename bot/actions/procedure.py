"""`action_step`, `action_papers`, `action_tick`, `action_stop`: through a procedure, one step at a time."""

from dataclasses import replace

from bot import button_titles
from bot.actions.ability import Ability
from bot.actions.quotation import ask_whether_it_helped
from bot.actions.turn import Turn
from bot.blocks import audience_caveat, checklist, notice_blocks, step_block
from bot.replies import Button
from bot.state import Walk
from retrieval.shown import Answer, ShownAnswer

MOVES = {"next": 1, "back": -1}


def going_on(turn: Turn) -> list[Button]:
    """The button that goes on with a procedure where it was left, if one was."""
    title = button_titles.going_on(turn.state, turn.texts, turn.answers)
    return [turn.button(title, "continue")] if title else []


def _opened(turn: Turn, article: str | None) -> tuple[Answer, ShownAnswer] | None:
    """The procedure, if it still is one."""
    answer = turn.answers.open_article(article, now=turn.now, reader=turn.reader) if article else None
    if answer is None or answer.answer is None or not answer.answer.steps:
        return None
    return answer, answer.answer


def _walk(turn: Turn, article: str) -> Walk:
    known = turn.state.walk
    return known if known and known.article == article else Walk(article, 0)


class ActionStep(Ability):
    """The step that a button names, the next, the one before, or the one where the walk was left."""

    action = "action_step"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        left = turn.state.walk
        article = turn.entity("id") or (left.article if left else turn.state.article)
        opened = _opened(turn, article)
        if opened is None:
            turn.say(_("There is no procedure to go on with. Ask a question, or choose a topic."))
            turn.offer(turn.button(_("All topics"), "topics"))
            return
        answer, shown = opened
        walk, last = _walk(turn, shown.article), len(shown.steps) - 1
        # A new revision may have fewer steps than there were.
        walk = replace(walk, at=min(walk.at, last))
        begun = left is not None and left.article == shown.article
        at = turn.entity("at")
        target = at if isinstance(at, int) else walk.at + (MOVES.get(turn.intent or "", 0) if begun else 0)
        if target >= len(shown.steps):
            self._finish(turn, shown)
            return
        walk = replace(walk, at=max(0, target))
        turn.remember(walk=walk.as_slot(), article=shown.article, misses=0)
        self._show(turn, answer, shown, walk)

    def _show(self, turn: Turn, answer: Answer, shown: ShownAnswer, walk: Walk) -> None:
        _ = turn.texts.gettext
        step, count = shown.steps[walk.at], len(shown.steps)
        turn.outcome = "answer"
        if walk.at == 0:
            turn.add(*notice_blocks(answer.notices), *audience_caveat(shown, turn.state.case, turn.texts))
        turn.title(shown)
        turn.add(step_block(step, walk.at + 1, count, shown.language, turn.texts))
        heading = _("What to bring")
        turn.add(*checklist(shown.article, walk.at, step, walk.ticked, shown.language, heading))
        buttons = [
            turn.button(_("Next step") if walk.at + 1 < count else _("Done"), "step", id=shown.article, at=walk.at + 1)
        ]
        if walk.at > 0:
            buttons.append(turn.button(_("Step before"), "step", id=shown.article, at=walk.at - 1))
        if any(s.papers for s in shown.steps):
            buttons.append(turn.button(_("All papers"), "papers", id=shown.article))
        buttons.append(turn.button(_("Show everything about this"), "article", id=shown.article, whole=True))
        buttons.append(turn.button(_("Stop here"), "stop"))
        turn.offer(*buttons)

    def _finish(self, turn: Turn, shown: ShownAnswer) -> None:
        turn.say(turn.texts.gettext("That was the last step. I wish you luck with it."))
        turn.remember(walk=None)
        ask_whether_it_helped(turn, shown)


class ActionPapers(Ability):
    """Everything to bring in all the steps, to tick."""

    action = "action_papers"

    def act(self, turn: Turn) -> None:
        opened = _opened(turn, turn.entity("id") or turn.state.article)
        if opened is None:
            turn.say(turn.texts.gettext("This text is no longer here. Please write your question."))
            return
        _, shown = opened
        walk = _walk(turn, shown.article)
        turn.outcome = "answer"
        turn.remember(article=shown.article)
        say_papers(turn, shown, walk)


def say_papers(turn: Turn, shown: ShownAnswer, walk: Walk) -> None:
    turn.title(shown)
    for at, step in enumerate(shown.steps):
        turn.add(*checklist(shown.article, at, step, walk.ticked, shown.language, step.title))
    turn.offer(turn.button(turn.texts.gettext("Go through it step by step"), "step", id=shown.article, at=walk.at))


class ActionTick(Ability):
    """A paper ticked or unticked: the list is shown anew in its place."""

    action = "action_tick"

    def act(self, turn: Turn) -> None:
        opened = _opened(turn, turn.entity("id"))
        try:
            key = (int(turn.entity("step")), int(turn.entity("paper")))
            paper = opened[1].steps[key[0]].papers[key[1]] if opened else None
        except (TypeError, ValueError, IndexError):
            paper = None
        if opened is None or paper is None or min(key) < 0:
            turn.say(turn.texts.gettext("This text is no longer here. Please write your question."))
            return
        _, shown = opened
        walk = _walk(turn, shown.article)
        ticked = walk.ticked | {key} if turn.entity("on") else walk.ticked - {key}
        turn.remember(walk=replace(walk, ticked=frozenset(ticked)).as_slot())
        turn.in_place = True
        at, step = key[0], shown.steps[key[0]]
        turn.add(*checklist(shown.article, at, step, ticked, shown.language, step.title))


class ActionStop(Ability):
    """Leave a procedure, or whatever else was begun; the place in it is kept."""

    action = "action_stop"

    def act(self, turn: Turn) -> None:
        _ = turn.texts.gettext
        turn.remember(asked=None)
        if turn.state.walk:
            turn.say(_("All right. Your place is kept, so that you can go on later."))
            turn.offer(*going_on(turn))
        else:
            turn.say(_("All right. Ask me something else whenever you like."))
