"""Read a YAML file together with the line of every key, so that errors can point at their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from xiaobao.errors import Place, RuleError

KeyPath = tuple[str | int, ...]


class Source:
    """A parsed YAML file: plain data, and the line on which each key stands."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines: dict[KeyPath, int] = {}
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise RuleError(f"YAML 写法有误：{error.problem}", place=Place(path, line)) from error
        except yaml.YAMLError as error:
            raise RuleError(f"YAML 写法有误：{error}", place=Place(path, 1)) from error
        self.data: Any = None if node is None else self._plain(node, ())

    @classmethod
    def read(cls, path: Path, shown: str | None = None) -> Source:
        """Read a UTF-8 file; raise RuleError when it is not UTF-8 or not YAML."""
        try:
            return cls(shown or str(path), path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise RuleError("文件不是 UTF-8 编码", place=Place(shown or str(path), 1)) from error

    def _plain(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            out: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                here = (*path, key)
                if key in out:
                    raise RuleError(f"“{key}”写了两次", place=Place(self.path, key_node.start_mark.line + 1, key))
                out[key] = self._plain(value_node, here)
                self.lines[here] = key_node.start_mark.line + 1
            return out
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*path, i)) for i, child in enumerate(node.value)]
        return _scalar(node)

    def place(self, path: KeyPath) -> Place:
        """Return the place of a key path, or of its nearest parent that has one."""
        for depth in range(len(path), -1, -1):
            line = self.lines.get(path[:depth])
            if line is not None:
                break
        return Place(self.path, line or 1, ".".join(str(p) for p in path))

    def error(self, message: str, path: KeyPath = ()) -> RuleError:
        """Make the error that says what is wrong at a key path."""
        return RuleError(message, place=self.place(path))


def _scalar(node: yaml.Node) -> Any:
    """Resolve a plain scalar; dates stay text, so that the rule's own parser names a wrong one."""
    value = node.value
    match node.tag.rsplit(":", 1)[-1]:
        case "int":
            return int(value.replace("_", ""), 0) if not value.lstrip("+-").startswith("0") else int(value)
        case "float":
            return float(value)
        case "bool":
            return value.lower() in ("true", "yes", "on")
        case "null":
            return None
        case _:
            return value
