"""The commands `xiaobao laws …`: list, show, import, impact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from xiaobao.errors import LawError, XiaobaoError
from xiaobao.laws.impact import CitingRule, impact
from xiaobao.laws.importer import FileReport, import_texts, passed_over
from xiaobao.laws.norm import Article, Norm
from xiaobao.laws.register import Register, load
from xiaobao.terminal import listing, show_table

CONFIDENCE = {"T": "原文", "Q": "引文", "S": "二手", "M": "待核"}
STATUS = {
    "imported": "已导入", "unmatched": "未匹配", "superseded": "旧版", "newer": "新版待登记",
    "not_wording": "非原文", "empty": "无条文", "unreadable": "无法读取",
}  # fmt: skip
REACH = {"exact": "直接依据", "within": "依据其中部分", "above": "依据所在整条", "broken": "依据无法解析"}

SHOWN = 10
"""Names told of a longer list."""

_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，便于程序读取。")


@click.group()
def laws() -> None:
    """查看法规、导入条文原文、查明哪些规则依据某条。

    例：xiaobao laws show 广告法#25
    """


@laws.command("list")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="只列这一天施行的规范。")
@_json
def list_norms(on: Any, as_json: bool) -> None:
    """列出登记的全部规范。"""
    register = load()
    day: date | None = on.date() if on else None
    norms = [n for n in register.norms() if day is None or register.in_force(n.key, day)]
    if as_json:
        _print_json([_norm_dict(n) for n in norms])
        return
    table = listing(f"登记的规范（{len(norms)}部）", "引用名", "全称", "文号", "施行", "可信", "条数", "原文")
    for norm in norms:
        imported = len(register.texts.record(norm.key).get("articles", {}))
        start = norm.in_force_from.isoformat() if norm.in_force_from else ""
        table.add_row(
            norm.key, norm.title, norm.number, start, CONFIDENCE[norm.confidence],
            str(len(norm.articles)), str(imported or ""),
        )  # fmt: skip
    show_table(table)


@laws.command("show")
@click.argument("reference", metavar="规范[#条]")
@_json
def show(reference: str, as_json: bool) -> None:
    """显示一部规范或其中一条：大意、可信程度、对应权利和已导入的原文。"""
    register = load()
    norm = _norm_named(register, reference)
    if norm is not None and "*" not in norm.articles:
        _show_norm(register, norm, as_json)
        return
    try:
        citation, rights = register.resolve(reference), register.rights(reference)
    except LawError as error:
        raise click.UsageError(error.message) from error
    if as_json:
        extra = {"title": citation.title, "paraphrase": citation.paraphrase, "text": citation.text}
        _print_json(citation.as_dict() | extra | {"rights": list(rights)})
        return
    console = Console(markup=False)
    place = "" if citation.article.startswith("*") else f" 第{citation.article}条"
    console.print(Text(f"《{citation.title}》{place}", style="bold"))
    console.print(Text(f"大意：{citation.paraphrase}"))
    console.print(Text(f"可信：{CONFIDENCE[citation.confidence]}　权利：{'、'.join(rights) or '—'}"))
    console.print(Text(f"原文：{citation.text or '未导入（用 xiaobao laws import 导入）'}"))


@laws.command("import")
@click.argument("directory", metavar="文件夹", type=click.Path(path_type=Path))
@_json
@click.pass_context
def import_folder(context: click.Context, directory: Path, as_json: bool) -> None:
    """导入文件夹里的条文原文（.md、.txt），逐个文件报告结果；有文件读不了时以 1 退出。"""
    register = load()
    try:
        reports = import_texts(directory, register)
    except XiaobaoError as error:
        raise click.UsageError(error.message) from error
    others = passed_over(directory)
    if not reports:
        raise click.UsageError(f"{directory} 里没有 .md 或 .txt 的条文" + (f"，有：{_some(others)}" if others else ""))
    if others:
        click.echo(f"另有 {len(others)} 个文件不是 .md 或 .txt，没有导入：{_some(others)}", err=True)
    if as_json:
        _print_json([r.as_dict() for r in reports])
    else:
        show_table(_import_table(reports))
        click.echo(f"原文存放在 {register.texts.directory}")
    if any(r.status == "unreadable" for r in reports):
        context.exit(1)


def _some(names: list[str]) -> str:
    """Return the first few names of a list, and that there are more."""
    return "、".join(names[:SHOWN]) + (" 等" if len(names) > SHOWN else "")


@laws.command("impact")
@click.argument("reference", metavar="规范[#条]")
@_json
def show_impact(reference: str, as_json: bool) -> None:
    """列出依据某部规范、某条或某项的全部规则。"""
    try:
        found = impact(load(), reference, _load_rules())
    except LawError as error:
        raise click.UsageError(error.message) from error
    if as_json:
        keys = ("rule", "title", "reference", "reach")
        _print_json([{k: getattr(i, k) for k in keys} for i in found])
        return
    title = f"依据 {reference} 的规则（{len({i.rule for i in found if i.reach != 'broken'})}条）"
    table = listing(title, "规则", "名称", "引用", "关系")
    for item in found:
        table.add_row(item.rule, item.title, item.reference, REACH[item.reach])
    show_table(table)


def _load_rules() -> Iterable[CitingRule]:
    # The rulebook builds on this package, so it is looked up only when its rules are asked for.
    rules: Iterable[CitingRule] = import_module("xiaobao.rulebook.load").load().rules
    return rules


def _norm_named(register: Register, reference: str) -> Norm | None:
    try:
        return register.norm(reference)
    except LawError:
        return None


def _show_norm(register: Register, norm: Norm, as_json: bool) -> None:
    articles = register.articles(norm.key)
    if as_json:
        _print_json(_norm_dict(norm) | {"articles": [_article_dict(a) for a in articles]})
        return
    console = Console(markup=False)
    console.print(Text(f"《{norm.title}》", style="bold"))
    facts = (norm.number, norm.issuer, f"施行 {norm.in_force_from}" if norm.in_force_from else "", norm.note)
    console.print(Text("　".join(f for f in facts if f)))
    table = Table()
    for heading in ("条", "大意", "可信"):
        table.add_column(heading, overflow="fold")
    for article in articles:
        table.add_row(article.number, article.paraphrase, CONFIDENCE[article.confidence])
        for number, item in article.items.items():
            table.add_row(f"  ({number})", item.paraphrase, CONFIDENCE[item.confidence])
    console.print(table)


def _import_table(reports: list[FileReport]) -> Table:
    done = sum(r.status == "imported" for r in reports)
    title = f"导入结果：{done} 份成功，{len(reports) - done} 份未导入"
    table = listing(title, "结果", "文件", "规范", "条数", "缺号", "重号", "说明")
    for r in reports:
        gaps = "、".join(r.gaps[:5]) + (f"等{len(r.gaps)}处" if len(r.gaps) > 5 else "")
        table.add_row(
            STATUS[r.status], r.file, r.norm or r.title[:20], str(r.articles or ""), gaps, "、".join(r.duplicates),
            r.message,
        )  # fmt: skip
    return table


def _norm_dict(norm: Norm) -> dict[str, Any]:
    return {
        "key": norm.key,
        "title": norm.title,
        "aliases": list(norm.aliases),
        "number": norm.number,
        "issuer": norm.issuer,
        "in_force_from": norm.in_force_from,
        "in_force_until": norm.in_force_until,
        "confidence": norm.confidence,
        "source": norm.source,
        "version": norm.version,
        "note": norm.note,
    }


def _article_dict(article: Article) -> dict[str, Any]:
    out: dict[str, Any] = {
        "article": article.number,
        "paraphrase": article.paraphrase,
        "confidence": article.confidence,
        "rights": list(article.rights),
    }
    if article.items:
        out["items"] = [_article_dict(i) for i in article.items.values()]
    return out


def _print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
