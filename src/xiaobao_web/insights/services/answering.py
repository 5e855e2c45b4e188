"""Answer a warning: acknowledge, act, close; one step to the ledger and to what was approved."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.findings import services as ledger
from xiaobao_web.insights.models import EarlyWarning
from xiaobao_web.kernel import deadlines, journal, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.reviews import services as reviews


@transaction.atomic
def acknowledge(warning: EarlyWarning, *, by: Any) -> EarlyWarning:
    """Say that a warning was read."""
    row = states.move(warning, "acknowledge", by=by)
    deadlines.meet(row, "acknowledge")
    return row


@transaction.atomic
def act(warning: EarlyWarning, *, by: Any, measure: str) -> EarlyWarning:
    """Say what is done about a warning."""
    if len(measure.strip()) < 5:
        raise BadValue(_("请写明处置措施。"), fields={"measure": _("至少 5 个字")})
    text = measure.strip()
    row = states.move(warning, "act", by=by, measure=text, facts={"measure": text[:200]})
    deadlines.meet(row, "acknowledge")
    return row


@transaction.atomic
def close(warning: EarlyWarning, *, by: Any, conclusion: str, false_alarm: bool = False) -> EarlyWarning:
    """Close a warning with what it was; a false alarm is told apart, so that precision can be measured."""
    if len(conclusion.strip()) < 5:
        raise BadValue(_("请写明结论：是什么问题、如何处置、效果如何。"), fields={"conclusion": _("至少 5 个字")})
    text = conclusion.strip()
    return states.move(
        warning, "close", by=by, conclusion=text, false_alarm=false_alarm, facts={"conclusion": text[:200]}
    )


@transaction.atomic
def open_issue(warning: EarlyWarning, *, by: Any, title: str = "", unit: Any = None) -> Any:
    """Enter a warning's cause into the rectification ledger; a warning enters once."""
    require(by, "insights.act", warning)
    if warning.issue is not None:
        return warning.issue
    cause = warning.facts.get("cause", {}).get("value", "")
    issue = ledger.open_issue(
        source="complaint", title=title.strip() or f"投诉集中：{warning.title}", unit=unit or warning.unit, by=by,
        description=warning.why, severity="high" if warning.kind == "hot" else "medium", category=cause, on=warning,
    )  # fmt: skip
    warning.issue = issue
    warning.save(update_fields=["issue"])
    journal.record("insights.issue_opened", by=by, on=warning, facts={"number": issue.number})
    return issue


@transaction.atomic
def ask_reevaluation(warning: EarlyWarning, *, by: Any) -> list[Any]:
    """Ask for another look at what was approved for the product that most of a warning's complaints name."""
    require(by, "insights.act", warning)
    found = warning.facts.get("product")
    product = apps.get_model("products", "Product").objects.filter(pk=found["value"]).first() if found else None
    if product is None:
        raise Refused(_("这些来件没有集中在某个产品上，无从回溯；可登入问题台账。"))
    opened = reviews.trigger_reevaluation(product=product, reason=f"投诉预警 {warning.number}：{warning.why}"[:300])
    if not opened:
        raise Refused(_("产品“%s”没有已办结的审查事项，无从回溯；可登入问题台账。") % product)
    journal.record("insights.reevaluation_asked", by=by, on=warning, facts={"product": str(product)})
    return opened
