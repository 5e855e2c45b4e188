"""From a complaint one step to what removes its cause: the ledger, the re-evaluation of what was approved, a rule."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import Case, Fault, Level
from xiaobao_web.complaints.services import sentences
from xiaobao_web.findings import services as ledger
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.reviews import services as reviews


@transaction.atomic
def open_issue(case: Case, *, by: Any, title: str, description: str = "", unit: Any = None) -> Any:
    """Enter the cause of a complaint into the rectification ledger; the same title of the same case enters once."""
    require(by, "complaints.open_issue", case)
    if not title.strip():
        raise BadValue(_("请写明问题。"), fields={"title": _("必填")})
    grave = case.level == Level.MAJOR.value or case.fault == Fault.FULL
    issue = ledger.open_issue(
        source="complaint", title=title, description=description or sentences.told_to_all(case),
        unit=unit or case.unit, by=by, severity="high" if grave else "medium", category=case.cause, on=case,
    )  # fmt: skip
    journal.record("complaints.issue_opened", by=by, on=case, facts={"number": issue.number})
    return issue


@transaction.atomic
def ask_reevaluation(case: Case, *, by: Any, reason: str) -> list[Any]:
    """Ask for another look at what was approved for the product complained of (回溯评估)."""
    require(by, "complaints.reevaluate", case)
    against = against_reevaluation(case, by)
    if against:
        raise Refused(against)
    if not reason.strip():
        raise BadValue(_("请写明触发情况。"), fields={"reason": _("必填")})
    told = f"投诉 {case.number}：{reason.strip()}"
    opened = reviews.trigger_reevaluation(product=case.product, reason=told[:300])
    journal.record("complaints.reevaluation_asked", by=by, on=case, facts={"reason": reason.strip()[:200]})
    return opened


def against_reevaluation(case: Case, user: Any) -> str:
    """Return why nothing that was approved can be looked at again, empty where something can."""
    if case.product is None:
        return str(_("请先在填单中选择产品，才知道回溯哪些已批准的事项。"))
    if not reviews.concluded_of(product=case.product).exists():
        return str(_("这个产品没有已办结的审查事项，无从回溯；可登入问题台账。"))
    return ""
