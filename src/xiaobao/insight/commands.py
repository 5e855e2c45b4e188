"""The command line's `trends` and `duplicates`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xiaobao import batch
from xiaobao.errors import InputError, XiaobaoError
from xiaobao.insight.duplicates import compare
from xiaobao.insight.order import Account, Seen, in_time
from xiaobao.insight.trend import Trends
from xiaobao.insight.values import Alert, text_of

_TRENDS = """按时间顺序读入文本流，发现新出现的、明显上升的问题，逐条写出预警；只依据此前的文本。

\b
示例：
  xiaobao trends --input 投诉流.jsonl --output 预警.jsonl
  tail -F 投诉流.jsonl | xiaobao trends
\b
每行 {"id","ts","channel","text"}；文件没有按 ts 先后排列的先排好再算，标准输入按到达的先后。
编号和内容都与此前相同的行只计一次；有 customer 或 author 字段时用来识别同一人反复来件。
预警 {"at","kind","terms","strength","count","examples",…}：
kind 为 emerging（新出现）、rising（明显上升）、hot（预警之后继续升温）。
乱序、重复、误填时间、无法读取的行数写在错误输出，并写入其后第一条预警的 warnings。
"""

_DUPLICATES = """判断两件投诉是否为同一事件，并说明理由，逐行读写 JSON Lines。

\b
示例：
  xiaobao duplicates --input 成对投诉.jsonl --output 结果.jsonl
\b
每行 {"pair_id","a":{"text","received_at",…},"b":{…}}；结果 {"pair_id","probability","why","link"}，
link 为 same_event（同一事件）、template（同一模板的不同来信）、agent（同一联系方式、
不同的人，疑似代理）、same_customer（同一客户的另一件事）或 none。
"""
_PAIR_KEYS = frozenset({"id", "pair_id", "a", "b"})


def pair(obj: dict[str, Any]) -> dict[str, Any]:
    """Return {"pair_id","probability","why","link"} of an object {"pair_id","a","b"}."""
    for key in ("a", "b"):
        if not isinstance(obj.get(key), dict):
            raise InputError(f"字段“{key}”应为一件投诉（对象）", code="input.type")
    found = compare(obj["a"], obj["b"]).as_dict()
    return {"pair_id": obj["pair_id"], **found} if "pair_id" in obj else found


@click.command("duplicates", help=_DUPLICATES)
@click.option("--input", "source", default="-", show_default=True, help="JSON Lines 文件；- 为标准输入")
@click.option("--output", "target", default="-", show_default=True, help="写到哪里；- 为标准输出")
def duplicates_command(source: str, target: str) -> None:
    """Judge pairs of complaints; exit with 1 where a line was bad."""
    raise SystemExit(batch.run(source, target, pair, keep_extra=_PAIR_KEYS, named=("pair_id",)))


def alerts(
    lines: Iterator[batch.Line], watch: Trends, account: Account | None = None
) -> Iterator[Alert | dict[str, Any]]:  # fmt: skip
    """Yield alerts, and an error line for each line that cannot be read, in the order of the stream.

    A line whose id and words were there before is left out; account counts it, and what came late.
    """
    account, seen = account or Account(), Seen()
    for number, identity, line in lines:
        try:
            if isinstance(line, XiaobaoError):
                raise line
            text = text_of(line, str(identity))
        except XiaobaoError as error:
            account.count("failed", number)
            yield batch.error_line(identity, error, number)
            continue
        same = seen.before(text) if line.get("id") not in (None, "") else None
        if same is not None:
            account.count("twice" if same else "reworded", number)
        if same:
            continue
        late, doubted = watch.late, watch.doubted
        yield from watch.add(text)
        for kind, more in (("late", watch.late > late), ("leapt", watch.doubted > doubted)):
            if more:
                account.count(kind, number)


def _counted(lines: Iterator[batch.Line]) -> Iterator[batch.Line]:
    """Pass lines on and show on a terminal how many were read."""
    if not sys.stderr.isatty():
        yield from lines
        return
    columns = (SpinnerColumn(), TextColumn("已读 {task.completed:,.0f} 条"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        for line in lines:
            yield line
            bar.advance(task)


@click.command("trends", help=_TRENDS)
@click.option("--input", "source", default="-", show_default=True, help="JSON Lines 文件；- 为标准输入")
@click.option("--output", "target", default="-", show_default=True, help="写到哪里；- 为标准输出")
def trends_command(source: str, target: str) -> None:
    """Watch a stream and write its alerts; exit with 1 where a line was bad."""
    account = Account()
    batch.refuse_same_file(source, target)
    batch.refuse_unreadable(source)
    with batch.written_to(target) as fp:
        lines = _counted(in_time(source, account))
        for found in alerts(lines, Trends(), account):
            if isinstance(found, Alert):
                news = account.news()
                found = {**found.as_dict(), **({"warnings": news} if news else {})}
            batch.write_line(fp, found)
    for sentence in account.all():
        click.echo(f"提示：{sentence}", err=True)
    raise SystemExit(1 if account.counts["failed"] else 0)
