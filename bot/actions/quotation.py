"""A quotation with all that belongs to it, for every action that shows an article."""

from bot.actions.human import offer_person
from bot.actions.turn import Turn
from bot.blocks import answer_blocks, audience_caveat, contact_cards, notice_blocks
from retrieval.shown import Answer, ShownAnswer


def vote_key(shown: ShownAnswer) -> str:
    """What a vote is about: this revision of this text."""
    return f"{shown.article}/{shown.language}/{shown.revision}"


def quote(turn: Turn, answer: Answer, *, whole: bool = False) -> None:
    """The quotation with all that belongs to it: notices before, contacts, related questions and the vote after."""
    shown = answer.answer
    assert shown is not None  # noqa: S101
    _ = turn.texts.gettext
    turn.outcome = "answer"
    turn.remember(article=shown.article, aspect=None, misses=0)
    turn.add(*notice_blocks(answer.notices))
    turn.add(*audience_caveat(shown, turn.state.case, turn.texts))
    turn.add(*answer_blocks(shown, turn.texts, whole=whole))
    turn.add(*contact_cards(answer.contacts, turn.texts, turn.now))
    related = turn.answers.related(
        shown.article, year=turn.now.year, reader=turn.reader, case=turn.state.case, near=answer.choices
    )
    if related:
        turn.say(_("Related questions:"))
        turn.offer(*(turn.button(c.title, "article", language=c.language, id=c.article) for c in related))
    if turn.answers.wants_person(shown.topics):
        offer_person(turn, "topic")
    ask_whether_it_helped(turn, shown)


def ask_whether_it_helped(turn: Turn, shown: ShownAnswer) -> None:
    """Once for each revision of a text."""
    _ = turn.texts.gettext
    key = vote_key(shown)
    if key not in turn.state.voted:
        turn.say(_("Did this help?"))
        turn.offer(
            turn.button(_("Yes"), "helped", about=key, yes=True), turn.button(_("No"), "helped", about=key, yes=False)
        )
