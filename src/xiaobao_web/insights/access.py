"""Who may hear the whole, answer a warning, remove a cause, freeze a table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare
from xiaobao_web.people.models import Role

UNIT, ALL = Reach.UNIT, Reach.ALL
SUPERVISORS: dict[str, Reach] = {Role.COMPLAINTS: UNIT, Role.OFFICE: UNIT}
BRANCHES: dict[str, Reach] = {Role.LIAISON: UNIT, Role.SENDER_HEAD: UNIT}
WATCHERS: dict[str, Reach] = {Role.EXECUTIVE: ALL, Role.AUDITOR: ALL, Role.LEGAL: ALL, Role.MONITOR: UNIT}


def another_checks(user: Any, obj: Any) -> str | None:
    """Whether a cause is gone is found by another than the owner of its removal."""
    if obj.owner_id == user.pk:
        return _g("整改由您负责，成效须由另一人确认。")
    return None


declare("insights.view", _("查看投诉洞察"), {**SUPERVISORS, **BRANCHES, **WATCHERS})
declare("insights.acknowledge", _("签收预警"), {**SUPERVISORS, **BRANCHES})
declare("insights.act", _("处置预警"), {**SUPERVISORS, **BRANCHES})
declare("insights.close", _("关闭预警"), SUPERVISORS)
declare("insights.look", _("立即重新计算预警"), SUPERVISORS)
declare("insights.freeze", _("固化投诉统计表"), {Role.OFFICE: UNIT})
declare("insights.rectify", _("根因整改"), {**SUPERVISORS, **BRANCHES})
declare("insights.finish", _("报告实施完毕"), {**SUPERVISORS, **BRANCHES})
declare("insights.prove", _("确认整改成效"), SUPERVISORS, when=another_checks)
declare("insights.resume", _("要求继续整改"), SUPERVISORS, when=another_checks)
