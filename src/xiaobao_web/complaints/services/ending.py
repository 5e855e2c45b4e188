"""How a case ends: objections, the superior's review, responsibility, closing, calling back, taking it up again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.models import (
    CallBack,
    Case,
    CaseState,
    Fault,
    Outcome,
    Record,
    RecordKind,
    Responsibility,
    ReviewResult,
    SuperiorReview,
    Track,
)
from xiaobao_web.complaints.services import unfinished
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.kernel import deadlines, journal, search, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused

APPLY_DAYS = 30
ANSWERS = (Outcome.MET, Outcome.PARTLY, Outcome.NOT_MET, Outcome.SETTLED, Outcome.MEDIATED)
"""Outcomes of a case that was answered; the others come by their own verbs."""


@transaction.atomic
def object_to(case: Case, *, by: Any, reason: str) -> Case:
    """Record that the complainant does not accept the answer; handling goes on towards a new letter."""
    if not reason.strip():
        raise BadValue(_("请写明投诉人的异议。"), fields={"reason": _("必填")})
    row = states.move(case, "object", by=by, comment=reason.strip())
    Record.objects.create(case=row, kind=RecordKind.FACTS, at=timezone.now(), text=reason.strip(), by=by)
    deadlines.cancel(row, "callback")
    clocking.answer_again(row)
    telling.people(row, telling.in_charge(row), _("投诉人有异议：%(number)s %(title)s"))
    return row


@transaction.atomic
def apply_review(
    case: Case, *, by: Any, reason: str, at: datetime | None = None, accept_late: bool = False
) -> SuperiorReview:
    """Record the complainant's application for a review by the superior institution (投诉办法 20).

    It is due within 30 days of the decision's receipt; a later one is refused unless it is taken all the same.
    """
    moment = at or timezone.now()
    if not reason.strip():
        raise BadValue(_("请写明申请核查的理由。"), fields={"reason": _("必填")})
    superior = case.unit.parent
    if superior is None:
        raise Refused(against_review(case, by))
    answered = case.answered_at
    clocking.possible(case, moment)
    clocking.not_before(moment, answered, _("申请核查不能早于告知处理决定的日期 %s；答复之前的不同意见，请登记异议。"))
    last = (timezone.localdate(answered) + timedelta(days=APPLY_DAYS)) if answered else None
    late = last is not None and timezone.localdate(moment) > last
    if late and not accept_late:
        raise Refused(_("申请核查的期限到 %s 为止，已经超过；确需受理的，请勾选“仍然受理”。") % f"{last:%Y-%m-%d}")
    row = states.move(case, "apply_review", by=by, comment=reason.strip(), facts={"unit": superior})
    made = SuperiorReview.objects.create(
        case=row, unit=superior, reason=reason.strip(), applied_at=moment, late=late, registered_by=by
    )
    deadlines.cancel(row, "callback")
    clocking.note(row, "review_applied", at=moment, by=by)
    telling.holding(row, "complaints.decide_review", _("核查申请待办理：%(number)s %(title)s"))
    return made


def against_review(case: Case, user: Any) -> str:
    """Return why no superior can look at a decision, empty where one can."""
    if case.unit.parent_id is not None:
        return ""
    return str(_("责任机构是总行，没有上级机构可以核查；请登记异议，或告知调解、仲裁、诉讼途径。"))


@transaction.atomic
def decide_review(case: Case, *, by: Any, result: str, process_note: str, time_note: str, result_note: str) -> Case:
    """Decide a review: on the process, the time limit and the result; the complainant is told (投诉办法 20)."""
    if result not in ReviewResult.values:
        raise BadValue(_("请选择核查决定。"), fields={"result": _("请选择")})
    notes = {"process_note": process_note, "time_note": time_note, "result_note": result_note}
    empty = [name for name, text in notes.items() if not text.strip()]
    if empty:
        raise BadValue(_("过程、时限、结果三项都要核查。"), fields=dict.fromkeys(empty, _("必填")))
    review = case.reviews.select_for_update().filter(decided_at__isnull=True).first()
    if review is None:
        raise Refused(_("没有进行中的核查。"))
    label = ReviewResult(result).label
    to = CaseState.HANDLING if result == ReviewResult.REDO else CaseState.ANSWERED
    row = states.move(case, "decide_review", by=by, facts={"result": label}, to=to)
    now = timezone.now()
    for name, text in notes.items():
        setattr(review, name, text.strip())
    review.result, review.decided_by, review.decided_at, review.notified_at = result, by, now, now
    review.save()
    clocking.note_told(row, at=now, by=by)
    if to == CaseState.HANDLING:
        clocking.answer_again(row)
    telling.people(row, telling.in_charge(row), _("核查决定：%(number)s %(title)s"))
    return row


# Responsibility


@transaction.atomic
def find_responsibility(case: Case, *, by: Any, fault: str, unit: Any, cause: str, reason: str) -> Responsibility:
    """Find whose responsibility a complaint is, before it is closed."""
    row = lock(case)
    require(by, "complaints.find_responsibility", row)
    if row.state not in (CaseState.HANDLING, CaseState.ANSWERED, CaseState.REVIEWING):
        raise Refused(_("调查处理后才能认定责任。"))
    if fault not in Fault.values:
        raise BadValue(_("请选择认定结果。"), fields={"fault": _("请选择")})
    if len(reason.strip()) < 6 or not cause.strip():
        raise BadValue(_("请写明根本原因和认定理由。"), fields={"reason": _("至少 6 个字"), "cause": _("必填")})
    against = against_finding(row, by)
    if against:
        raise Refused(against)
    made = Responsibility.objects.create(
        case=row,
        fault=fault,
        unit=unit,
        cause=cause.strip()[:200],
        reason=reason.strip(),
        by=by,
        at=timezone.now(),
    )
    Case.objects.filter(pk=row.pk).update(fault=fault)
    facts = {"unit": unit, "fault": made.get_fault_display()}
    journal.record("complaints.responsibility_found", by=by, on=row, facts=facts)
    telling.people(
        row, [row.handler, *telling.unit_heads(row)], _("责任认定已作出：%(number)s %(title)s"), "complaints.news"
    )
    return made


def against_finding(case: Case, user: Any) -> str:
    """Return why responsibility cannot be found now, empty where it can.

    A finding that is being looked at again waits; one decided so stands until the case was answered or taken up again.
    """
    last = case.responsibilities.order_by("-pk").first()
    if last is None or last.contested_at is None:
        return ""
    if last.decided_at is None:
        return str(_("责任认定正在复核。"))
    if case.letters.filter(sent_at__gt=last.decided_at).exists():
        return ""
    if case.clock_events.filter(kind=clocking.AGAIN, at__gt=last.decided_at).exists():
        return ""
    return str(_("责任认定已经复核，以复核为准；再次答复或重新办理后才能重新认定。"))


@transaction.atomic
def contest(made: Responsibility, *, by: Any, reason: str) -> Responsibility:
    """Ask, as the unit, for the finding to be looked at again; once a finding."""
    row = Responsibility.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.contest", row.case)
    if row.contested_at is not None:
        raise Refused(_("这次认定已申请过复核。"))
    if row.case.state == CaseState.CLOSED:
        raise Refused(_("已经办结，不能再申请复核。"))
    against = against_contest(row, by)
    if against:
        raise Refused(against)
    if not reason.strip():
        raise BadValue(_("请写明复核理由。"), fields={"reason": _("必填")})
    row.contested_by, row.contested_at, row.contest_reason = by, timezone.now(), reason.strip()
    row.save()
    journal.record("complaints.responsibility_contested", by=by, on=row.case)
    telling.holding(row.case, "complaints.decide_contest", _("责任认定待复核：%(number)s %(title)s"))
    return row


def against_contest(made: Responsibility, user: Any) -> str:
    """Return why a person cannot ask for a finding to be looked at again, empty where they can."""
    return str(_("责任由您认定，不能由您申请复核。")) if made.by_id == user.pk else ""


def against_contest_decision(made: Responsibility, user: Any) -> str:
    """Return why a person cannot decide on a contested finding, empty where they can."""
    return str(_("复核由您申请，须由另一人作出。")) if made.contested_by_id == user.pk else ""


@transaction.atomic
def decide_contest(made: Responsibility, *, by: Any, fault: str, note: str) -> Responsibility:
    """Decide as another person; this finding stands."""
    row = Responsibility.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.decide_contest", row.case)
    if row.contested_at is None or row.decided_at is not None:
        raise Refused(_("没有待复核的责任认定。"))
    against = against_contest_decision(row, by)
    if against:
        raise Refused(against)
    if fault not in Fault.values:
        raise BadValue(_("请选择认定结果。"), fields={"fault": _("请选择")})
    if not note.strip():
        raise BadValue(_("请写明复核意见。"), fields={"note": _("必填")})
    row.decided_by, row.decided_at, row.decision, row.decision_note = by, timezone.now(), fault, note.strip()
    row.save()
    Case.objects.filter(pk=row.case_id).update(fault=fault)
    journal.record("complaints.responsibility_decided", by=by, on=row.case, facts={"fault": Fault(fault).label})
    telling.people(row.case, [row.by, row.contested_by], _("责任认定复核完毕：%(number)s"), "complaints.news")
    return row


# Closing


@transaction.atomic
def close(case: Case, *, by: Any, outcome: str, note: str = "") -> Case:
    """Close a case that was answered: responsibility found, tasks and regulator's reports done."""
    if outcome not in [str(item) for item in ANSWERS]:
        raise BadValue(_("请选择处理结果。"), fields={"outcome": _("请选择")})
    facts = {"outcome": Outcome(outcome).label}
    row = states.move(case, "close", by=by, facts=facts, outcome=outcome, note=note.strip()[:500])
    if Track.CLAIM in clocking.tracks_of(row):
        clocking.refresh(row)  # whether the claim is paid or refused is known now
    search.index(row)
    if row.contacts.exists() and row.leader is not None:
        telling.people(row, [row.leader], _("您包案的投诉已办结：%(number)s %(title)s"), "complaints.news")
    return row


@transaction.atomic
def reopen(case: Case, *, by: Any, reason: str) -> Case:
    """Take a case up again: its handler has it, and a new letter is to be written."""
    if not reason.strip():
        raise BadValue(_("请写明重新办理的原因。"), fields={"reason": _("必填")})
    row = states.move(case, "reopen", by=by, comment=reason.strip())
    if row.handler is None:
        from xiaobao_web.complaints.services.assignment import candidates

        found = candidates(row)
        row.handler = found[0].person if found else None
        row.save(update_fields=["handler"])
    unfinished.void_extensions(row)
    clocking.begin_again(row, by=by)
    clocking.target(row, "contact")
    telling.people(row, telling.in_charge(row), _("投诉重新办理：%(number)s %(title)s"))
    return row


@transaction.atomic
def call_back(
    case: Case, *, by: Any, reached: bool, score: int | None = None, done: bool | None = None, note: str = ""
) -> CallBack:
    """Record a call after the answer: how satisfied the complainant is, whether what was promised was kept."""
    require(by, "complaints.call_back", case)
    if case.state not in (CaseState.ANSWERED, CaseState.CLOSED):
        raise Refused(_("答复后才能回访。"))
    if reached and (score is None or not 1 <= score <= 5):
        raise BadValue(_("电话接通的，请选择满意度（1 至 5 分）。"), fields={"score": _("接通的须选择满意度")})
    made = CallBack.objects.create(
        case=case, reached=reached, score=score if reached else None, done=done if reached else None, note=note.strip(),
        by=by, at=timezone.now(),
    )  # fmt: skip
    if reached:
        Case.objects.filter(pk=case.pk).update(satisfaction=score)
        deadlines.meet(case, "callback")
    told = _("满意度 %d 分") % score if reached and score else _("未接通")
    journal.record("complaints.called_back", by=by, on=case, facts={"result": told})
    if reached and done is False:
        told_line = _("回访：投诉人说承诺没有落实：%(number)s %(title)s")
        telling.people(case, [*telling.in_charge(case), *telling.office(case)], told_line)
    return made
