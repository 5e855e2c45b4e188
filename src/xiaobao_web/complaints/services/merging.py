"""Merging (并案): the same complaint of the same person, brought again while the first is handled (投诉办法 18)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.access import may_know
from xiaobao_web.complaints.models import Case, Link, LinkKind, PartyKind
from xiaobao_web.complaints.services import confiding, unfinished
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.services.inquiry import add_party
from xiaobao_web.complaints.states import BEFORE_ANSWER, DONE
from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused

NUMBERS = ("id_number", "phone", "account")


@transaction.atomic
def merge(case: Case, *, by: Any, into: Case, reason: str) -> Case:
    """Join a case with an open one about the same complaint of the same person.

    Its contacts, the tasks that units still work on and the staff complained of go along; where either is confidential
    both are. Raises BadValue, Refused.
    """
    if into.pk == case.pk:
        raise BadValue(_("不能并入自己。"), fields={"into": _("请另选")})
    if not reason.strip():
        raise BadValue(_("请写明并案的理由。"), fields={"reason": _("必填")})
    target = lock(into)
    _may_join(case, target, by)
    row = states.move(case, "merge", by=by, facts={"into": target.number}, comment=reason.strip(), into=target)
    clocking.stop(row)
    row.contacts.update(case=target)
    row.tasks.filter(state__in=unfinished.WAITING).update(case=target)
    unfinished.drop(row, by=by, why=_("已并入 %s") % target.number)
    for party in row.parties.filter(kind=PartyKind.RESPONDENT).exclude(person__in=target.respondent_ids()):
        add_party(target, by=None, kind=party.kind, name=party.name, person=party.person, note=party.note)
    Link.objects.get_or_create(
        case=target, other=row, kind=LinkKind.SAME_EVENT,
        defaults={"reason": reason.strip()[:300], "confirmed": True, "by": by},
    )  # fmt: skip
    if row.confidential or target.confidential:  # of one complainant: either would tell who the other's is
        row, target = (confiding.follow(each, by=by, told=_("因并案设置")) for each in (row, target))
    facts = {"number": row.number, "channel": row.get_channel_display()}
    journal.record("complaints.contact_added", by=by, on=target, facts=facts)
    telling.people(target, [p for p in telling.in_charge(target) if p != by], _("有投诉并入：%(number)s %(title)s"))
    return row


def _may_join(case: Case, into: Case, by: Any) -> None:
    if into.state in DONE:
        raise Refused(_("%s 已经了结，不能并入。") % into.number)
    if into.state not in BEFORE_ANSWER:
        raise Refused(
            _("%s 已经答复，只有处理期间再次提出的才能并案；请在那件投诉里登记异议或核查申请，本件登记关联投诉。")
            % into.number
        )
    if into.received_at > case.received_at:
        raise Refused(_("应并入先收到的一件，期限按先收到的计算。"))
    against = against_merge(case, by)
    if against:
        raise Refused(against)
    for row in (case, into):
        if row.confidential and may_know(by, row):
            raise Forbidden(_("%s 的投诉人要求身份保密，只能由能查看其身份的经办人或消保办并案。") % row.number)
    if another_customer(case, into):
        told = _("%s 是另一位投诉人的投诉，不能并案；同一事件请登记关联投诉，共同投诉请登记代表。") % into.number
        raise BadValue(told, fields={"into": told})


def against_merge(case: Case, user: Any) -> str:
    """Return why a case cannot be joined with any other, empty where it can."""
    return str(_("转办件有自己的编号和反馈期限，不能并案；可登记为同一事件。")) if case.transfers_in.exists() else ""


def another_customer(one: Case, other: Case) -> bool:
    """Tell whether two cases are known to be of two people: by their documents, else by names without a number shared.

    What is not known of either keeps nobody from merging them.
    """
    if one.id_number and other.id_number:
        return one.id_number != other.id_number
    if any(getattr(one, name) and getattr(one, name) == getattr(other, name) for name in NUMBERS):
        return False
    return bool(one.customer_name and other.customer_name and one.customer_name != other.customer_name)
