"""Clocks on a terminal: the days to keep, and the count drawn into a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from xiaobao.calendar.clocks.clock import Clock, Step
from xiaobao.calendar.clocks.names import UNITS
from xiaobao.calendar.clocks.track import track
from xiaobao.calendar.days import WEEKDAYS
from xiaobao.terminal import plain_table

NARROWEST = 70
LEGEND = "日期后的数字是计入的第几日　起 起算日　× 不计入　━ 到期　→ 顺延　* 暂定"


def case_view(identity: object, clocks: Sequence[Clock]) -> RenderableType:
    """Return the clocks of one line: a table of days, then each count day by day."""
    if not clocks:
        return Text(f"{identity}　没有在走的期限\n", style="dim")
    head = Text(f"{identity}　", style="bold").append(track(clocks[0].track).label, "cyan")
    parts: list[RenderableType] = [Rule(style="dim"), head, Text("")]
    parts += [_indented(_table(clocks))]
    # The last day to extend is a day of the count it extends: its own count would say the same again.
    for _, same in groupby((c for c in clocks if c.kind != "extend_by"), key=lambda c: c.replay):
        parts += [Text(""), _indented(_count(list(same)))]
    return Group(*parts, Text(""), _indented(Text(LEGEND, style="dim")), Text(""))


def _indented(shown: RenderableType) -> RenderableType:
    return Padding(shown, (0, 0, 0, 2))


def _table(clocks: Sequence[Clock]) -> Table:
    table = plain_table()
    for heading in ("期限", "到期", "顺延后", "预警", "状态", "依据"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "依据")
    for clock in clocks:
        colour, state = _state(clock)
        rolled = _when(clock.due_rolled) if clock.due_rolled != clock.due else "–"
        alarm = _when(clock.alarm) if clock.alarm != clock.due else "–"
        basis = str(replace(clock.basis[0], title=clock.basis[0].norm)).translate({ord("《"): None, ord("》"): None})
        if clock.provisional:
            rolled, alarm = f"{rolled}*", f"{alarm}*"
        table.add_row(
            Text(clock.label), Text(_when(clock.due), "bold"), rolled, alarm, Text(state, colour), Text(basis, "dim")
        )
    return table


def _state(clock: Clock) -> tuple[str, str]:
    if clock.ended:
        return "dim", "已终止"
    if clock.met is not None:
        if clock.right:
            return ("green", "已办") if clock.met else ("yellow", "未成")
        return ("green", "按时") if clock.met else ("red", "逾期")
    if clock.suspended:
        return "yellow", "暂停中"
    return ("dim", "可以办") if clock.right else ("cyan", "在走")


def _count(clocks: Sequence[Clock]) -> RenderableType:
    clock = clocks[0]
    head = Text("、".join(c.label for c in clocks), style="bold")
    head.append(f"　{_when(clock.started)}起 {clock.limit} {UNITS[clock.unit]}".replace(" 日", "日"), "")
    if clock.paused_days:
        head.append(f"，扣除 {clock.paused_days} 日", "yellow")
    parts: list[RenderableType] = [head]
    if clock.unit == "hours":
        parts += [Text(f"  {step.day.isoformat()}　{step.why}") for step in clock.replay]
    else:
        parts += [_calendar(clock), *_special(clock)]
    notes = dict.fromkeys(note for c in clocks for note in c.notes)
    parts += [Text(f"  ※ {note}", style="yellow") for note in notes]
    return Group(*parts)


def _calendar(clock: Clock) -> Table:
    """Return the weeks of a count, Monday first: the day, and under its colour the number it got."""
    steps = {step.day: step for step in clock.replay}
    first, last = min(steps), max(steps)
    table = plain_table()
    table.add_column("")
    for weekday in WEEKDAYS:
        table.add_column(weekday[1], justify="right")
    monday, month = first - timedelta(days=first.weekday()), 0
    while monday <= last:
        week = [monday + timedelta(days=i) for i in range(7)]
        new = next((d for d in week if d in steps and d.month != month), None)
        label = "" if new is None else f"{new.year}年{new.month}月" if not month or new.month == 1 else f"{new.month}月"
        month = new.month if new is not None else month
        table.add_row(Text(label, "dim"), *(_cell(steps.get(d), d, clock, first) for d in week))
        monday += timedelta(days=7)
    return table


def _cell(step: Step | None, day: date, clock: Clock, first: date) -> Text:
    if step is None:
        return Text("")
    text = Text(f"{day.day:2}")
    if day == clock.due:
        text.stylize("bold red")
        return text.append(" ━" + (f"{step.counted}" if step.counted else ""), "bold red")
    if day == first:
        return text.append(" 起", "cyan")
    if step.counted:
        return text.append(f" {step.counted:>2}", "dim")
    if isinstance(clock.due, date) and day > clock.due:
        text.stylize("bold magenta" if day == clock.due_rolled else "magenta")
        return text.append(" → ", "magenta")
    text.stylize("dim")
    return text.append(" × ", "yellow")


def _special(clock: Clock) -> list[Text]:
    """Return a line for each run of days with a reason of their own."""
    out: list[Text] = []
    for (why, article), same in groupby(clock.replay, key=lambda s: (_reason(s), s.article)):
        run = list(same)
        if not why:
            continue
        days = _short(run[0].day) if len(run) == 1 else f"{_short(run[0].day)}至{_short(run[-1].day)}"
        out.append(Text(f"  {days}　{why}").append(f"　{article}", "dim"))
    return out


def _reason(step: Step) -> str:
    """Return why a day is unlike the others, nothing of an ordinary counted day."""
    plain = step.counted is not None and "；" not in step.why and "届满" not in step.why and "调休" not in step.why
    return "" if plain else step.why


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _when(when: date | datetime) -> str:
    weekday = WEEKDAYS[when.weekday()]
    if isinstance(when, datetime):
        return f"{when:%Y-%m-%d} {weekday} {when:%H:%M}"
    return f"{when.isoformat()} {weekday}"
