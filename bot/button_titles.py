"""What a person saw on the button that they pressed: it is what their message says when it is read again."""

from typing import Any

from bot.blocks import case_names, phase_names
from bot.state import State
from bot.texts import Texts
from knowledge_base.languages import endonym
from retrieval.answers import Answers

UNKNOWN = "…"


def title_of(name: str, entities: dict[str, Any], state: State, answers: Answers) -> str:
    """The title of a button or command, as far as it can still be told."""
    reader = state.language or answers.site.default_language
    texts = Texts(reader)
    article = str(entities.get("id"))
    match name:
        case "article" if entities.get("whole"):
            return texts.gettext("Show everything about this")
        case "article":
            found = answers.library.revision(article, reader)
            return found[1].text.title if found else UNKNOWN
        case "topic" | "phase" if entities.get("page"):
            return texts.gettext("More")
        case "phase":
            return phase_names(texts).get(str(entities.get("phase")), UNKNOWN)
        case "topic":
            topic = answers.topic_name(article, reader)
            return topic[1] if topic else UNKNOWN
        case "case":
            names = {**case_names(texts, "audience"), **case_names(texts, "purpose")}
            return names.get(str(entities.get("audience") or entities.get("purpose")), UNKNOWN)
        case "field":
            return str(entities.get("value", UNKNOWN))
        case "language" if entities.get("code") in answers.site.languages:
            return endonym(entities["code"])
        case "tick":
            return _paper(article, entities, reader, answers)
        case "step":
            return _step(entities, state, texts, answers)
        case "stop" if (state.last_action or "").startswith("action_ask_"):
            return texts.gettext("Cancel")
        case "continue":
            return going_on(state, texts, answers) or f"/{name}"
    return _fixed(name, entities, texts)


def _fixed(name: str, entities: dict[str, Any], texts: Texts) -> str:
    """Buttons that always say the same."""
    _ = texts.gettext
    if name == "helped":
        return _("Yes") if entities.get("yes") else _("No")
    if name == "delete" and "sure" in entities:
        return _("Yes, delete everything") if entities["sure"] else _("No, keep it")
    titles = {
        "callback": _("Ask to be called back"),
        "delete": _("Delete this conversation"),
        "human": _("Talk to a person"),
        "language": _("Change the language"),
        "none": _("None of these"),
        "papers": _("All papers"),
        "privacy": _("What is kept of this conversation"),
        "stop": _("Stop here"),
        "topics": _("All topics"),
        "withdraw": _("Go on with the assistant"),
    }
    return titles.get(name, f"/{name}")


def going_on(state: State, texts: Texts, answers: Answers) -> str | None:
    """The title of the button that goes on with a procedure where it was left; None where there is none."""
    walk = state.walk
    found = answers.library.revision(walk.article, texts.reader) if walk else None
    if walk is None or found is None or not found[1].text.steps:
        return None
    text = found[1].text
    sentence = texts.gettext("Go on: {title}, step {number}")
    return sentence.format(title=text.title, number=texts.number(min(walk.at + 1, len(text.steps))))


def _step(entities: dict[str, Any], state: State, texts: Texts, answers: Answers) -> str:
    _ = texts.gettext
    walk, at = state.walk, entities.get("at", 0)
    found = answers.library.revision(str(entities.get("id")), texts.reader)
    if found is not None and 0 < len(found[1].text.steps) <= at:
        return _("Done")
    if walk is None or walk.article != entities.get("id") or walk.at == at:
        return _("Go through it step by step")
    return _("Next step") if at > walk.at else _("Step before")


def _paper(article: str, entities: dict[str, Any], reader: str, answers: Answers) -> str:
    found = answers.library.revision(article, reader)
    if entities.get("step", -1) < 0 or entities.get("paper", -1) < 0:
        return UNKNOWN
    try:
        return found[1].text.steps[entities["step"]].papers[entities["paper"]] if found else UNKNOWN
    except (KeyError, IndexError):
        return UNKNOWN
