"""The command line's `credit`: rates, schedule, compare, statement."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import click
import orjson
from rich.console import RenderableType

from xiaobao import batch
from xiaobao.credit import lines, terminal
from xiaobao.credit.references import PACKAGED, references
from xiaobao.credit.statement import Statement
from xiaobao.errors import InputError, UsageError, XiaobaoError
from xiaobao.terminal import show_lines

Object = dict[str, Any]
View = Callable[[Object], RenderableType]
Command = Callable[..., None]

ELSE = "用 --principal 等给出条款"
_GROUP = """贷款到底要花多少钱：年化利率、还款计划、两个方案比较、综合融资成本明示表。

\b
逐行读写 JSON Lines；在终端里、或加 --format text，则显示成表。
"""
_RATES = """把现金流、合同条款或一句报价折算成年化利率，单利与复利同时给出。

\b
例：
  echo '{"id":"1","drawdowns":[[0,12000]],"payments":[[0.5,6500],[1,6500]]}' | xiaobao credit rates
  echo '{"id":"2","quote":"月费率0.6%，分12期"}' | xiaobao credit rates --format text
  xiaobao credit rates --principal 10000 --rate 12 --periods 12
\b
convention：effective-365（默认）、nominal-monthly、us-actuarial（须另给 unit_period）。
"""
_SCHEDULE = """按合同条款排出还款计划：本金、利息、各项费用、剩余本金。

\b
例：
  xiaobao credit schedule --principal 10000 --rate 12 --periods 12 --method 等额本金
  xiaobao credit schedule --input 合同.jsonl --output 计划.jsonl
\b
行里加 what_if 看提前还款，如 {"after":6,"amount":3000}；加 overdue_days 看每期逾期的费用。
"""
_COMPARE = """比较两个方案：{"id","a":{条款},"b":{条款}}。

\b
例：
  xiaobao credit compare --input 方案.jsonl --format text
\b
条款的字段与 schedule 相同，另可有 name。
"""
_STATEMENT = """按合同条款出具综合融资成本明示表：数据、表、PDF，以及可以念出来的话。

\b
例：
  xiaobao credit statement --principal 10000 --rate 12 --periods 12 --format text
  xiaobao credit statement --input 合同.jsonl --format pdf --output 明示表.pdf
"""


@click.group("credit", help=_GROUP)
def credit() -> None:
    """Group the commands about loans."""


def _shared(command: Command) -> Command:
    for option in (
        click.option("--output", "target", default="-", metavar="文件", help="写到哪里；- 为标准输出（默认）。"),
        click.option("--input", "source", metavar="JSONL", help="JSON Lines 文件；- 为标准输入（默认）。"),
    ):
        command = option(command)
    return command


def _contract(command: Command) -> Command:
    """Add the options that spell one contract out on the command line."""
    for option in (
        click.option("--lender", metavar="名称", help="贷款人。"),
        click.option("--start", metavar="日期", help="放款日，如 2026-01-31。"),
        click.option("--method", metavar="方式", help="还款方式，如 等额本息、等额本金、先息后本、等本等息。"),
        click.option("--periods", metavar="期数", help="期数（月）。"),
        click.option("--rate", "annual_rate", metavar="%", help="合同年利率。"),
        click.option("--principal", metavar="元", help="本金；给出它就不读 JSON Lines。"),
    ):
        command = option(command)
    return command


def _form(*names: str) -> Callable[[Command], Command]:
    text = "默认：在终端里用 text，其余用 jsonl。"
    return click.option("--format", "form", type=click.Choice(names), help=text)


@credit.command("rates", help=_RATES)
@_contract
@_shared
@_form("jsonl", "text")
def rates_command(source: str | None, target: str, form: str | None, **contract: str | None) -> None:
    """Write the annual rates of each line; exit with 1 where a line was bad."""
    _run(source, target, form, contract, lines.rates, terminal.rate_view, lines.RATE_KEYS)


@credit.command("schedule", help=_SCHEDULE)
@_contract
@_shared
@_form("jsonl", "text")
def schedule_command(source: str | None, target: str, form: str | None, **contract: str | None) -> None:
    """Write the schedule of each line's contract; exit with 1 where a line was bad."""
    _run(source, target, form, contract, lines.scheduled, terminal.schedule_view, lines.SCHEDULE_KEYS)


@credit.command("compare", help=_COMPARE)
@_shared
@_form("jsonl", "text")
def compare_command(source: str | None, target: str, form: str | None) -> None:
    """Write each line's two offers compared; exit with 1 where a line was bad."""

    def view(obj: Object) -> RenderableType:
        return terminal.comparison_view(lines.comparison(obj))

    _run(source, target, form, {}, lines.compared, view, lines.COMPARE_KEYS, of_input=True)


@credit.command("statement", help=_STATEMENT)
@_contract
@_shared
@_form("jsonl", "text", "pdf")
@click.option(
    "--references", "table", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=PACKAGED,
    metavar="YAML", help="代替随引擎提供的参考利率（LPR 表、24% 等）。",
)  # fmt: skip
def statement_command(
    source: str | None, target: str, form: str | None, table: Path, **contract: str | None
) -> None:  # fmt: skip
    """Write the statement of each line's contract; exit with 1 where a line was bad."""
    references(table)
    made = partial(lines.statement_of, table=table)
    if form == "pdf":
        raise SystemExit(_pdf(_objects(source, contract), target, made))

    def view(obj: Object) -> RenderableType:
        return terminal.statement_view(made(obj))

    work = partial(lines.stated, table=table)
    _run(source, target, form, contract, work, view, lines.STATEMENT_KEYS, of_input=True)


def _run(
    source: str | None, target: str, form: str | None, contract: dict[str, str | None], work: batch.Work, view: View,
    known: frozenset[str], *, of_input: bool = False,
) -> None:  # fmt: skip
    """Work through lines or the one contract of the options; view takes a result, or with of_input the input."""
    if form is None:
        form = "text" if target == "-" and sys.stdout.isatty() else "jsonl"
    if form == "text":
        raise SystemExit(
            _text(_objects(source, contract), target, view if of_input else lambda o: view(work(o)), known)
        )
    if _given(contract):
        with batch.written_to(target) as fp:
            raise SystemExit(batch.process(_objects(source, contract), fp, lambda many: [work(o) for o in many]))
    raise SystemExit(batch.run(batch.piped(source, ELSE), target, work, keep_extra=known))


def _text(objects: Iterator[batch.Line], target: str, view: View, known: frozenset[str]) -> int:
    with batch.written_to(target) as fp:
        colour = target == "-" and sys.stdout.isatty()
        return show_lines(
            objects, fp, lambda _id, obj: view(obj), colour=colour, narrowest=terminal.NARROWEST, known=known
        )


def _pdf(objects: Iterator[batch.Line], target: str, made: Callable[[Object], Statement]) -> int:
    if target == "-":
        raise UsageError("PDF 须用 --output 指定文件，如 --output 明示表.pdf")
    try:
        from xiaobao.credit.pdf import statements_pdf
    except ImportError as error:
        raise UsageError("写 PDF 需要另装组件：pip install 'xiaobao[report]'", code="usage.extra") from error
    good, failed = [], 0
    for number, identity, obj in objects:
        try:
            if isinstance(obj, InputError):
                raise obj
            good.append(made(obj))
        except InputError as error:
            failed += 1
            click.echo(f"第 {number} 行 {identity}：{error.message}", err=True)
    if not good:
        raise XiaobaoError("没有可以出具的明示表", code="input")
    with batch.written_to(target) as fp:
        fp.write(statements_pdf(good))
    return 1 if failed else 0


def _given(contract: dict[str, str | None]) -> bool:
    return any(value is not None for value in contract.values())


def _objects(source: str | None, contract: dict[str, str | None]) -> Iterator[batch.Line]:
    if not _given(contract):
        return batch.read_lines(batch.piped(source, ELSE))
    if source is not None:
        raise UsageError("条款用选项给出时，不能再给 --input")
    obj: Object = {key: value for key, value in contract.items() if value is not None}
    return iter([(1, 1, cast(Object, orjson.loads(orjson.dumps(obj))))])
