"""Results on a terminal: each material with its findings, a table of all at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import IO

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from xiaobao.model import SEVERITIES, Decision, Severity
from xiaobao.report import words
from xiaobao.report.session import Result
from xiaobao.report.view import Item, Shown, item
from xiaobao.report.wrap import Wrapped
from xiaobao.terminal import plain_table, writing

COLOURS: dict[Severity, str] = {"high": "red", "medium": "yellow", "low": "blue"}
_VERDICT_COLOURS = {"violation": "red", "review": "yellow", "clear": "green", None: "magenta"}
CLAUSES = 2
"""Clauses shown with what they say; the others by name."""


def print_results(results: Iterable[Result], fp: IO[bytes], *, colour: bool) -> None:
    """Write each result as soon as it is there, and the summary; without colour as plain UTF-8 text."""
    with writing(fp, colour=colour, narrowest=40) as console:
        shown: list[Item] = []
        for number, result in enumerate(results, 1):
            view = item(result, number)
            console.print(_material(view))
            shown.append(_light(view))
        if len(shown) > 1:
            console.print(_summary(shown))


def _light(view: Item) -> Item:
    """Return what the summary needs, without the material."""
    return replace(view, result=None)


def _material(view: Item) -> RenderableType:
    colour = _VERDICT_COLOURS[view.decision]
    shape = words.VERDICT_SHAPES[view.decision] if view.decision else "✕"
    parts: list[RenderableType] = [Rule(style="dim"), _line(view, shape, colour)]
    if view.inferred:
        parts.append(_indented(Text(f"{_clean(view.inferred)}（推断）", style="dim")))
    if view.error:
        parts.append(_indented(Text(_clean(view.error), style="magenta")))
    parts += [_finding(shown) for shown in view.findings]
    if view.issues:
        parts.append(_issues(view))
    parts.append(Text(""))
    return Group(*parts)


def _indented(text: Text) -> RenderableType:
    return Padding(Wrapped(text), (0, 0, 0, 2))


def _line(view: Item, shape: str, colour: str) -> Text:
    text = Text()
    text.append(f"{shape} ", colour)
    text.append(_clean(view.name), "bold")
    text.append(f"  {view.word}", f"bold {colour}")
    counts = [f"{words.SHAPES[s]} {view.count(s)}" for s in SEVERITIES if view.count(s)]
    text.append("  " + "  ".join([*counts, *([view.kind] if view.kind else [])]), "dim")
    return text


def _finding(shown: Shown) -> RenderableType:
    finding = shown.finding
    colour = COLOURS[finding.severity]
    head = Text()
    head.append(f"{words.SHAPES[finding.severity]} ", colour)
    head.append(f"{shown.number}. {finding.title}", "bold")
    head.append(f"  {shown.confidence}", "yellow" if finding.decision == "review" else "")
    if shown.place:
        head.append(f"  {_clean(shown.place)}", "cyan")
    rows = Table.grid(padding=(0, 1))
    rows.add_column(style="dim", no_wrap=True, width=8)
    rows.add_column(overflow="fold")
    rows.add_row("原文", Wrapped(_quote(shown, colour) if shown.quote else Text("（应有而没有）", style="dim")))
    rows.add_row("理由", Wrapped(Text(_clean(shown.reason))))
    if shown.same is not None:
        rows.add_row("", Text(f"问题、依据与建议同第 {shown.same} 项", style="dim"))
    else:
        _add_rule(rows, shown)
    return Group(Text(""), _indented(head), Padding(rows, (0, 0, 0, 4)))


def _add_rule(rows: Table, shown: Shown) -> None:
    """Add what a rule says wherever it is met: the offence, its law, what to write instead."""
    finding = shown.finding
    rows.add_row("问题", Wrapped(Text(finding.message)))
    for i, clause in enumerate(shown.clauses[:CLAUSES]):
        text = Text(clause.name)
        if clause.text:
            text.append(f"  {'' if clause.own else '原文：'}{_clean(clause.text)}", "dim")
        rows.add_row("" if i else "依据", Wrapped(text))
    if len(shown.clauses) > CLAUSES:
        others = Text("另据" + "、".join(c.name for c in shown.clauses[CLAUSES:]), style="dim")
        rows.add_row("", Wrapped(others))
    rows.add_row("建议改为", Wrapped(Text(finding.remedy, style="green")))
    rows.add_row("", Text(f"{finding.rule} 第 {finding.version} 版", style="dim"))


def _quote(shown: Shown, colour: str) -> Text:
    text = Text()
    for piece in shown.quote:
        style = ""
        if piece.numbers:
            style = f"bold {colour} underline" if piece.strong else colour
        text.append(_clean(piece.text), style)
    return text


def _issues(view: Item) -> RenderableType:
    text = Text("\n  没有读清的地方：\n", style="magenta")
    for issue in view.issues[:8]:
        material = view.result.material if view.result else None
        where = words.place(material, issue.anchor) if material else ""
        text.append(f"    {_clean(f'{where}：' if where else '')}{_clean(issue.message)}\n", "")
    if len(view.issues) > 8:
        text.append(f"    另有 {len(view.issues) - 8} 处\n", "dim")
    text.rstrip()
    return text


def _summary(shown: list[Item]) -> RenderableType:
    table = plain_table()
    table.add_column("结论", no_wrap=True)
    table.add_column("材料", overflow="fold")
    for severity in SEVERITIES:
        table.add_column(f"{words.SHAPES[severity]} {words.SEVERITIES[severity]}", justify="right", no_wrap=True)
    table.add_column("主要问题", overflow="fold")
    for view in shown:
        shape = words.VERDICT_SHAPES[view.decision] if view.decision else "✕"
        verdict = Text(f"{shape} {view.word}", style=_VERDICT_COLOURS[view.decision])
        counts = [Text(str(view.count(s)), style=COLOURS[s] if view.count(s) else "dim") for s in SEVERITIES]
        table.add_row(verdict, Text(_clean(view.name)), *counts, Text(_clean(view.category or view.error)))
    return Group(Rule("汇总", style="dim", align="left"), table, Text(""), Text(totals(shown), style="bold"))


def totals(shown: Iterable[Item]) -> str:
    """Return in one sentence how many materials came out how."""
    views = list(shown)
    parts = [f"共 {len(views)} 份材料"]
    order: tuple[Decision | None, ...] = ("violation", "review", "clear", None)
    for decision in order:
        count = sum(view.decision == decision for view in views)
        if count:
            parts.append(f"{words.VERDICTS[decision] if decision else words.UNREADABLE} {count} 份")
    return "，".join(parts)


def _clean(text: str) -> str:
    """Return text without what could steer a terminal; line feeds become spaces."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", " "))
