"""YAML as people write it: no surprises from `no`, `16:00` or a bare date, and the line of every value."""

import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.reader import ReaderError

Location = tuple[int | str, ...]


class _PlainLoader(yaml.SafeLoader):
    """Only null, true, false, whole numbers and fractions are special; all else is text (the YAML 1.2 core schema)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, f"write the value out instead of *{event.anchor}", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        for i, (key, _) in enumerate(node.value):
            if key.value in names[:i]:
                raise ConstructorError(None, None, f"{key.value} is given twice", key.start_mark)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}$", "-0123456789"),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


class YamlError(ValueError):
    """Text that is not YAML; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class YamlText:
    """A parsed YAML mapping that still knows its lines."""

    def __init__(self, text: str) -> None:
        try:
            loader = _PlainLoader(text)
            self._root = loader.get_single_node()
            self.value: Any = loader.construct_document(self._root) if self._root else {}
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise YamlError(mark.line + 1 if mark else 1, error.problem or "not YAML") from error
        except ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise YamlError(line, f"the control character U+{ord(text[error.position]):04X} is not allowed") from error
        except RecursionError as error:
            raise YamlError(1, "not YAML: nested too deeply") from error
        except (ValueError, LookupError, AttributeError) as error:
            # A value that is not what its own tag says, such as `!!int x`.
            raise YamlError(1, f"not YAML: {error}") from error
        if not isinstance(self.value, dict):
            raise YamlError(1, "expected `field: value` lines")

    def line(self, location: Location) -> int:
        """Line, from 1, of the deepest part of `location` that the text has."""
        node, line = self._root, 1
        for key in location:
            if isinstance(node, yaml.MappingNode):
                pair = next((p for p in node.value if p[0].value == str(key)), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line + 1
            else:
                break
        return line


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump(value: dict[str, Any]) -> str:
    """YAML in the given order of fields, readable by any YAML program."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=False)
