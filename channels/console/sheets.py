"""A document as a form: opened, read, and put together where two editors changed it.

`over` is a box with the document as the editor saw it, as JSON: by it one knows what the editor changed, and whether
somebody else did meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from channels.console.entries import CHARACTER, Entry, Picks, Rows, Values, one_line
from channels.console.forms import Form
from channels.console.texts import sentence
from knowledge_base.documents import Document

Model = TypeVar("Model", bound=Document)
Gettext = Callable[[str], str]
EMPTY = sentence("Please write something here.")
NONE = sentence("Please choose at least one.")
LONG = sentence("Please write 1 to {count} characters.")


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Model]):
    """`fixed` is what the form does not ask for."""

    model: type[Model]
    entries: Sequence[Entry]
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def opened(self, document: Model | None, **values: str) -> Form:
        """The document in boxes; an empty form, with some values, for a new one."""
        if document is None:
            return Form({"over": "", **values})
        return Form({**self.written(document), "over": document.model_dump_json(), **values})

    def written(self, document: Model) -> dict[str, str]:
        value = document.model_dump(mode="json")
        return {key: said for one in self.entries for key, said in one.written(value.get(one.name)).items()}

    def seen(self, form: Form) -> Model | None:
        """The document from which the editor began; None where that was nothing, or is none."""
        try:
            return self.model.model_validate_json(form["over"])
        except ValidationError:
            return None

    def read(self, form: Form, _: Gettext) -> Model | None:
        """What was written; None, and a sentence for each wrong box, where that is no document."""
        seen = self.seen(form)
        known = seen.model_dump(mode="json") if seen else {}

        def say(box: str, told: str, **places: object) -> None:
            form.wrong.setdefault(box, _(told).format(**places) if places else _(told))

        value = {one.name: one.read(form.values, known.get(one.name), say) for one in self.entries}
        try:
            document = self.model.model_validate({**self.fixed, **value})
        except ValidationError as error:
            for item in error.errors():
                self._tell(item["loc"], item["type"], item.get("ctx", {}), item.get("input"), form.values, say)
            return None
        return None if form.wrong else document

    def arranged(self, values: Values, act: str) -> dict[str, str] | None:
        """The form after a button that saves nothing: a row more, or a preview; None for any other."""
        for one in self.entries:
            if isinstance(one, Rows | Picks) and act == f"more-{one.name}":
                return one.grown(values)
        return dict(values) if act == "preview" else None

    def put_together(self, form: Form, theirs: Model, nothing: str = "–") -> tuple[Form, dict[str, str]]:
        """The form with what both editors did, over the other's document.

        Where both changed the same, it holds one's own, and what the other wrote is told by the box or entry.
        """
        seen = self.seen(form)
        base, mine, other = self.written(seen) if seen else {}, form.values, self.written(theirs)
        values, disputed = dict(mine), {}
        for one in self.entries:
            named = [key for key in {**base, **mine, **other} if key == one.name or key.startswith(f"{one.name}-")]
            for unit, keys in one.units(named).items():
                old, own, new = (_normal(keys, held) for held in (base, mine, other))
                if own == old:
                    values |= {key: other.get(key, "") for key in keys}
                elif new not in (old, own):
                    disputed[unit] = one.told(keys, other) or nothing
        return Form({**values, "over": theirs.model_dump_json()}), disputed

    def _tell(
        self, place: Sequence[str | int], kind: str, about: Mapping[str, Any], given: Any, values: Values, say: Any
    ) -> None:
        one = next((one for one in self.entries if place[:1] == (one.name,)), None)
        if one is None:
            say("act", CHARACTER)
            return
        box = one.box(place[1:], values)
        if kind == "too_short":
            say(box, NONE if one.shape in ("choices", "picks") else EMPTY)
        elif kind == "string_too_long":
            say(box, LONG, count=about["max_length"])
        elif given in (None, "") and one.shape != "choice":
            say(box, EMPTY)
        else:
            say(box, one.fault_at(place[1:]) if isinstance(one, Rows) else one.fault)


def _normal(keys: Sequence[str], values: Values) -> dict[str, str]:
    return {key: said for key in keys if (said := one_line(values.get(key, "")))}
