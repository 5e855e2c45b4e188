"""Remove a cause and prove it: open, actions, done, proven or taken up again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings import services as ledger
from xiaobao_web.insights.effect import Effect, effect_of
from xiaobao_web.insights.models import ActionKind, CauseAction, EarlyWarning, Rectification
from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.kernel.numbers import next_number

MOST_WHYS = 20


@transaction.atomic
def open_rectification(
    *, title: str, unit: Any, owner: Any, cause: str, by: Any, business_type: str = "", whys: list[str] | None = None,
    warning: EarlyWarning | None = None,
) -> Rectification:  # fmt: skip
    """Open the removal of a cause and enter it into the ledger; raises BadValue."""
    require(by, "insights.rectify")
    lines = [line.strip() for line in whys or [] if line.strip()]
    if not title.strip() or not cause:
        raise BadValue(_("请写明根因和投诉原因。"))
    if not lines:
        raise BadValue(_("请至少追问一层为什么。"), fields={"whys": _("必填")})
    row = Rectification.objects.create(
        number=next_number("GY"), title=title.strip()[:200], unit=unit, owner=owner, cause=cause,
        business_type=business_type, whys=lines[:MOST_WHYS], warning=warning, created_by=by,
    )  # fmt: skip
    require(by, "insights.rectify", row)
    row.issue = warning.issue if warning is not None and warning.issue is not None else ledger.open_issue(
        source="complaint", title=row.title, unit=unit, by=by, description="\n".join(lines), category=cause, on=row,
    )  # fmt: skip
    row.save(update_fields=["issue"])
    journal.record("insights.opened", by=by, on=row, facts={"title": row.title})
    notify([owner], "insights.rectification", _("请整改投诉根因：%s") % row.title, on=row)
    return row


@transaction.atomic
def add_action(row: Rectification, *, kind: str, text: str, owner: Any, due_on: date, by: Any) -> CauseAction:
    """Add a corrective or preventive action; raises BadValue, Refused once all is done."""
    require(by, "insights.rectify", row)
    if row.state != "open":
        raise Refused(_("整改已实施完毕，不能再加措施。"))
    if kind not in ActionKind.values or len(text.strip()) < 5:
        raise BadValue(_("请选择类型并写明措施。"), fields={"text": _("至少 5 个字")})
    if due_on < timezone.localdate():
        raise BadValue(_("完成期限已经过去，请填今天或以后的日期。"), fields={"due_on": _("应不早于今天")})
    made = CauseAction.objects.create(rectification=row, kind=kind, text=text.strip()[:300], owner=owner, due_on=due_on)
    journal.record("insights.action_added", by=by, on=row, facts={"text": made.text, "owner": owner, "due": due_on})
    notify([owner], "insights.action", _("请落实整改措施：%s") % made.text[:100], on=row)
    return made


@transaction.atomic
def finish_action(action: CauseAction, *, proof: str, by: Any) -> CauseAction:
    """Say that an action is done and how one sees it."""
    row = action.rectification
    require(by, "insights.rectify", row)
    if len(proof.strip()) < 5:
        raise BadValue(_("请写明完成情况和依据。"), fields={"proof": _("至少 5 个字")})
    if action.done_on is not None:
        raise Refused(_("这项措施已经完成。"))
    action.done_on, action.proof = timezone.localdate(), proof.strip()[:300]
    action.save(update_fields=["done_on", "proof"])
    journal.record("insights.action_done", by=by, on=row, facts={"text": action.text, "proof": action.proof})
    return action


def finish(row: Rectification, *, by: Any) -> Rectification:
    """Say that all actions are done."""
    return states.move(row, "finish", by=by)


@transaction.atomic
def conclude(row: Rectification, *, by: Any, conclusion: str, proven: bool) -> tuple[Rectification, Effect]:
    """Conclude on the effect; a cause that did not measurably fall is not proven gone. Raises BadValue, Refused."""
    if len(conclusion.strip()) < 5:
        raise BadValue(_("请写明结论。"), fields={"conclusion": _("至少 5 个字")})
    found = effect_of(row)
    if proven and found.verdict != "fell":
        raise Refused(_("还不能确认成效：%s。") % found.told)
    verb = "prove" if proven else "resume"
    text = conclusion.strip()
    facts = {"conclusion": text[:200], "effect": found.told}
    return states.move(row, verb, by=by, facts=facts, conclusion=text, effect=asdict(found)), found
