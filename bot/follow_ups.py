"""What a message means in its talk: "how much?", "and for my wife?", "next", "I am from Ukraine"."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.state import State
from retrieval.answers import Answers
from retrieval.encoder.features import words
from retrieval.phrases import FAMILIES, Family
from retrieval.recognition import QUESTION, Recognised
from retrieval.shown import Answer

# A message of at most so many words may leave out what it is about; one of more than LONG words says it.
SHORT, LONG = 6, 16
MOST_CHOICES = 5
# So likely what somebody says of themself must be, where nobody asked.
SURE_OF_CASE = 0.8
# After these a "yes" or "no" says something.
VOTED_ON = ("action_answer", "action_aspect", "action_case", "action_step")
REPLIED_TO = (*VOTED_ON, "action_choices", "action_delete", "action_which_case")
MOVES = {"go-next": "next", "go-back": "back", "stop": "stop", "resume": "continue"}

Meant = tuple[str, Answer, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is understood with; `language` is the reader's own choice."""

    answers: Answers
    state: State
    now: datetime
    language: str | None
    recognised: Recognised

    def ask(self, question: str, *, about: str | None = None, **case: str | None) -> Answer:
        known = replace(self.state.case, **case)
        return self.answers.ask(
            question, now=self.now, language=self.language, prior=self.state.language, case=known, about=about
        )


def in_context(alone: Answer, context: Context) -> Meant | None:
    """Intent, answer and entities of a message that only its talk explains; None where it stands alone."""
    state = context.state
    kind = _kind(context) if len(words(alone.question)) <= LONG else None
    family = FAMILIES.get(kind or "")
    if kind and family == "case":
        return _case(alone, kind, context)
    if kind and family == "move":
        return MOVES[kind], alone, {}
    if kind and family == "reply":
        return _reply(alone, kind, context)
    if kind and state.article is None:
        return _of_the_question(alone, kind, context)
    if state.article is None:
        return None
    if kind == "ask-who":
        return _for_another(alone, state.article, context)
    if kind:
        return _aspect(alone, kind.removeprefix("ask-"), state.article, context)
    if alone.outcome != "answer" and len(words(alone.question)) <= SHORT:
        return _detail(alone, state.article, context)
    return None


def _kind(context: Context) -> str | None:
    """The likeliest kind among those that the talk has a place for; None for a question."""
    state, recognised = context.state, context.recognised
    families: list[Family] = ["case"]
    if state.article or state.question:
        families.append("follow_up")
    if state.walk or recognised.kind in MOVES:
        families.append("move")
    if state.last_action in REPLIED_TO:
        families.append("reply")
    best, highest = None, recognised.likely.get(QUESTION, 1.0)
    for family in families:
        kinds = recognised.family(family)
        if sum(kinds.values()) > highest:
            best, highest = max(kinds, key=lambda kind: kinds[kind]), sum(kinds.values())
    if FAMILIES.get(best or "") == "case" and not state.asked and highest < SURE_OF_CASE:
        return None
    return best


def _case(alone: Answer, kind: str, context: Context) -> Meant:
    """What somebody says of themself answers the question that waits for it, or changes the one that was asked.

    Said together with a question, it is that question's case.
    """
    audience = kind.removeprefix("am-")
    short = len(words(alone.question)) <= SHORT
    question = context.state.asked or (context.state.question if short else alone.question)
    if question is None:
        return "case", alone, {"audience": audience}
    return "case", context.ask(question, audience=audience), {"audience": audience, "question": question}


def _of_the_question(alone: Answer, kind: str, context: Context) -> Meant | None:
    """A follow-up to a question that is still open: it narrows the choice, and waits for the article to be chosen."""
    question = context.state.question
    about = context.ask(alone.question, about=question)
    if not about.choices:
        return None
    entities = {"question": f"{question} {alone.question}", "aspect": kind.removeprefix("ask-")}
    return "choices", about.model_copy(update={"outcome": "choices", "answer": None}), entities


def _reply(alone: Answer, meaning: str, context: Context) -> Meant | None:
    """ "Yes" or "no" to what the bot said last."""
    last, article = context.state.last_action, context.state.article
    if last == "action_choices" and meaning == "no":
        return "none", alone, {}
    if last == "action_delete" and context.state.deleting:
        return "delete", alone, {"sure": meaning == "yes"}
    if last == "action_which_case" and context.state.asked:
        return "which_case", context.ask(context.state.asked), {"question": context.state.asked}
    if last in VOTED_ON and article:
        found = context.answers.library.revision(article, alone.language.code)
        if found is not None:
            about = f"{article}/{found[0]}/{found[1].number or 1}"
            return "helped", alone, {"about": about, "yes": meaning == "yes"}
    return "smalltalk", alone, {"kind": "ok"}


def _for_another(alone: Answer, article: str, context: Context) -> Meant | None:
    """The same for somebody else: titles to choose from, since how sure we are was not measured on half a question."""
    about = _about(alone, article, context)
    if about is None or not about.choices:
        return None
    entities = {"question": f"{context.state.question or ''} {alone.question}".strip()}
    return "choices", about.model_copy(update={"outcome": "choices", "answer": None}), entities


def _about(alone: Answer, article: str, context: Context) -> Answer | None:
    """The question asked anew with what the talk is about."""
    found = context.answers.library.revision(article, alone.language.code)
    return context.ask(alone.question, about=found[1].text.title) if found else None


def _aspect(alone: Answer, aspect: str, article: str, context: Context) -> Meant | None:
    found = context.answers.open_article(article, now=context.now, reader=alone.language.code, question=alone.question)
    return ("aspect", found, {"aspect": aspect}) if found else None


def _detail(alone: Answer, article: str, context: Context) -> Meant | None:
    """A short question that has no answer alone, but may have one in what was just read."""
    about = _about(alone, article, context)
    if about is None or not about.choices or about.choices[0].article != article:
        return None
    if alone.outcome == "choices":
        offered = [about.choices[0], *(c for c in alone.choices if c.article != article)]
        return "choices", alone.model_copy(update={"choices": offered[:MOST_CHOICES]}), {}
    if about.outcome != "answer":
        return None
    return _aspect(alone, "detail", article, context)
