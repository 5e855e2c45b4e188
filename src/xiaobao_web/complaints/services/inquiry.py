"""The investigation of a case: its record, the people in it, the cases that belong to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Case, Link, LinkKind, Party, PartyKind, Record, RecordKind, TaskState
from xiaobao_web.complaints.services import levels, secret_numbers
from xiaobao_web.complaints.states import DONE
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import can, require, visible_to
from xiaobao_web.kernel.errors import BadValue, Refused

CONTACTS = (RecordKind.CALL.value, RecordKind.VISIT.value, RecordKind.RECEPTION.value, RecordKind.LETTER.value,
            RecordKind.ATTEMPT.value)  # fmt: skip


@transaction.atomic
def investigate(
    case: Case, *, by: Any, kind: str, text: str, at: datetime | None = None, received_by: Any = None
) -> Record:
    """Add an entry to the record of the investigation; a reception names the leader who received the complainant."""
    require(by, "complaints.investigate", case)
    if case.state in DONE:
        raise Refused(_("已了结的投诉不能再添加调查记录。"))
    if kind not in RecordKind.values or kind == RecordKind.FACTS:
        raise BadValue(_("请选择记录类型。"), fields={"kind": _("请选择")})
    if not text.strip():
        raise BadValue(_("请写明内容。"), fields={"text": _("必填")})
    moment = at or timezone.now()
    if moment > timezone.now():
        raise BadValue(_("时间不能晚于现在。"), fields={"at": _("不能晚于现在")})
    if kind in CONTACTS and timezone.localdate(moment) < timezone.localdate(case.received_at):
        raise BadValue(_("与投诉人的联系不能早于收到投诉的日期。"), fields={"at": _("不早于收到投诉的日期")})
    leader = _receiving(case, received_by) if kind == RecordKind.RECEPTION.value else None
    record = Record.objects.create(case=case, kind=kind, at=moment, text=text.strip(), by=by, received_by=leader)
    if kind in CONTACTS:
        deadlines.meet(case, "contact", at=moment)
    facts = {"kind": record.get_kind_display(), "person": leader or ""}
    journal.record("complaints.recorded", by=by, on=case, facts=facts)
    return record


def _receiving(case: Case, person: Any) -> Any:
    """Return the leader who received a complainant: one who answers for the unit or the bank, not complained of."""
    leader = person or case.leader
    if leader is None:
        raise BadValue(_("请选择接访领导。"), fields={"received_by": _("必填")})
    levels.check_leader(case, leader, field="received_by")
    return leader


@transaction.atomic
def add_party(case: Case, *, by: Any, kind: str, name: str, documents: list[str] | None = None, person: Any = None,
              phone: str = "", id_number: str = "", note: str = "") -> Party:  # fmt: skip
    """Register somebody in a case.

    Agents, heirs and guardians need the documents that the rule names and no others (投诉办法 13, 14); joint
    complaints have at most five representatives (12); a member of staff complained of is kept away from the case (17).
    `by` None: the platform, which carries somebody over from a case that is merged.
    """
    if by is not None:
        require(by, "complaints.add_party", case)
    if kind not in PartyKind.values:
        raise BadValue(_("请选择身份。"), fields={"kind": _("请选择")})
    if not name.strip() and person is None:
        raise BadValue(_("请填写姓名。"), fields={"name": _("必填")})
    seen = list(documents or [])
    wanted = limits().documents.get(kind, ())
    missing = [item for item in wanted if item not in seen]
    if missing:
        raise BadValue(_("还没有核对：%s。") % "、".join(missing), fields={"documents": "、".join(missing)})
    more = [item for item in seen if item not in wanted]
    if more:
        told = _("%(kind)s不需要这些材料，请不要多收：%(more)s。") % {
            "kind": PartyKind(kind).label, "more": "、".join(more)
        }  # fmt: skip
        raise BadValue(told, fields={"documents": told})
    _not_twice(case, kind, name.strip() or str(person), phone.strip(), person)
    most = limits().representatives
    if kind == PartyKind.REPRESENTATIVE and case.parties.filter(kind=kind).count() >= most:
        raise Refused(_("共同投诉最多 %d 名代表（投诉办法第十二条）。") % most)
    party = Party.objects.create(
        case=case, kind=kind, name=name.strip() or str(person), phone=phone.strip(), id_number=id_number.strip(),
        person=person, documents=seen, note=note.strip()[:300], added_by=by,
    )  # fmt: skip
    case.__dict__.pop("_respondents", None)
    facts = {"kind": party.get_kind_display()}
    journal.record("complaints.party_added", by=by, on=case, facts=facts, personal={"name": party.name})
    secret_numbers.remember(case)
    if kind == PartyKind.RESPONDENT and person is not None:
        _recuse(case, person, by)
    levels.judge(case, by=None)
    return party


def _not_twice(case: Case, kind: str, name: str, phone: str, person: Any) -> None:
    """Refuse somebody who is registered in the same part already, as a page sent twice does."""
    known = case.parties.filter(kind=kind, name=name, person=person)
    if any(not phone or not row.phone or row.phone == phone for row in known):
        told = _("%(name)s已登记为%(kind)s。") % {"name": name, "kind": PartyKind(kind).label}
        raise BadValue(told, fields={"name": told})


def _recuse(case: Case, person: Any, by: Any) -> None:
    """Take a case away from a handler, a leader or a unit's person who is complained of; another one has it then."""
    if case.leader_id == person.pk:
        case.leader = None
        case.save(update_fields=["leader"])
        told = _("（待另行确定，原包案领导为被投诉员工，回避）")
        journal.record("complaints.led", by=by, on=case, facts={"person": told})
        telling.people(case, telling.office(case), _("包案领导须回避，请另行确定：%(number)s %(title)s"))
    case.tasks.filter(assignee=person, state=TaskState.OPEN.value).update(assignee=None)
    if case.handler_id != person.pk:
        return
    from xiaobao_web.complaints.services.assignment import candidates

    found = [item.person for item in candidates(case) if item.person.pk != person.pk]
    case.handler = found[0] if found else None
    case.save(update_fields=["handler"])
    facts = {"unit": case.unit, "person": case.handler or "", "reason": _("原经办人为被投诉员工，回避")}
    journal.record("complaints.transferred", by=by, on=case, facts=facts)
    telling.people(case, telling.in_charge(case), _("因回避改由您办理：%(number)s %(title)s"))


# Links


def earlier_of(case: Case, user: Any, most: int = 10) -> list[Case]:
    """Return other complaints of the same customer that a person may see: same phone, document or account."""
    same = Q(pk__in=[])
    for field in ("phone", "id_number", "account"):
        value = getattr(case, field)
        if len(value) >= 6:
            same |= Q(**{field: value})
    rows = visible_to(user, Case.objects.filter(same).exclude(pk=case.pk), "complaints.view").order_by("-received_at")
    found = list(rows.select_related("unit", "handler")[: 3 * most])
    # Whose complaint it is would be told by the other case, where the name may be read.
    return [row for row in found if tells_whom(user, case, row)][:most]


def tells_whom(user: Any, *cases: Case) -> bool:
    """Tell whether a person may know that cases are of one complainant: where one is confidential, who that is."""
    return all(not row.confidential or bool(can(user, "complaints.see_personal", row)) for row in cases)


def named_by(user: Any, keys: list[int], words: str) -> set[int]:
    """Return those of some cases whose complainant some words name, where a person may not know who that is."""
    rows = Case.objects.filter(pk__in=keys, confidential=True).select_related("unit").prefetch_related("parties")
    found = set()
    for row in rows:
        told = [*(str(getattr(row, field)) for field in Case.PERSONAL), *(party.name for party in row.parties.all())]
        if any(value and (words in value or value in words) for value in told) and not tells_whom(user, row):
            found.add(row.pk)
    return found


@transaction.atomic
def link(case: Case, *, other: Case, kind: str, reason: str, by: Any = None, probability: float | None = None) -> Link:
    """Say that two cases belong together and why; what a machine proposes waits for a person."""
    if by is not None:
        require(by, "complaints.link", case)
    if other.pk == case.pk:
        raise BadValue(_("不能关联自己。"), fields={"other": _("请另选")})
    if kind not in LinkKind.values:
        raise BadValue(_("请选择关系。"), fields={"kind": _("请选择")})
    if not reason.strip():
        raise BadValue(_("请写明理由。"), fields={"reason": _("必填")})
    row, made = Link.objects.get_or_create(
        case=case, other=other, kind=kind,
        defaults={"reason": reason.strip()[:300], "probability": probability, "by": by,
                  "confirmed": True if by is not None else None},
    )  # fmt: skip
    if made:
        facts = {"kind": row.get_kind_display(), "other": other.number}
        journal.record("complaints.linked", by=by, on=case, facts=facts)
    return row


@transaction.atomic
def decide_link(row: Link, *, by: Any, confirm: bool) -> Link:
    """Confirm or reject a link that the machine proposed."""
    require(by, "complaints.link", row.case)
    row.confirmed, row.by = confirm, by
    row.save(update_fields=["confirmed", "by"])
    facts = {"result": _("确认") if confirm else _("否定"), "other": row.other.number}
    journal.record("complaints.link_decided", by=by, on=row.case, facts=facts)
    return row
