"""Two editors changed one text: what both did is put together, and where both changed the same place is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge_base.editing.fields import GROUPS, Fields

Change = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Merged:
    """`fields` hold what both did; `theirs` says what the other wrote in those where they hold only one's own words.

    Where sections or steps were added, moved or taken out on both sides, the whole group is in `theirs`.
    """

    fields: Fields
    theirs: Fields


def merged(base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """A merge three ways, of the fields of whole texts; `base` is what both began from."""
    fields: Fields = {}
    disputed: Fields = {}
    for group in ("", *GROUPS):
        old, own, other = (_of(group, one) for one in (base, mine, theirs))
        if _outline(old) == _outline(own) == _outline(other):
            for key in own:
                lines = merged_lines(*(one[key].split("\n") for one in (old, own, other)))
                fields[key] = own[key] if lines is None else "\n".join(lines)
                if lines is None:
                    disputed[key] = other[key]
        elif own == old:
            fields |= other
        else:
            fields |= own
            if other not in (old, own):
                disputed |= other
    return Merged(fields, disputed)


def merged_lines(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[str] | None:
    """The lines with the changes of both; None where changes meet that are not the same."""
    if mine == theirs:
        return list(mine)
    own, other = _changes(base, mine), _changes(base, theirs)
    for one in own:
        for another in other:
            if one != another and one[0] <= another[1] and another[0] <= one[1]:
                return None
    lines = list(base)
    for begin, end, said in sorted({*own, *other}, reverse=True):
        lines[begin:end] = said
    return lines


def _of(group: str, fields: Mapping[str, str]) -> Fields:
    if group:
        return {key: value for key, value in fields.items() if key.startswith(f"{group}-")}
    return {key: value for key, value in fields.items() if not key.startswith(tuple(f"{one}-" for one in GROUPS))}


def _outline(fields: Fields) -> dict[str, str]:
    """The fields' names, with what sections and steps are called: where it differs, a place is not the same place."""
    titles = tuple(f"-{part}" for part in ("heading", "title"))
    return {key: value if key.endswith(titles) else "" for key, value in fields.items()}


def _changes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(i, i_end, tuple(new[j:j_end])) for kind, i, i_end, j, j_end in opcodes if kind != "equal"]
