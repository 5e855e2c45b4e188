"""How a matter stands, in words for the person who brought it: no names of staff, nothing of others."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.models import CaseState, Contact, ContactState
from xiaobao_web.complaints.services import intake
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.models import Deadline

S = CaseState
SAID: dict[str, tuple[Any, Any]] = {
    S.PENDING: (gettext_lazy("已登记为投诉"), gettext_lazy("正在核对情况，接着安排专人办理。")),
    S.ACCEPTED: (gettext_lazy("已受理"), gettext_lazy("正在安排专人办理，办理人员会与您联系。")),
    S.HANDLING: (gettext_lazy("正在办理"), gettext_lazy("办理人员正在核实情况，有结果会告诉您。")),
    S.SUSPENDED: (gettext_lazy("正在鉴定或调解"), gettext_lazy("鉴定或调解期间不计入办理期限，结束后继续办理。")),
    S.ANSWERED: (gettext_lazy("已答复"), gettext_lazy("处理结果已告知您。如有异议，可按告知书写明的方式申请核查。")),
    S.REVIEWING: (gettext_lazy("正在核查"), gettext_lazy("上级机构正在核查处理结果。")),
    S.CLOSED: (gettext_lazy("已办结"), gettext_lazy("如还有新的事实和理由，可以在下面补充。")),
    S.WITHDRAWN: (gettext_lazy("已撤回"), gettext_lazy("您已撤回这件投诉。")),
    S.MERGED: (gettext_lazy("已并案办理"), gettext_lazy("与您之前的投诉一并办理，结果会一起告诉您。")),
    S.DECLINED: (gettext_lazy("不按投诉办理"), gettext_lazy("原因已告知您；如不同意，请与我们联系。")),
}


@dataclass
class Standing:
    """Where a matter stands, what comes next and by when; what has happened, oldest first."""

    title: str
    next: str
    by: datetime | None = None
    provisional: bool = False
    past: list[tuple[datetime, str]] = field(default_factory=list)


def _soonest(obj: Any) -> Deadline | None:
    rows = deadlines.running(obj)
    statutory = rows.filter(kind__startswith="statutory.").order_by("due_at").first()
    return statutory or (rows.order_by("due_at").first() if isinstance(obj, Contact) else None)


def next_by(contact: Contact) -> datetime | None:
    """Return by when the person hears next."""
    found = _soonest(contact.case or contact)
    return found.due_at if found is not None else None


def of(contact: Contact) -> Standing:
    """Return how a matter stands."""
    case = contact.case
    past = [(contact.received_at, str(_("收到您提交的内容")))]
    if case is None:
        if contact.state == ContactState.PASSED_ON:
            told = _("已按%s转给相应部门办理。") % contact.get_kind_display()
            return Standing(told, _("需要投诉或想知道结果，请联系我们。"), None, False, past)
        clock = _soonest(contact)
        return Standing(_("已收到"), _("正在看您说的事，确认怎么办理。"), clock.due_at if clock else None, False, past)
    for moment, told in ((case.accepted_at, _("已受理")), (case.assigned_at, _("已安排专人办理")),
                         (case.answered_at, _("已告知处理结果")), (case.closed_at, _("已办结"))):  # fmt: skip
        if moment is not None:
            past.append((moment, str(told)))
    told_of = case.extensions.filter(notified_at__isnull=False).values_list("notified_at", flat=True)
    past += [(moment, str(_("办理期限已延长，并告知您"))) for moment in told_of if moment is not None]
    title, following = SAID[case.state]
    clock = _soonest(case) if case.state in (S.PENDING, S.ACCEPTED, S.HANDLING, S.REVIEWING) else None
    return Standing(
        str(title), str(following), clock.due_at if clock else None, bool(clock and clock.provisional), sorted(past)
    )


def supplement(contact: Contact, text: str, *, at: datetime) -> Contact:
    """Take in what a person adds to their own matter as a contact of its own, and tell whoever has the case."""
    told = {"text": text, "thread": contact.number, "kind": "complaint" if contact.case else contact.kind_proposed,
            "customer_name": contact.details.get("customer_name", ""), "phone": contact.details.get("phone", ""),
            "sender": contact.sender, "day": f"{at:%Y-%m-%d}", "parent": contact.number}  # fmt: skip
    raw = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    row = intake.receive(contact.channel, raw, unit=contact.unit, retry=False)
    assert row.contact is not None
    case = contact.case
    if case is not None and row.times == 1:
        journal.record("complaints.supplemented", on=case, facts={"number": row.contact.number})
        telling.people(case, telling.in_charge(case), _("投诉人有补充：%(number)s %(title)s"))
    return row.contact
