"""The commands `xiaobao rules …`: list, show, test, lint, docs, schema."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.console import Console
from rich.text import Text

from xiaobao.errors import ModelUnavailable, RuleError, UsageError
from xiaobao.rulebook.load import PACKAGE, Rulebook, read_folder
from xiaobao.rulebook.model import CATEGORIES, Rule
from xiaobao.terminal import listing, show_table

if TYPE_CHECKING:
    from xiaobao.screening.screen import ScreeningJudge

SEVERITY = {"high": "▲ 高", "medium": "◆ 中", "low": "● 低"}
MAY = {"block": "可判违规", "warn": "仅提示复核", "draft": "草稿"}
LIFECYCLE = {"draft": "草稿", "shadow": "试运行", "published": "生效", "retired": "停用"}

_folder = click.option(
    "--rules", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=PACKAGE,
    help="规则目录，默认随引擎提供的规则库。", show_default=False,
)  # fmt: skip
_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，便于程序读取。")


@click.group()
def rules() -> None:
    """查看、检验规则库。

    例：xiaobao rules test wealth/principal_guarantee
    """


def _read(folder: Path) -> tuple[Rulebook, list[RuleError]]:
    """Return the rules of a folder and what is wrong with its files; raise UsageError where it has none."""
    errors: list[RuleError] = []
    book = read_folder(folder, errors=errors)
    if not book.rules and not errors:
        raise UsageError(f"规则目录 {folder} 里没有规则；规则放在 <领域>/<违规>.yaml", code="usage.rules")
    return book, errors


def _complain(errors: list[RuleError]) -> None:
    """Say on stderr which files could not be read, and exit with 1 where there are any."""
    for error in errors:
        click.echo(f"✗ {error.message}", err=True)
    if errors:
        raise click.exceptions.Exit(1)


def _chosen(book: Rulebook, names: tuple[str, ...]) -> list[Rule]:
    """Return the rules named by id or by domain; all when none is named."""
    if not names:
        return list(book.rules)
    out = [r for r in book.rules if r.id in names or r.id.split("/")[0] in names]
    for name in names:
        if not any(r.id == name or r.id.split("/")[0] == name for r in out):
            book.rule(name)
    return out


@rules.command("list")
@click.argument("names", nargs=-1)
@click.option("--category", help="只列这一类别。")
@click.option("--family", help="只列覆盖这一表述族（如 WM-01）的规则。")
@_folder
@_json
def list_rules(names: tuple[str, ...], category: str | None, family: str | None, folder: Path, as_json: bool) -> None:
    """列出规则；有规则文件读不了时在标准错误里说明，并以 1 退出。"""
    book, errors = _read(folder)
    _known("类别", category, {*CATEGORIES, *(r.category for r in book.rules)})
    _known("表述族", family, {name for r in book.rules for name in r.families})
    chosen = [
        r
        for r in _chosen(book, names)
        if (category is None or r.category == category) and (family is None or family in r.families)
    ]
    if as_json:
        click.echo(orjson.dumps([_summary(r) for r in chosen], option=orjson.OPT_INDENT_2))
        _complain(errors)
        return
    table = listing(f"规则 {len(chosen)} 条", "编号", "违规", "类别", "级别", "依据", "状态")
    for rule in chosen:
        table.add_row(
            rule.id, rule.title, rule.category, SEVERITY[rule.severity], "、".join(map(str, rule.citations)),
            f"{LIFECYCLE[rule.lifecycle]}，{MAY[rule.may]}",
        )  # fmt: skip
    show_table(table)
    _complain(errors)


def _known(what: str, name: str | None, names: set[str]) -> None:
    """Raise UsageError for a name that nothing has: an empty list would look like an answer."""
    if name is not None and name not in names:
        near = "、".join(difflib.get_close_matches(name, sorted(names), 3))
        raise click.UsageError(f"没有“{name}”这个{what}" + (f"；相近的有：{near}" if near else ""))


@rules.command("show")
@click.argument("id")
@_folder
@_json
def show_rule(id: str, folder: Path, as_json: bool) -> None:
    """显示一条规则：依据条文、检查、例子。"""
    book, errors = _read(folder)
    if not any(rule.id == id for rule in book.rules):
        # The rule may be missing because its own file cannot be read.
        for error in errors:
            click.echo(f"✗ {error.message}", err=True)
    rule = book.rule(id)
    if as_json:
        click.echo(orjson.dumps(_summary(rule, full=True), option=orjson.OPT_INDENT_2))
        return
    # Rules may hold square brackets, which are words of theirs and no styles.
    console = Console(markup=False, highlight=False)
    facts = f"  {SEVERITY[rule.severity]}  {rule.category}  第 {rule.version} 版  负责人：{rule.owner}"
    console.print(Text.assemble((rule.title, "bold"), facts))
    console.print(rule.message)
    console.print(f"建议改为：{rule.remedy}", style="green")
    for citation in rule.citations:
        console.print(f"\n{citation}（{citation.confidence}）\n  {citation.paraphrase}")
    for kind, group in (("应命中", rule.hit), ("不应命中", rule.no_hit)):
        console.print(f"\n{kind}")
        for example in group:
            console.print(f"  · {example.text}")
    if rule.todo:
        console.print("\n尚未做到")
        for text in rule.todo:
            console.print(f"  · {text}")


@rules.command("test")
@click.argument("names", nargs=-1)
@_folder
def test_rules(names: tuple[str, ...], folder: Path) -> None:
    """用规则自己的例子检验规则；有失败时退出码为 1。

    例：xiaobao rules test wealth/principal_guarantee
    """
    from xiaobao.rulebook.verify import try_examples

    book, errors = _read(folder)
    chosen = _chosen(book, names)
    trials = try_examples(book, chosen, judge=_judge(chosen))
    failed = [t for t in trials if not t.passed]
    for error in errors:
        click.echo(f"✗ {error.message}")
    for trial in failed:
        click.echo(f"✗ {trial.rule}：{trial.complaint}")
    click.echo(
        f"{len({t.rule for t in trials})} 条规则，{len(trials)} 个例子，{len(failed)} 个失败，{len(errors)} 个文件有误"
    )
    if failed or errors:
        raise click.exceptions.Exit(1)


@rules.command("lint")
@_folder
def lint_rules(folder: Path) -> None:
    """检查规则库：写法、依据、例子、永远不会生效的放行短语、过于频繁的词。"""
    from xiaobao.rulebook.lint import lint
    from xiaobao.rulebook.verify import verify

    book, errors = _read(folder)
    problems = [*verify(book, judge=_judge(book.rules)), *lint(book)]
    for error in errors:
        click.echo(f"✗ {error.message}")
    for problem in problems:
        click.echo(f"{'✗' if problem.fatal else '!'} {problem.rule}：{problem.message}")
    advice = sum(not p.fatal for p in problems)
    fatal = len(errors) + len(problems) - advice
    click.echo(f"{len(book.rules)} 条规则：{fatal} 个必须修正，{advice} 个建议")
    if fatal:
        raise click.exceptions.Exit(1)


def _judge(chosen: Iterable[Rule]) -> ScreeningJudge | None:
    """Return the judge that ships with the engine; say on stderr which rules go untried without a model."""
    from xiaobao.judge.model import default_judge
    from xiaobao.rulebook.verify import untried

    judge: ScreeningJudge | None = None
    reason = "未配置大模型"
    try:
        judge = default_judge()
    except ModelUnavailable as error:
        reason = error.message
    left = [rule.id for rule in chosen if untried(rule, judge)]
    if left:
        shown = "、".join(left[:3]) + (" 等" if len(left) > 3 else "")
        click.echo(f"{len(left)} 条要靠模型判断的规则未检验（{shown}）：{reason}", err=True)
    return judge


@rules.command("docs")
@click.option("--output", type=click.Path(path_type=Path), default=Path("docs/rules"), show_default=True)
@_folder
def write_docs(output: Path, folder: Path) -> None:
    """由规则生成说明文档（Markdown，每个领域一页）。"""
    from xiaobao.rulebook.docs import write_pages

    book, errors = _read(folder)
    # Pages without the rules that cannot be read would pass for the whole rulebook.
    _complain(errors)
    pages = write_pages(book, output)
    click.echo(f"已写入 {len(pages)} 页：{output}")


@rules.command("schema")
def print_schema() -> None:
    """输出规则文件的 JSON Schema，供编辑器补全与校验。"""
    from xiaobao.rulebook.schema import rule_schema

    click.echo(orjson.dumps(rule_schema(), option=orjson.OPT_INDENT_2))


def _summary(rule: Rule, *, full: bool = False) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": rule.id,
        "title": rule.title,
        "version": rule.version,
        "lifecycle": rule.lifecycle,
        "may": rule.may,
        "category": rule.category,
        "severity": rule.severity,
        "families": list(rule.families),
        "rights": list(rule.rights),
        "basis": [c.as_dict() for c in rule.citations],
    }
    if full:
        out |= {
            "message": rule.message,
            "remedy": rule.remedy,
            "hit": [e.text for e in rule.hit],
            "no_hit": [e.text for e in rule.no_hit],
            "todo": list(rule.todo),
            "owner": rule.owner,
            "effective_from": rule.effective_from and rule.effective_from.isoformat(),
            "effective_to": rule.effective_to and rule.effective_to.isoformat(),
        }
    return out
