"""Read the plain fields of a rule file, each with an error that points at its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from xiaobao.rulebook.model import Example
from xiaobao.rulebook.source import KeyPath, Source

FIELDS = {
    "title": "违规名称（规则说的是什么错）",
    "version": "版本号，从 1 起",
    "lifecycle": "draft 草稿、shadow 试运行、published 生效、retired 停用",
    "families": "对应的表述族编号",
    "category": "类别",
    "also": "同样站得住的其他类别",
    "severity": "high、medium、low",
    "rights": "涉及的八项权利；不写时取自依据条文",
    "basis": "依据，如 广告法#25(一)",
    "at_most": "把处置压低到 warn 或 draft",
    "scope": "适用的场景、角色、产品",
    "when": "检查",
    "allow": "比命中更长、覆盖命中即放行的短语",
    "unless": "例外",
    "stance": "ignore：不因这些语境放行",
    "message": "问题说明",
    "remedy": "改写建议",
    "examples": "hit、no_hit、todo 例子",
    "owner": "规则负责人",
    "effective_from": "生效日",
    "effective_to": "失效日",
    "precision": "实测精确率，由评测写入",
}
EXAMPLE_KEYS = ("text", "scenario", "role", "product", "at", "hard", "facts")
_EXAMPLE_KINDS: dict[str, type] = {"hard": bool, "facts": dict}
"""What an example's keys hold other than text."""


def required(source: Source, data: Mapping[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    """Return a field that must be there and be of a kind; raise RuleError with its place."""
    if key not in data or data[key] in (None, ""):
        raise source.error(f"缺少“{key}”：{FIELDS[key]}")
    if not isinstance(data[key], kind) or isinstance(data[key], bool):
        raise source.error(f"“{key}”的写法不对：{FIELDS[key]}", (key,))
    return data[key]


def names(
    source: Source, data: Mapping[str, Any], key: str, allowed: Iterable[str] | None, path: KeyPath = ()
) -> tuple[str, ...]:
    """Return a list of texts, each from the allowed ones."""
    value = data.get(key) or []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise source.error(f"“{key}”应当是文字的列表", (*path, key))
    for i, item in enumerate(value):
        if allowed is not None and item not in allowed:
            raise source.error(f"“{item}”不在可用之列：{'、'.join(allowed)}", (*path, key, i))
    return tuple(value)


def date_field(source: Source, data: Mapping[str, Any], key: str) -> date | None:
    """Return a date written as 2026-01-31, or None."""
    value = data.get(key)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise source.error(f"“{key}”应写作 2026-01-31 这样的日期", (key,)) from error


def share(source: Source, data: Mapping[str, Any], key: str) -> float | None:
    """Return a number from 0 to 1, or None."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise source.error(f"“{key}”应当是 0 到 1 之间的数", (key,))
    return float(value)


def examples(source: Source, data: Mapping[str, Any]) -> dict[str, tuple[Example, ...]]:
    """Return the examples by kind; at least one that must hit and one that must not are required."""
    node = data.get("examples")
    if not isinstance(node, dict) or set(node) - {"hit", "no_hit", "todo"}:
        raise source.error("examples 应当含 hit、no_hit（可选 todo）", ("examples",))
    out = {
        kind: tuple(_example(source, item, ("examples", kind, i)) for i, item in enumerate(node.get(kind) or []))
        for kind in ("hit", "no_hit", "todo")
    }
    if data.get("lifecycle") != "draft":
        for kind in ("hit", "no_hit"):
            if not out[kind]:
                raise source.error(f"至少要有一个 {kind} 例子", ("examples", kind))
    return out


def _example(source: Source, item: Any, path: KeyPath) -> Example:
    if isinstance(item, str) and item.strip():
        return Example(item)
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise source.error("例子应当是一段文字，或带 text 的一组 键: 值", path)
    for key in item:
        if key not in EXAMPLE_KEYS:
            raise source.error(f"例子没有“{key}”；可用：{'、'.join(EXAMPLE_KEYS)}", (*path, key))
        if not isinstance(item[key], _EXAMPLE_KINDS.get(key, str)):
            raise source.error(
                f"例子的“{key}”写法不对：hard 是 true 或 false，facts 是一组 键: 值，其余是文字", (*path, key)
            )
    try:
        datetime.fromisoformat(item.get("at") or "2026-01-01")
    except ValueError as error:
        raise source.error("例子的 at 应写作 2026-01-31 14:05 这样的时间", (*path, "at")) from error
    return Example(**item)
