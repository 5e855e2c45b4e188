"""The count of a clock, day by day, with the reason and the article of each day."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from xiaobao.calendar.answers import DueDate
from xiaobao.calendar.calendar import Calendar
from xiaobao.calendar.clocks.clock import Step
from xiaobao.calendar.clocks.ladder import Tried
from xiaobao.calendar.clocks.pauses import NAMES, Pause

START, ROLL = "民法典#201", "民法典#203"
_ONE = timedelta(days=1)


class Working(Protocol):
    """What can show how a due date came about."""

    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """Return the count day by day."""


@dataclass(frozen=True)
class NaturalDays:
    """Count every day but the paused ones, and roll the last one over days off."""

    opening: str
    start: date
    due: date
    rolled: date
    article: str
    pauses: Sequence[Pause]
    reasons: Mapping[str, str]
    granted: Sequence[Tried]
    at: date
    calendar: Calendar
    end: str = "期限届满"

    def steps(self) -> tuple[Step, ...]:
        """Return the count day by day, the paused days and the days of the roll-over with no number."""
        return tuple(self._steps())

    def _steps(self) -> Iterator[Step]:
        yield self._step(self.start, None, f"{self.opening}，当日不计入", START)
        number = 0
        for day in _days(self.start, self.due):
            pauses = [p for p in self.pauses if p.start < day <= p.until(self.at)]
            if pauses:
                names = "、".join(dict.fromkeys(NAMES[p.kind] for p in pauses))
                once = "，重叠只扣一次" if len(pauses) > 1 else ""
                left = f"，第{number}日余下的时间留到当日" if day == self.due and number else ""
                yield self._step(day, None, f"{names}期间不计入{once}{left}", self.reasons[pauses[0].kind])
            else:
                number += 1
                yield self._step(day, number, f"第{number}日", self.article)
        for day in _days(self.due, self.rolled):
            before = self.calendar.day(day - _ONE).reason
            yield Step(day, None, f"前一日为{before}，顺延" + ("至当日" if day == self.rolled else ""), ROLL)

    def _step(self, day: date, number: int | None, why: str, article: str) -> Step:
        """Return a step with what was decided on its day and whether the limit ends on it."""
        for given in (g for g in self.granted if g.day == day):
            why += f"；{given.extension.label}，期限延至{given.to}日"
            article = given.extension.article
        return Step(day, number, f"{why}，{self.end}" if day == self.due else why, article)


@dataclass(frozen=True)
class WorkingDays:
    """Count working days."""

    opening: str
    answer: DueDate
    article: str

    def steps(self) -> tuple[Step, ...]:
        """Return the count day by day, days off with no number and their reason."""
        out = [Step(self.answer.start, None, f"{self.opening}，当日不计入", START)]
        for step in self.answer.steps():
            reason = step.day.reason + ("（放假安排未公布，暂定）" if step.day.provisional else "")
            why = f"第{step.number}个工作日，{reason}" if step.number else f"{reason}，不计入"
            end = "，期限届满" if step.day.date == self.answer.date else ""
            out.append(Step(step.day.date, step.number, why + end, self.article))
        return tuple(out)


@dataclass(frozen=True)
class Hours:
    """Count hours from a moment."""

    opening: str
    start: datetime
    due: datetime
    article: str

    def steps(self) -> tuple[Step, ...]:
        """Return the hours gone by at the end of each day."""
        out = [Step(self.start.date(), None, f"{self.opening}，{self.start:%H:%M}起按小时计算", START)]
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0) + _ONE
        while midnight <= self.due:
            gone = int((midnight - self.start) / timedelta(hours=1))
            out.append(Step((midnight - _ONE).date(), gone, f"当日24:00已过{gone}小时", self.article))
            midnight += _ONE
        total = int((self.due - self.start) / timedelta(hours=1))
        word = f"{self.due:%H:%M}满{total}小时，期限届满" if total else "须立即办理"
        return (*out, Step(self.due.date(), total, word, self.article))


def _days(after: date, last: date) -> Iterator[date]:
    """Yield the days after one up to another."""
    for n in range(after.toordinal() + 1, last.toordinal() + 1):
        yield date.fromordinal(n)
