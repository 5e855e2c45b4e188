"""The work-desk: what waits for a person, late first; what they sent; what their unit has late; a chart or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import desk, notifications

MOST_CHARTS = 2
TODO, OTHERS, NEWS = 12, 6, 5


@dataclass(frozen=True)
class Part:
    """A part of the desk: its shelves for the links to all, and their items together, late ones first."""

    shelves: list[desk.Shelf]
    items: list[desk.Item]
    total: int
    late: int

    @property
    def more(self) -> int:
        """Return how many things are not shown."""
        return self.total - len(self.items)


@dataclass(frozen=True)
class WorkDesk:
    """All that the page shows."""

    greeting: str
    answer: str
    waiting: Part
    sent: Part
    late: Part
    charts: list[desk.Figure]
    steps: list[desk.Step]
    news: list[Any]

    @property
    def is_new(self) -> bool:
        """Tell whether nothing is there yet: the person is shown where to begin."""
        return not (self.waiting.total or self.sent.total or self.late.total)

    @property
    def buttons(self) -> list[desk.Step]:
        """Return the steps that stay at hand."""
        return [step for step in self.steps if step.often]


def part(name: str, user: Any, most: int) -> Part:
    """Return a part of the desk for a person."""
    found = desk.shelves(name, user)
    items = desk.sorted_items(found)[:most]
    return Part(found, items, sum(item.total for item in found), sum(item.late for item in found))


def of(user: Any) -> WorkDesk:
    """Return a person's work-desk; the number of queries does not grow with the number of rows."""
    waiting = part("waiting", user, TODO)
    return WorkDesk(
        greeting=greeting(user),
        answer=answer(waiting),
        waiting=waiting,
        sent=part("sent", user, OTHERS),
        late=part("late", user, OTHERS),
        charts=desk.gathered("charts", user)[:MOST_CHARTS],
        steps=desk.gathered("steps", user),
        news=list(notifications.of(user)[:NEWS]),
    )


def greeting(user: Any) -> str:
    """Return a short greeting by the hour in Beijing."""
    hour = timezone.localtime().hour
    word = _("早上好") if hour < 9 else _("上午好") if hour < 12 else _("下午好") if hour < 18 else _("晚上好")
    return _("%(word)s，%(name)s") % {"word": word, "name": user}


def answer(waiting: Part) -> str:
    """Return what a person most wants to know, as a sentence."""
    if not waiting.total:
        return _("现在没有等您办理的事项")
    today = timezone.localdate()
    due_today = sum(
        1 for item in waiting.items if item.due and not item.late and timezone.localtime(item.due).date() == today
    )
    parts = [_("等您办理 %d 项") % waiting.total]
    if waiting.late:
        parts.append(_("其中 %d 项已逾期") % waiting.late)
    if due_today:
        parts.append(_("%d 项今天到期") % due_today)
    return "，".join(parts)
