"""The states of a warning and the moves between them; `kernel.states.move` is the only caller."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from xiaobao_web.kernel.choices import TonedChoices
from xiaobao_web.kernel.states import condition


class WarningState(TonedChoices):
    """States of a warning, from the machine's word to a person's conclusion."""

    RAISED = "raised", "red", _("待签收")
    ACKNOWLEDGED = "acknowledged", "amber", _("已签收")
    ACTING = "acting", "blue", _("处置中")
    CLOSED = "closed", "green", _("已关闭")


W = WarningState


class WarningMoves:
    """The moves of a warning."""

    acknowledged_at: Any
    false_alarm: Any
    closed_at: Any

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew; the protected state is set aside first, as a plain refresh of it is refused."""
        self.__dict__.pop("state", None)
        super().refresh_from_db(*args, **kwargs)  # type: ignore[misc]

    @transition("state", W.RAISED, W.ACKNOWLEDGED, custom={"label": _("签收"), "primary": True})
    def acknowledge(self: Any, *, by: Any) -> None:
        """Say that it was read and who looks into it."""
        self.acknowledged_by, self.acknowledged_at = by, timezone.now()

    @transition("state", [W.RAISED, W.ACKNOWLEDGED], W.ACTING, custom={"label": _("开始处置")})
    def act(self: Any, *, by: Any, measure: str) -> None:
        """Say what is done about it."""
        if self.acknowledged_at is None:
            self.acknowledged_by, self.acknowledged_at = by, timezone.now()
        self.measure = measure

    @transition("state", [W.ACKNOWLEDGED, W.ACTING], W.CLOSED, custom={"label": _("关闭")})
    def close(self: Any, *, by: Any, conclusion: str, false_alarm: bool) -> None:
        """Say what it was."""
        self.closed_by, self.closed_at = by, timezone.now()
        self.conclusion, self.false_alarm = conclusion, false_alarm


class RectificationState(TonedChoices):
    """States of a cause's removal."""

    OPEN = "open", "blue", _("整改中")
    DONE = "done", "violet", _("待确认成效")
    PROVEN = "proven", "green", _("成效已确认")


R = RectificationState


@condition(_("还没有登记措施，或有措施没有完成。"))
def all_done(row: Any) -> bool:
    """Tell whether there are actions and all are done."""
    return row.actions.exists() and not row.actions.filter(done_on__isnull=True).exists()


class RectificationMoves:
    """The moves of a cause's removal."""

    effective_on: Any
    checked_at: Any
    effect: Any

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew; the protected state is set aside first, as a plain refresh of it is refused."""
        self.__dict__.pop("state", None)
        super().refresh_from_db(*args, **kwargs)  # type: ignore[misc]

    @transition("state", R.OPEN, R.DONE, conditions=[all_done], custom={"label": _("实施完毕"), "primary": True})
    def finish(self: Any, *, by: Any) -> None:
        """Say that all actions are done; from this day the effect is counted."""
        self.effective_on = max(self.actions.values_list("done_on", flat=True))

    @transition("state", R.DONE, R.PROVEN, custom={"label": _("确认成效"), "primary": True})
    def prove(self: Any, *, by: Any, conclusion: str, effect: dict[str, Any]) -> None:
        """Conclude that the cause fell."""
        self.checked_by, self.checked_at = by, timezone.now()
        self.conclusion, self.effect = conclusion, effect

    @transition("state", R.DONE, R.OPEN, custom={"label": _("未见成效，继续整改")})
    def resume(self: Any, *, by: Any, conclusion: str, effect: dict[str, Any]) -> None:
        """Conclude that it did not; more is to be done."""
        self.conclusion, self.effect, self.effective_on = conclusion, effect, None
