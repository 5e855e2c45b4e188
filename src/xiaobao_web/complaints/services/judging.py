"""What a person makes of a group behind which paid agents may stand, so that nobody looks at it twice."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.agent_groups import JUDGE, members
from xiaobao_web.complaints.models import AgentGroup, AgentJudgement, AgentVerdict
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import Answer, denied, holds, require
from xiaobao_web.kernel.errors import BadValue, Refused

LONGEST = 500


def may_judge(user: Any, group: AgentGroup) -> Answer:
    """Tell whether a person may judge a group: one whose contacts all lie within their organisations."""
    if not holds(user, JUDGE):
        return Answer(False, denied(JUDGE))
    if members(user, JUDGE).filter(group=group).count() < group.members.count():
        told = _("这一组还有您查看范围外的来件，由上级机构的消保办判断；有情况请向消保办反映。")
        return Answer(False, told)
    return Answer(True)


@transaction.atomic
def judge(group: AgentGroup, *, by: Any, verdict: str, reason: str) -> AgentGroup:
    """Say what a group is found to be, and why; how a complaint in it is handled does not change by that."""
    require(by, JUDGE)
    row = AgentGroup.objects.select_for_update().get(pk=group.pk)
    answer = may_judge(by, row)
    if not answer:
        raise Refused(answer.reason)
    if verdict not in AgentVerdict.values or verdict == AgentVerdict.OPEN:
        raise BadValue(_("请选择判断。"), fields={"verdict": _("请选择")})
    told = reason.strip()
    if not told:
        raise BadValue(_("请写明理由：看了什么、为什么这样判断。"), fields={"reason": _("必填")})
    if len(told) > LONGEST:
        fault = _("理由最多 %d 字。") % LONGEST
        raise BadValue(fault, fields={"reason": fault})
    made = AgentJudgement.objects.create(group=row, verdict=verdict, reason=told, count=row.count, by=by)
    row.verdict, row.verdict_by, row.verdict_count, row.verdict_at = verdict, by, row.count, timezone.now()
    row.save(update_fields=["verdict", "verdict_by", "verdict_count", "verdict_at"])
    facts = {"verdict": made.get_verdict_display(), "count": str(row.count), "reason": told}
    journal.record("complaints.agents_judged", by=by, on=row, facts=facts)
    return row
