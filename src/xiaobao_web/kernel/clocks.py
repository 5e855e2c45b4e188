"""A deadline as the chip that people see: how many days are left, in which tone, and how its date was reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel.formats import day, moment

NEAR = timedelta(days=3)


@dataclass(frozen=True)
class Chip:
    """What a deadline's chip says: its short text, tone and icon, and the lines that explain it."""

    text: str
    tone: str
    icon: str
    label: str = ""
    due: str = ""
    basis: str = ""
    working: list[str] = field(default_factory=list)
    provisional: bool = False


def chip(deadline: Any, now: datetime | None = None) -> Chip | None:
    """Return the chip of a deadline, None without one.

    Amber from its own warning time on (three days or a fifth of the time before it is due), red once it is late.
    """
    if not deadline:
        return None
    text, tone, icon = _face(deadline, now or timezone.now())
    working = getattr(deadline, "working", None) or []
    return Chip(
        text=text,
        tone=tone,
        icon=icon,
        label=str(getattr(deadline, "label", "") or _("期限")),
        due=moment(deadline.due_at),
        basis=str(getattr(deadline, "basis", "") or ""),
        working=[str(line) for line in working],
        provisional=bool(getattr(deadline, "provisional", False)),
    )


def _face(deadline: Any, now: datetime) -> tuple[str, str, str]:
    due: datetime = deadline.due_at
    met, cancelled = getattr(deadline, "met_at", None), getattr(deadline, "cancelled_at", None)
    if cancelled:
        return _("已取消"), "grey", "ban"
    if met:
        return (_("逾期完成"), "amber", "check") if met > due else (_("按期完成"), "green", "check")
    left = (timezone.localtime(due).date() - timezone.localtime(now).date()).days
    if now > due:
        return (_("逾期 %d 天") % -left if left < 0 else _("今天已逾期")), "red", "alert-circle"
    if left == 0:
        return _("今天到期"), "amber", "clock"
    warn = getattr(deadline, "warn_at", None) or due - NEAR
    return f"T-{left}", "amber" if now >= warn else "grey", "clock"


def due_day(deadline: Any) -> str:
    """Return the day a deadline is due."""
    return day(deadline.due_at)
