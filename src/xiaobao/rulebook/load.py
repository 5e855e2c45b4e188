"""Load the rulebook: one YAML file a rule, shared lexicons, precise errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from xiaobao.checks import Parser, analysed
from xiaobao.errors import LawError, RuleError
from xiaobao.laws.register import Register
from xiaobao.laws.register import load as load_laws
from xiaobao.model import SEVERITIES, Citation
from xiaobao.rulebook.fields import FIELDS, date_field, examples, names, required, share
from xiaobao.rulebook.lexicons import Lexicons
from xiaobao.rulebook.model import (
    CATEGORIES,
    PRODUCTS,
    RIGHTS,
    ROLES,
    SCENARIOS,
    STANCES,
    Exemption,
    Lifecycle,
    May,
    Rule,
    Scope,
)
from xiaobao.rulebook.source import Source

PACKAGE = Path(__file__).parent
ORDER: tuple[May, ...] = ("draft", "warn", "block")


@dataclass(frozen=True)
class Rulebook:
    """All rules, ordered by id, with the lexicons they share."""

    rules: tuple[Rule, ...]
    lexicons: Lexicons

    def rule(self, id: str) -> Rule:
        """Return a rule by id; raise RuleError naming the nearest ids."""
        for rule in self.rules:
            if rule.id == id:
                return rule
        near = "、".join(difflib.get_close_matches(id, [r.id for r in self.rules], 3))
        raise RuleError(f"没有规则“{id}”；" + (f"相近的有：{near}" if near else "可用 xiaobao rules list 查看"))


@cache
def load() -> Rulebook:
    """Load the rulebook that ships with the engine."""
    return read_folder(PACKAGE)


def read_folder(folder: Path, *, errors: list[RuleError] | None = None) -> Rulebook:
    """Read `<folder>/<domain>/<offence>.yaml` and `<folder>/lexicons/*.yaml`.

    With `errors` given, wrong rules are collected there and left out; otherwise the first one is raised.
    """
    lexicons = Lexicons.read([PACKAGE / "lexicons", folder / "lexicons"])
    laws = load_laws()
    rules: list[Rule] = []
    for path in sorted(folder.glob("*/*.yaml")):
        if path.parent.name in ("lexicons", "schema"):
            continue
        try:
            rules.append(read_rule(path, lexicons, laws, root=folder))
        except RuleError as error:
            if errors is None:
                raise
            errors.append(error)
    analysed.save()
    return Rulebook(tuple(sorted(rules, key=lambda r: r.id)), lexicons)


def read_rule(path: Path, lexicons: Lexicons, laws: Register, *, root: Path) -> Rule:
    """Read one rule file; its id is its path below the root without suffix."""
    relative = path.relative_to(root).with_suffix("").as_posix()
    source = Source.read(path, shown=f"{relative}.yaml")
    return parse_rule(source, relative, lexicons, laws)


def parse_rule(source: Source, id: str, lexicons: Lexicons, laws: Register) -> Rule:
    """Build a rule from its source; raise RuleError with file, line and key."""
    data = source.data
    if not isinstance(data, dict):
        raise source.error("规则文件应当是一组 键: 值")
    for key in data:
        if key not in FIELDS:
            raise source.error(f"没有“{key}”这个键；可用：{'、'.join(FIELDS)}", (key,))
    parser = Parser(source, lexicons)
    citations = _citations(source, data, laws)
    shown = examples(source, data)
    return Rule(
        id=id,
        title=required(source, data, "title", str),
        version=_version(source, data),
        lifecycle=_one_of(source, data, "lifecycle", get_args(Lifecycle), "published"),
        families=names(source, data, "families", None),
        category=_one_of(source, data, "category", CATEGORIES, None),
        also=names(source, data, "also", CATEGORIES),
        severity=_one_of(source, data, "severity", SEVERITIES, "medium"),
        rights=names(source, data, "rights", RIGHTS) or _rights(laws, data["basis"]),
        basis=tuple(data["basis"]),
        citations=citations,
        may=_may(source, data, citations),
        scope=_scope(source, data.get("scope") or {}),
        when=parser.check(required(source, data, "when", (dict, list)), ("when",)),
        allow=names(source, data, "allow", None),
        unless=_unless(parser, data.get("unless") or []),
        stance_ignored=_stances(source, data.get("stance") or {}),
        message=required(source, data, "message", str),
        remedy=required(source, data, "remedy", str),
        hit=shown["hit"],
        no_hit=shown["no_hit"],
        todo=tuple(e.text for e in shown["todo"]),
        owner=str(data.get("owner", "消保办")),
        effective_from=date_field(source, data, "effective_from"),
        effective_to=date_field(source, data, "effective_to"),
        precision=share(source, data, "precision"),
    )


def _one_of(source: Source, data: Mapping[str, Any], key: str, allowed: Iterable[str], default: str | None) -> Any:
    value = data.get(key, default)
    if value not in tuple(allowed):
        raise source.error(f"“{key}”应为 {'、'.join(allowed)} 之一，现为“{value}”", (key,))
    return value


def _citations(source: Source, data: Mapping[str, Any], laws: Register) -> tuple[Citation, ...]:
    basis = data.get("basis")
    if not isinstance(basis, list) or not basis:
        raise source.error("规则必须写明依据 basis，如 “广告法#25(一)”", ("basis",))
    out = []
    for i, reference in enumerate(basis):
        try:
            out.append(laws.resolve(str(reference)))
        except LawError as error:
            raise source.error(error.message, ("basis", i)) from error
    return tuple(out)


def _rights(laws: Register, basis: list[str]) -> tuple[str, ...]:
    """Collect the rights the cited articles touch, in the order of the eight."""
    touched = {right for reference in basis for right in laws.rights(reference)}
    return tuple(r for r in RIGHTS if r in touched)


def _may(source: Source, data: Mapping[str, Any], citations: tuple[Citation, ...]) -> May:
    """Let T and Q block, S warn, M stay a draft; `at_most` may lower it."""
    marks = {c.confidence for c in citations}
    may: May = "block" if marks & {"T", "Q"} else "warn" if "S" in marks else "draft"
    if "at_most" in data:
        ceiling = _one_of(source, data, "at_most", ORDER, None)
        may = min(may, ceiling, key=ORDER.index)
    return may


def _scope(source: Source, data: Any) -> Scope:
    if not isinstance(data, dict):
        raise source.error("scope 应当是一组 键: 值", ("scope",))
    allowed = {
        "scenarios": SCENARIOS,
        "roles": ROLES,
        "products": PRODUCTS,
        "exempt_products": PRODUCTS,
    }
    for key in data:
        if key not in (*allowed, "offer", "dialogue", "not_scenarios"):
            raise source.error(
                f"scope 没有“{key}”；可用：{'、'.join((*allowed, 'not_scenarios', 'offer', 'dialogue'))}",
                ("scope", key),
            )
    values = {key: frozenset(names(source, data, key, options, ("scope",))) for key, options in allowed.items()}
    excluded = frozenset(names(source, data, "not_scenarios", SCENARIOS, ("scope",)))
    if excluded:
        values["scenarios"] = (values["scenarios"] or frozenset(SCENARIOS)) - excluded
    return Scope(**values, offer=bool(data.get("offer", False)), dialogue=data.get("dialogue"))


def _version(source: Source, data: Mapping[str, Any]) -> int:
    number: int = required(source, data, "version", int)
    if number < 1:
        raise source.error(f"版本号从 1 起，现为 {number}", ("version",))
    return number


def _unless(parser: Parser, nodes: Any) -> tuple[Exemption, ...]:
    if not isinstance(nodes, list):
        raise parser.source.error("unless 应当是例外的列表", ("unless",))
    out = []
    for i, node in enumerate(nodes):
        path = ("unless", i)
        if isinstance(node, dict) and "when" in node:
            if set(node) - {"when", "within"}:
                raise parser.source.error("例外写作 {when: 检查, within: clause|sentence|document|字数}", path)
            within = node.get("within", "sentence")
            if within not in ("clause", "sentence", "document") and not isinstance(within, int):
                raise parser.source.error("within 应为 clause、sentence、document 或字数", (*path, "within"))
            out.append(Exemption(parser.check(node["when"], (*path, "when")), within))
        else:
            out.append(Exemption(parser.check(node, path)))
    return tuple(out)


def _stances(source: Source, data: Any) -> frozenset[str]:
    if not isinstance(data, dict) or set(data) - {"ignore"}:
        raise source.error("stance 写作 {ignore: [negated, …]}", ("stance",))
    return frozenset(names(source, data, "ignore", STANCES, ("stance",)))
