"""What a message is: a button's payload, or a question and what the knowledge base has on it.

The result is the `parse_data` of a rasa user event, so that policy and actions read one thing.
"""

import json
import re
from datetime import datetime
from typing import Any

from bot.texts import Texts
from retrieval.answers import Answers
from retrieval.question import checked
from retrieval.shown import Answer

PAYLOAD = re.compile(r"/(article|none)(\{.*\})?", re.DOTALL)

ParseData = dict[str, Any]


def article_payload(article: str, *, whole: bool = False) -> str:
    """What the button of an article sends."""
    return "/article" + json.dumps({"id": article, **({"whole": True} if whole else {})})


def understand(text: str, answers: Answers, *, now: datetime, prior: str | None) -> ParseData:
    """The parse data of a message. Raises QuestionError for a text that cannot be taken."""
    payload = PAYLOAD.fullmatch(checked(text))
    if payload:
        return _button(payload[1], _json(payload[2]), prior, answers)
    answer = answers.ask(text, now=now, prior=prior)
    return {
        "text": answer.question,
        "intent": {"name": answer.outcome, "confidence": answer.confidence},
        "entities": [],
        "language": answer.language.code if answer.language.sure else prior,
        "answer": answer.model_dump(mode="json"),
    }


def parsed_answer(parse_data: ParseData) -> Answer | None:
    """The answer that `understand` found, if the message was a question."""
    found = parse_data.get("answer")
    return Answer.model_validate(found) if found else None


def _json(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _button(name: str, values: dict[str, Any], prior: str | None, answers: Answers) -> ParseData:
    """A pressed button; its text is what the person saw on it, and only what is known of its payload is kept."""
    reader = prior or answers.site.default_language
    title = "…"
    entities: list[dict[str, Any]] = []
    if name == "none":
        title = Texts(reader).gettext("None of these")
    elif chosen := answers.library.revision(str(values.get("id")), reader):
        title = chosen[1].text.title
        entities = [{"entity": "id", "value": str(values["id"])}]
        if values.get("whole"):
            entities.append({"entity": "whole", "value": True})
    return {"text": title, "intent": {"name": name, "confidence": 1.0}, "entities": entities, "language": prior}
