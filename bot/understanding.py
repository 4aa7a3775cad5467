"""What a message is: a button or command, a question with what the knowledge base has on it, or part of a talk.

The result is the `parse_data` of a rasa user event, so that policy and actions read one thing.
"""

import re
from datetime import datetime
from typing import Any, Final, get_args

from bot.button_titles import title_of
from bot.follow_ups import Context, in_context
from bot.payloads import BUTTONS, COMMANDS, Payload, read_payload
from bot.state import UNSAID, State
from knowledge_base.documents import Audience, Purpose
from retrieval.answers import Answers
from retrieval.question import checked
from retrieval.shown import Answer

ParseData = dict[str, Any]

ATTACHMENTS: Final = ("picture", "voice", "file", "other")
CASES: Final = {
    "audience": (*get_args(Audience), UNSAID),
    "purpose": (*get_args(Purpose), UNSAID),
}
LINK = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
WORD = re.compile(r"\w")
# Commands that go by another name inside.
INTENTS: Final = {"keep": "stop"}


def understand(
    text: str, answers: Answers, *, now: datetime, state: State, in_form: bool = False, waiting: bool = False
) -> ParseData:
    """The parse data of a message; `waiting` is for a person. Raises QuestionError for a text that cannot be taken."""
    text = checked(text)
    pressed = read_payload(text)
    if pressed is not None:
        # Who begins anew while the bot is silent is told why it is, and the way back.
        again = waiting and not in_form and pressed.name in ("start", "help")
        return _pressed(Payload("human") if again else pressed, state, answers, now)
    if in_form:
        return _in_form(text, answers, now, state)
    if LINK.fullmatch(text):
        return parse_data(text, "smalltalk", state.language, kind="link")
    if not WORD.search(text):
        return parse_data(text, "smalltalk", state.language, kind="sign")
    chosen = state.language if state.language_chosen else None
    recognised = answers.recogniser.recognise(text)
    alone = answers.ask(text, now=now, language=chosen, prior=state.language, case=state.case, recognised=recognised)
    return _meant(alone, Context(answers, state, now, chosen, recognised))


def attachment(kind: str, state: State) -> ParseData:
    """A message without words: only its kind is known, and nothing of it is kept."""
    return parse_data("", "smalltalk", state.language, kind=kind if kind in ATTACHMENTS else "other")


def parse_data(
    text: str,
    intent: str,
    language: str | None,
    *,
    confidence: float = 1.0,
    answer: Answer | None = None,
    **entities: Any,
) -> ParseData:
    found: ParseData = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": name, "value": value} for name, value in entities.items() if value is not None],
        "language": language,
    }
    if answer is not None:
        found["answer"] = answer.model_dump(mode="json")
    return found


def parsed_answer(parse_data: ParseData) -> Answer | None:
    """The answer that `understand` found, if the message was a question."""
    found = parse_data.get("answer")
    return Answer.model_validate(found) if found else None


def _meant(alone: Answer, context: Context) -> ParseData:
    """A message in words: danger and people first, then what only the talk explains, then the question itself."""
    state = context.state
    language = alone.language.code if alone.language.sure else state.language
    meaning = alone.meaning or ""
    intent, answer, entities = str(alone.outcome), alone, dict[str, Any]()
    if alone.outcome == "urgent":
        entities = {"urgency": meaning.removeprefix("urgent-")}
    elif alone.outcome == "smalltalk":
        intent, entities = ("vague", {}) if meaning == "vague" else ("smalltalk", {"kind": meaning})
    elif state.urgency and state.last_action == "action_urgent" and alone.outcome not in ("answer", "human"):
        # Who is in danger is not asked for other words.
        intent, entities = "urgent", {"urgency": state.urgency, "again": True}
    elif alone.outcome != "human":
        meant = in_context(alone, context)
        if meant is not None:
            intent, answer, entities = meant
        elif alone.outcome != "no_answer" and alone.depends_on:
            if getattr(state, alone.depends_on):
                # Who would rather not say is not answered with what holds for some: they choose.
                intent = "choices"
            else:
                intent, entities = "which_case", {"dimension": alone.depends_on}
    return parse_data(alone.question, intent, language, confidence=answer.confidence, answer=answer, **entities)


def _in_form(text: str, answers: Answers, now: datetime, state: State) -> ParseData:
    """In a form a message is the field that was asked for, unless it says danger or wants to leave."""
    recognised = answers.recogniser.recognise(text)
    if recognised.outcome == "urgent":
        found = answers.ask(text, now=now, prior=state.language, recognised=recognised)
        return parse_data(text, "urgent", state.language, answer=found, urgency=recognised.urgency)
    if state.deleting and recognised.kind in ("yes", "no"):
        return parse_data(text, "delete", state.language, sure=recognised.kind == "yes")
    return parse_data(text, "stop" if recognised.kind == "stop" else "inform", state.language)


def _pressed(pressed: Payload, state: State, answers: Answers, now: datetime) -> ParseData:
    """A pressed button or a command; only what is known of its values is kept."""
    name, values = pressed.name, pressed.values
    if name not in COMMANDS and name not in BUTTONS:
        name, values = "help", {}
    if name == "callback" and not answers.site.callbacks:
        name = "human"
    entities: dict[str, Any] = {}
    answer = None
    match name:
        case "article" | "step" | "papers" | "tick" | "start" | "topic":
            entities = _known(values, id=str, at=int, step=int, paper=int, page=int, whole=bool, on=bool)
            if entities.get("id") not in (answers.library.topics if name == "topic" else answers.library.articles):
                entities = {}
            if name == "start" and (pressed.word or "") in answers.library.articles:
                name, entities = "article", {"id": pressed.word}
            if name == "article" and state.aspect and not entities.get("whole"):
                return _chosen_with_aspect(str(entities.get("id")), state, answers, now)
        case "phase":
            entities = _known(values, phase=str, page=int)
        case "language":
            entities = {"code": pressed.word} if pressed.word else _known(values, code=str)
        case "case":
            entities = {k: v for k, v in _known(values, audience=str, purpose=str).items() if v in CASES[k]}
            case_state = State.of({**_slots(state), **entities})
            if state.asked:
                chosen = state.language if state.language_chosen else None
                answer = answers.ask(state.asked, now=now, language=chosen, prior=state.language, case=case_state.case)
                entities["question"] = state.asked
        case "helped":
            entities = _known(values, about=str, yes=bool)
            if not _is_text(str(entities.get("about")), answers):
                entities = {}
        case "delete":
            entities = _known(values, sure=bool)
        case "human":
            entities = _known(values, why=str)
        case "field":
            entities = _known(values, value=str)
    title = title_of(name, entities, state, answers)
    return parse_data(title, name, state.language, answer=answer, **entities)


def _is_text(about: str, answers: Answers) -> bool:
    """Whether a vote is about a revision that there is or was: `article/language/number`."""
    article, _, rest = about.partition("/")
    language, _, number = rest.partition("/")
    found = answers.library.articles.get(article)
    published = found.translations[language].published if found and language in found.translations else None
    return published is not None and number in {str(n) for n in range(1, (published.number or 1) + 1)}


def _chosen_with_aspect(article: str, state: State, answers: Answers, now: datetime) -> ParseData:
    """An article that was chosen after "how much?": that is what it is opened for."""
    reader = state.language or answers.site.default_language
    found = answers.open_article(article, now=now, reader=reader, question=state.question)
    title = title_of("article", {"id": article}, state, answers)
    return parse_data(title, "aspect", state.language, answer=found, aspect=state.aspect)


def _slots(state: State) -> dict[str, Any]:
    return {"audience": state.audience, "purpose": state.purpose}


def _known(values: dict[str, Any], **types: type) -> dict[str, Any]:
    """The values of the expected names and types; a text is cut to what an id can be."""
    found = {}
    for name, expected in types.items():
        value = values.get(name)
        if type(value) is expected:
            found[name] = value[:80] if isinstance(value, str) else value
    return found
