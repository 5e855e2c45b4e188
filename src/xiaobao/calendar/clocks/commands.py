"""The command line's `deadlines`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType

from xiaobao import batch
from xiaobao.calendar.calendar import Calendar, mainland
from xiaobao.calendar.clocks import lines, terminal
from xiaobao.calendar.clocks.names import EVENTS
from xiaobao.calendar.clocks.terminal import NARROWEST
from xiaobao.calendar.clocks.track import TRACKS, track
from xiaobao.errors import UsageError
from xiaobao.terminal import show_lines

ELSE = "用 --track 与 --event 给出一件"
_HELP = f"""按发生的事件算出法定期限：何时到期、顺延到哪天、依据哪一条，逐日列出怎么数的。

\b
例：
  xiaobao deadlines --track direct --event received=2026-11-02 --event complex=2026-11-10
  echo '{{"id":"1","track":"direct","events":[{{"kind":"received","at":"2026-11-02"}}]}}' | xiaobao deadlines
  xiaobao deadlines --input 投诉.jsonl --output 期限.jsonl
\b
轨道：
  {chr(10).join(f"  {name:20}{track(name).label}" for name in TRACKS).strip()}
\b
事件：
  {chr(10).join(f"  {name:20}{label}" for name, label in EVENTS.items()).strip()}
\b
时间写作 2026-11-02 或 2026-11-02T09:30，没有时区的是北京时间。
"""


@click.command("deadlines", help=_HELP)
@click.option("--input", "source", metavar="JSONL", help="JSON Lines 文件；- 为标准输入（默认）。")
@click.option("--output", "target", default="-", metavar="文件", help="写到哪里；- 为标准输出（默认）。")
@click.option("--track", "name", type=click.Choice(TRACKS), metavar="轨道", help="只算一件：轨道，须同时给 --event。")
@click.option("--event", "events", multiple=True, metavar="事件=时间", help="只算一件：事件，可以给多次。")
@click.option("--at", metavar="日期", help="未结束的鉴定、调解暂算到哪天；默认为最后一个事件的日期。")
@click.option(
    "--calendar", "tables", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="YAML", help="本机构的放假与上班安排，叠加在全国安排之上。",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["jsonl", "text"]), help="默认：在终端里用 text，其余用 jsonl。")
def deadlines_command(
    source: str | None, target: str, name: str | None, events: tuple[str, ...], at: str | None,
    tables: tuple[Path, ...], form: str | None,
) -> None:  # fmt: skip
    """Write the deadlines of each line; exit with 1 where a line was bad."""
    calendar = Calendar.load(*tables) if tables else mainland()
    if form is None:
        form = "text" if target == "-" and sys.stdout.isatty() else "jsonl"
    if name is None and not events and form == "jsonl":
        work = partial(_work, at=at, calendar=calendar)
        raise SystemExit(batch.run(batch.piped(source, ELSE), target, work, keep_extra=lines.KEYS))
    objects = _one(name, events, source) if name is not None or events else batch.read_lines(batch.piped(source, ELSE))
    batch.refuse_unreadable(source or "-")
    with batch.written_to(target) as fp:
        if form == "jsonl":
            many = partial(_many, at=at, calendar=calendar)
            raise SystemExit(batch.process(objects, fp, many, keep_extra=lines.KEYS))
        colour = target == "-" and sys.stdout.isatty()
        view = partial(_view, at, calendar)
        raise SystemExit(show_lines(objects, fp, view, colour=colour, narrowest=NARROWEST, known=lines.KEYS))


def _work(obj: batch.Object, *, at: str | None, calendar: Calendar) -> batch.Object:
    return lines.deadlines(_at(obj, at), calendar)


def _many(objects: list[batch.Object], *, at: str | None, calendar: Calendar) -> list[Any]:
    return [_work(obj, at=at, calendar=calendar) for obj in objects]


def _view(at: str | None, calendar: Calendar, identity: batch.Identity, obj: batch.Object) -> RenderableType:
    return terminal.case_view(identity, lines.clocks_of(_at(obj, at), calendar))


def _at(obj: batch.Object, at: str | None) -> batch.Object:
    return {"at": at, **obj} if at is not None else obj


def _one(name: str | None, events: tuple[str, ...], source: str | None) -> Iterator[batch.Line]:
    """Return the one case of the options as a line."""
    if source is not None:
        raise UsageError("用 --track、--event 给出一件时，不能再给 --input")
    if name is None or not events:
        raise UsageError("只算一件时，--track 和 --event 都要给出")
    made = []
    for event in events:
        kind, mark, when = event.partition("=")
        if not mark or kind.strip() not in EVENTS:
            raise UsageError(f"--event 应写作 事件=时间，如 received=2026-11-02；收到的是“{event}”")
        made.append({"kind": kind.strip(), "at": when.strip()})
    return iter([(1, "1", {"track": name, "events": made})])
