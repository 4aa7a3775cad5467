"""The questions for which an article is begun, on their way through its form: their keys and texts, as JSON in one box.

They are people's words: an address would put them into histories and logs.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError

from channels.console.forms import Form
from knowledge_base.documents import Line

BOX = "questions"
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{18}$")]
QUESTIONS: TypeAdapter[dict[Key, Line]] = TypeAdapter(dict[Key, Line])


def boxed(texts: Mapping[str, str]) -> dict[str, str]:
    """The box of the form."""
    return {BOX: QUESTIONS.dump_json(dict(texts)).decode()}


def unboxed(form: Form) -> dict[str, str]:
    """The texts by key; none where the article is begun without a question."""
    try:
        return QUESTIONS.validate_json(form[BOX])
    except ValidationError:
        return {}
