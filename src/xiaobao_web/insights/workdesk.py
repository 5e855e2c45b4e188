"""What insights put on the work-desk: the warnings that wait for a person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaobao_web.insights import queries
from xiaobao_web.insights.models import EarlyWarning, WarningState
from xiaobao_web.kernel import desk
from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.tallies import link

STEPS: dict[str, Any] = {
    WarningState.RAISED: _("签收"), WarningState.ACKNOWLEDGED: _("处置"), WarningState.ACTING: _("报告结论"),
}  # fmt: skip


def _item(row: EarlyWarning, clock: Any) -> desk.Item:
    return desk.Item(
        title=row.title, url=row.get_absolute_url(), number=row.number, step=STEPS.get(row.state, ""),
        party=str(row.unit), state=row, clock=clock, late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None, marks=(row.get_kind_display(),),
    )  # fmt: skip


def waiting(user: Any) -> desk.Shelf | None:
    """Return the warnings that wait for a person."""
    if not holds(user, "insights.acknowledge"):
        return None
    rows = queries.waiting_for(user).select_related("unit")
    return desk.shelf_of(_("投诉预警"), rows, link("insight_warnings", view="waiting"), _item)


desk.provider("waiting", "insights", waiting, 18)
