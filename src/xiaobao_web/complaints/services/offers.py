"""Offers: proposed by the handler, approved by somebody whose limit reaches the amount, answered by the complainant."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.access import offer_limit
from xiaobao_web.complaints.models import Case, CaseState, Offer, OfferKind, OfferState, Track
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.formats import money
from xiaobao_web.people.models import Role

ENDED = (CaseState.WITHDRAWN, CaseState.MERGED, CaseState.DECLINED)
PAYS = (OfferKind.REFUND.value, OfferKind.REDUCTION.value, OfferKind.COMPENSATION.value)


@transaction.atomic
def offer(case: Case, *, by: Any, kind: str, terms: str, amount: Decimal | None = None) -> Offer:
    """Propose a settlement; it goes to somebody else for approval, whatever its amount."""
    require(by, "complaints.offer", case)
    if case.state not in (CaseState.HANDLING, CaseState.SUSPENDED, CaseState.ANSWERED):
        raise Refused(_("当前状态为“%s”，不能提出处理方案。") % case.get_state_display())
    if kind not in OfferKind.values:
        raise BadValue(_("请选择方式。"), fields={"kind": _("请选择")})
    if not terms.strip():
        raise BadValue(_("请写明方案。"), fields={"terms": _("必填")})
    sum_ = amount or Decimal(0)
    if sum_ < 0 or (kind in PAYS and sum_ == 0):
        raise BadValue(_("请填写金额。"), fields={"amount": _("须大于 0")})
    made = Offer.objects.create(
        case=case, kind=kind, amount=sum_, terms=terms.strip(), asked_by=by, asked_at=timezone.now()
    )
    journal.record("complaints.offered", by=by, on=case, facts={"kind": made.get_kind_display(), "amount": sum_})
    telling.holding(case, "complaints.approve_offer", _("处理方案待审批：%(number)s %(title)s"))
    return made


@transaction.atomic
def decide_offer(made: Offer, *, by: Any, approve: bool, note: str = "") -> Offer:
    """Decide on an offer within one's limit; the sum of all approved offers of the case counts, so none is split."""
    row = Offer.objects.select_for_update(of=("self",)).select_related("case__unit", "case__handler").get(pk=made.pk)
    require(by, "complaints.approve_offer", row.case)
    if row.state != OfferState.ASKED.value:
        raise Refused(_("这个方案已经审批。"))
    against = against_decision(row, by)
    if against:
        raise Forbidden(against)
    if not approve and not note.strip():
        raise BadValue(_("不同意请写明原因。"), fields={"note": _("必填")})
    if approve and row.case.state in ENDED:
        raise Refused(against_approval(row, by))
    if approve:
        against = against_approval(row, by)
        if against:
            raise Forbidden(against)
        role = offer_limit(by)[1]
        row.decided_as = str(Role(role).label) if role else ""
    row.state = (OfferState.APPROVED if approve else OfferState.REFUSED).value
    row.decided_by, row.decided_at, row.note = by, timezone.now(), note.strip()[:300]
    row.save()
    facts = {"result": _("同意") if approve else _("不同意"), "amount": row.amount, "comment": row.note}
    journal.record("complaints.offer_decided", by=by, on=row.case, facts=facts)
    telling.people(row.case, [row.asked_by], _("处理方案已审批：%(number)s %(title)s"))
    return row


def against_decision(made: Offer, user: Any) -> str:
    """Return why a person cannot decide on an offer, empty where they can."""
    return str(_("方案由您提出，须由另一人审批。")) if made.asked_by_id == user.pk else ""


def against_approval(row: Offer, user: Any) -> str:
    """Return why a person can only refuse an offer, empty where they may approve it: the case ended, their limit."""
    if row.case.state in ENDED:
        return str(_("投诉%s，不能再批准方案；确需补偿的，请先重新办理。") % row.case.get_state_display())
    limit, _role = offer_limit(user)
    live = row.case.offers.exclude(pk=row.pk).filter(
        state__in=[OfferState.APPROVED.value, OfferState.ACCEPTED.value, OfferState.DONE.value]
    )
    total = row.amount + (live.aggregate(total=Sum("amount"))["total"] or Decimal(0))
    if limit is None or total <= limit:
        return ""
    told = _("本件累计 %(total)s，超过您的审批权限 %(limit)s，请由更高权限的人员审批。")
    return told % {"total": money(total), "limit": money(limit)}


@transaction.atomic
def answer_offer(made: Offer, *, by: Any, accepts: bool) -> Offer:
    """Record the complainant's answer to an approved offer."""
    row = Offer.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.offer", row.case)
    if row.state != OfferState.APPROVED.value:
        raise Refused(_("批准后的方案才能登记投诉人的答复。"))
    row.state = (OfferState.ACCEPTED if accepts else OfferState.DECLINED).value
    row.answered_at = timezone.now()
    row.save()
    facts = {"result": _("接受") if accepts else _("不接受")}
    journal.record("complaints.offer_answered", by=by, on=row.case, facts=facts)
    return row


@transaction.atomic
def fulfil_offer(made: Offer, *, by: Any, proof: str) -> Offer:
    """Record that an accepted offer was kept, with its proof."""
    row = Offer.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.offer", row.case)
    if row.state != OfferState.ACCEPTED.value:
        raise Refused(_("投诉人接受后才能登记履行。"))
    if not proof.strip():
        raise BadValue(_("请登记履行凭证，如入账流水号。"), fields={"proof": _("必填")})
    row.state, row.done_at, row.proof = OfferState.DONE.value, timezone.now(), proof.strip()[:200]
    row.save()
    done = row.case.offers.filter(state=OfferState.DONE.value, kind__in=PAYS).aggregate(total=Sum("amount"))
    Case.objects.filter(pk=row.case_id).update(paid=done["total"])
    journal.record("complaints.offer_done", by=by, on=row.case)
    if row.kind in PAYS and Track.CLAIM in clocking.tracks_of(row.case):
        clocking.note(row.case, "paid", at=row.done_at, by=by)
    return row


@transaction.atomic
def pay_claim(case: Case, *, by: Any, proof: str, at: datetime | None = None) -> Case:
    """Record that an insurance claim was paid, in advance or in full (保险法 23, 25); also after the case has ended."""
    row = lock(case)
    require(by, "complaints.offer", row)
    if Track.CLAIM not in clocking.tracks_of(row):
        raise Refused(_("这件投诉不走保险理赔的期限。"))
    if not proof.strip():
        raise BadValue(_("请登记支付凭证，如入账流水号。"), fields={"proof": _("必填")})
    clocking.note(row, "paid", at=at or timezone.now(), by=by, proof=proof.strip()[:200])
    journal.record("complaints.claim_paid", by=by, on=row, facts={"proof": proof.strip()[:200]})
    return row
