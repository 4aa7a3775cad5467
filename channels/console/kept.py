"""From a form to a document that is kept: or back to the form, with what is wrong and what a colleague did."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import Request, Response

from channels.console.forms import Form
from channels.console.pages import page, texts_of
from channels.console.sheets import Sheet
from channels.console.texts import apart
from knowledge_base.documents import Document
from knowledge_base.editing.manuscript import DanglingError, OvertakenError, TakenError

Model = TypeVar("Model", bound=Document)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form to show; `disputed` is what a colleague wrote where the form holds one's own words."""

    form: Form
    status: int = 200
    conflict: bool = False
    disputed: Mapping[str, str] = field(default_factory=dict)


async def kept(
    request: Request, sheet: Sheet[Model], form: Form, keep: Callable[[Model, Model | None], Awaitable[object]]
) -> Filled | None:
    """None once `keep` took the document, with the one from which the editor began; else the form to show."""
    _ = texts_of(request).gettext
    arranged = sheet.arranged(form.values, form["act"])
    if arranged is not None:
        return Filled(Form(arranged))
    document = sheet.read(form, _)
    if document is None:
        return Filled(form, 422)
    try:
        await keep(document, sheet.seen(form))
    except OvertakenError as error:
        if not isinstance(error.theirs, sheet.model):
            gone = _("A colleague has deleted this meanwhile. What you wrote is still here: save again to keep it.")
            return Filled(Form({**form.values, "over": ""}, {"act": gone}), 409)
        both, disputed = sheet.put_together(form, error.theirs)
        return Filled(both, 409, True, disputed)
    except TakenError:
        form.wrong["id"] = _("There is one with this id already. Please write another.")
    except DanglingError as error:
        form.wrong["act"] = _("These were removed meanwhile: {names}. Please choose others.").format(
            names=apart(", ".join(error.missing))
        )
    return Filled(form, 422) if form.wrong else None


def shown(request: Request, template: str, sheet: Sheet[Any], filled: Filled, here: str, **context: Any) -> Response:
    """The page with the form; `here` is where it is sent."""
    return page(
        request,
        template,
        filled.status,
        entries=sheet.entries,
        form=filled.form,
        conflict=filled.conflict,
        disputed=filled.disputed,
        sent=request.method == "POST",
        here=here,
        **context,
    )
