"""What differs between two texts, word for word and field for field."""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from knowledge_base.documents import Text
from knowledge_base.editing.fields import GROUPS, Fields, Group, fields_of, name, size

# Scripts that write without spaces: each character is a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_MARKS = r""".,;:!?()\[\]"'«»„“”…،؛؟。，、"""
WORD = re.compile(rf"\s+|[{_UNSPACED}]|[^\s{_UNSPACED}{_MARKS}]+|.")


class Part(NamedTuple):
    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Differences:
    """`fields` are those of the newer text, in its order; `gone` are sections and steps that only the older one has."""

    fields: dict[str, list[Part]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    @property
    def changed(self) -> list[str]:
        """The names of the fields in which something differs."""
        return [key for key, parts in self.fields.items() if any(part.kind != "same" for part in parts)]


def words_between(old: str, new: str) -> list[Part]:
    """The parts that are the same, gone or new: without the new ones they are `old`, without the gone ones `new`."""
    before, after = WORD.findall(old), WORD.findall(new)
    parts: list[Part] = []
    for _, i, i_end, j, j_end in SequenceMatcher(None, before, after).get_opcodes():
        gone, said = "".join(before[i:i_end]), "".join(after[j:j_end])
        if gone == said:
            parts.append(Part("same", said))
            continue
        parts += [Part("gone", gone)] if gone else []
        parts += [Part("new", said)] if said else []
    return parts


def differences(old: Text | None, new: Text) -> Differences:
    """How `new` differs from `old`; all of it is the same where there is no older text."""
    after = fields_of(new)
    before = fields_of(old) if old is not None else after
    pairs = {key: key for key in after}
    gone = []
    for group in GROUPS:
        partners = _partners(_titles(before, group), _titles(after, group))
        for index, partner in enumerate(partners):
            prefix = f"{group}-{index}-"
            for key in after:
                if key.startswith(prefix):
                    pairs[key] = f"{group}-{partner}-{key.removeprefix(prefix)}" if partner is not None else ""
        gone += [_whole(before, group, index) for index in range(size(before, group)) if index not in partners]
    return Differences({key: words_between(before.get(pairs[key], ""), said) for key, said in after.items()}, gone)


def _titles(fields: Fields, group: Group) -> list[str]:
    part = "heading" if group == "section" else "title"
    return [fields[name(group, index, part)] for index in range(size(fields, group))]


def _partners(old: list[str], new: list[str]) -> list[int | None]:
    """For each new title the place of the old one that it goes on; None where it is new."""
    partners: list[int | None] = [None] * len(new)
    for _, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for offset in range(min(i_end - i, j_end - j)):
            partners[j + offset] = i + offset
    return partners


def _whole(fields: Fields, group: Group, index: int) -> str:
    prefix = f"{group}-{index}-"
    return "\n".join(said for key, said in fields.items() if key.startswith(prefix) and said)
