"""What stretches, stops, restarts and ends the statutory clocks of a case (投诉办法 15, 18, 23)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.models import (
    Case,
    CaseState,
    Extension,
    ExtensionKind,
    Mediation,
    MediationState,
    Record,
    RecordKind,
    Track,
)
from xiaobao_web.complaints.services import unfinished
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.states import BEFORE_ANSWER
from xiaobao_web.kernel import deadlines, journal, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused

APPRAISAL, MEDIATION = "appraisal", "mediation"
PERMISSION = {
    ExtensionKind.COMPLEX.value: "complaints.approve_complex",
    ExtensionKind.SPECIAL.value: "complaints.approve_special",
}


@transaction.atomic
def ask_extension(case: Case, *, by: Any, kind: str, reason: str) -> Extension:
    """Ask for a longer term; it counts only when approved (and for the special one told) before the day."""
    row = lock(case)
    require(by, "complaints.ask_extension", row)
    if row.state not in (CaseState.HANDLING, CaseState.SUSPENDED):
        raise Refused(_("当前状态为“%s”，不能申请延期。") % row.get_state_display())
    if kind not in ExtensionKind.values:
        raise BadValue(_("请选择延期类型。"), fields={"kind": _("请选择")})
    if len(reason.strip()) < 6:
        raise BadValue(_("请写明延期理由，批准后要告知投诉人。"), fields={"reason": _("至少 6 个字")})
    against = kinds_of_extension(row)[kind]
    if against:
        raise Refused(against)
    asked = Extension.objects.create(case=row, kind=kind, reason=reason.strip(), asked_by=by, asked_at=timezone.now())
    label = ExtensionKind(kind).label
    journal.record("complaints.extension_asked", by=by, on=row, facts={"kind": label, "reason": asked.reason})
    telling.holding(row, PERMISSION[kind], _("投诉延期待审批：%(number)s %(title)s"))
    return asked


def kinds_of_extension(case: Case) -> dict[str, str]:
    """Return why each longer term cannot be asked for now, empty for one that can."""
    live = {row.kind: row for row in case.extensions.exclude(approved=False).filter(over=False)}
    past = over_since(case)
    told = _("法定期限已过，不能再申请延期（期限至 %s）；请尽快答复投诉人，并在告知书里说明逾期的情况。")
    late = told % past if past else ""
    return {kind: _out_of_turn(case, kind, live) or late for kind in ExtensionKind.values}


def _out_of_turn(case: Case, kind: str, live: dict[str, Extension]) -> str:
    if not _extended(case):
        told = _("%s没有可以延长的法定期限，请在期限内答复；来不及的，先把进展告知投诉人。")
        return told % case.get_track_display()
    same, first = live.get(kind), live.get(ExtensionKind.COMPLEX.value)
    if same is not None and same.approved is None:
        return str(_("已有同类延期申请，正在等待审批。"))
    if same is not None:
        return str(_("这一档延期已经批准过，同一期限内不能再批一次。"))
    if case.track == Track.PBOC:
        if kind == ExtensionKind.COMPLEX.value:
            return str(_("人民银行转办件没有“情况复杂”一档，请申请特别延期（PBoC5 第 43 条）。"))
        return ""
    if kind == ExtensionKind.SPECIAL.value and (first is None or not first.approved):
        return str(_("先认定情况复杂（延长至 30 日），仍不够时再申请特别延期。"))
    return ""


def against_extension(case: Case, user: Any) -> str:
    """Return why no longer term can be asked for, empty where one can: of the step that was reached, its reason."""
    reasons = kinds_of_extension(case)
    if not all(reasons.values()):
        return ""
    live = case.extensions.exclude(approved=False).filter(over=False)
    special = case.track == Track.PBOC or live.filter(kind=ExtensionKind.COMPLEX.value, approved=True).exists()
    return reasons[(ExtensionKind.SPECIAL if special else ExtensionKind.COMPLEX).value]


def against_approval(asked: Extension) -> str:
    """Return why a longer term that was asked for can only be refused, empty where it may be approved."""
    past = over_since(asked.case)
    told = _("法定期限已过，不能再批准延期（期限至 %s）；请登记不同意并写明原因，经办人尽快答复投诉人。")
    return told % past if past else ""


@transaction.atomic
def decide_extension(asked: Extension, *, by: Any, approve: bool, note: str = "") -> Extension:
    """Decide on a longer term before the day it must be decided by; a late approval is refused, not back-dated."""
    row = Extension.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=asked.pk)
    case = row.case
    require(by, PERMISSION[row.kind], case)
    if row.approved is not None:
        raise Refused(_("这项延期已经审批。"))
    if row.over:
        raise Refused(_("办理期限已经重新计算或程序已经终止，这项申请不再有效；仍需要的，请经办人重新申请。"))
    if not approve and not note.strip():
        raise BadValue(_("不同意请写明原因。"), fields={"note": _("必填")})
    now = timezone.now()
    row.approved, row.decided_by, row.decided_at, row.note = approve, by, now, note.strip()[:300]
    row.save()
    facts = {"kind": row.get_kind_display(), "result": _("同意") if approve else _("不同意"), "comment": row.note}
    journal.record("complaints.extension_decided", by=by, on=case, facts=facts)
    if approve:
        against = against_approval(row)
        if against:
            raise Refused(against)
        before = _last_day(case)
        kind = "complex" if row.kind == ExtensionKind.COMPLEX.value else "special_approved"
        clocking.note(case, kind, at=now, by=by, reason=row.reason)
        if kind == "complex" and _last_day(case) == before:
            raise Refused(_("批准已晚于法定期限，不能延期；请尽快答复并说明情况。"))
    told = _("延期已批准，请在到期前告知投诉人：%(number)s") if approve else _("延期未获批准：%(number)s")
    telling.people(case, [case.handler], told)
    return row


def over_since(case: Case) -> str:
    """Return the last day of the case's own term where it is over, empty while it runs."""
    tracks = _extended(case)
    own = [case.track] if case.track in tracks or not tracks else tracks
    rows = [
        clock for clock in clocking.clocks_of(case)
        if clock.name == "notify" and clock.track in own and clocking.is_ours(clock)
    ]  # fmt: skip
    last = max(rows, key=lambda clock: clock.due_at, default=None)
    return f"{last.due}" if last is not None and last.due_at < timezone.now() else ""


def _extended(case: Case) -> list[str]:
    """Return the tracks of a case whose term can be extended: those of the regulators know it, others do not."""
    steps = ("complex", "special_approved")
    return [track for track in clocking.tracks_of(case) if any(clocking.hears(track, step) for step in steps)]


def _last_day(case: Case) -> Any:
    return {clock.track + clock.name: clock.limit for clock in clocking.clocks_of(case) if clock.name == "notify"}


@transaction.atomic
def notify_extension(asked: Extension, *, by: Any, mode: str, proof: str, at: datetime | None = None) -> Extension:
    """Record that the complainant was told of the longer term, how and with which proof (投诉办法 21)."""
    row = Extension.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=asked.pk)
    require(by, "complaints.notify_extension", row.case)
    if not row.approved:
        raise Refused(_("批准后才告知。"))
    if row.notified_at is not None:
        raise Refused(_("已经告知过。"))
    if not proof.strip():
        raise BadValue(_("请登记告知凭证，如邮寄单号、短信回执、通话时间。"), fields={"proof": _("必填")})
    moment = at or timezone.now()
    clocking.possible(row.case, moment)
    clocking.not_before(moment, row.decided_at, _("告知不能早于延期获批的日期 %s；批准前说过的，请登记为联系记录。"))
    before = _last_day(row.case)
    row.notified_at, row.notice_mode, row.notice_proof = moment, mode, proof.strip()[:200]
    row.save()
    from xiaobao_web.complaints.models import DeliveryMode

    if mode != DeliveryMode.UNREACHABLE.value:
        deadlines.meet(row.case, "contact", at=moment)
    journal.record("complaints.extension_notified", by=by, on=row.case, facts={"mode": DeliveryMode(mode).label})
    if row.kind == ExtensionKind.SPECIAL.value:
        clocking.note(row.case, "special_notified", at=moment, by=by)
        if _last_day(row.case) == before:
            raise Refused(_("告知已晚于法定期限，延期不生效；请尽快答复并说明情况。"))
    return row


# Pauses


@transaction.atomic
def suspend(case: Case, *, by: Any, reason: str, at: datetime | None = None) -> Case:
    """Stop the clock for an outside appraisal; the complainant is told promptly (投诉办法 18)."""
    if not reason.strip():
        raise BadValue(_("请写明由哪家机构作何鉴定、检测或评估，并告知投诉人。"), fields={"reason": _("必填")})
    row = states.move(case, "suspend", by=by, facts={"reason": reason.strip()}, kind=APPRAISAL)
    clocking.note(row, "appraisal_start", at=at or timezone.now(), by=by)
    return row


@transaction.atomic
def resume(case: Case, *, by: Any, comment: str = "", at: datetime | None = None) -> Case:
    """Let the clock run again after an appraisal; a mediation ends by its own verb."""
    kind = case.suspended_for
    if kind == MEDIATION:
        raise Refused(_("正在调解，请登记调解结果后恢复。"))
    row = states.move(case, "resume", by=by, comment=comment)
    clocking.note(row, "appraisal_end", at=at or timezone.now(), by=by)
    return row


@transaction.atomic
def propose_mediation(
    case: Case, *, by: Any, organisation: str, mediator: str = "", at: datetime | None = None
) -> Mediation:
    """Propose a mediation to the complainant, at a moment that may be told later; the clock stops when they consent."""
    row = lock(case)
    require(by, "complaints.mediate", row)
    if row.state != CaseState.HANDLING:
        raise Refused(_("处理中的投诉才能提出调解。"))
    if row.mediations.filter(state__in=[MediationState.PROPOSED.value, MediationState.RUNNING.value]).exists():
        raise Refused(_("已有进行中的调解。"))
    moment = at or timezone.now()
    clocking.possible(row, moment)
    made = Mediation.objects.create(
        case=row,
        organisation=organisation.strip(),
        mediator=mediator.strip(),
        proposed_by=by,
        proposed_at=moment,
    )
    journal.record("complaints.mediation_proposed", by=by, on=row, facts={"organisation": made.organisation})
    return made


@transaction.atomic
def answer_mediation(
    made: Mediation, *, by: Any, consents: bool, proof: str = "", at: datetime | None = None
) -> Mediation:
    """Record whether the complainant consents; with consent and application the clock stands still."""
    row = Mediation.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.mediate", row.case)
    if row.state != MediationState.PROPOSED.value:
        raise Refused(_("这次调解已有答复。"))
    if not consents:
        row.state = MediationState.REFUSED.value
        row.save()
        journal.record("complaints.mediation_refused", by=by, on=row.case)
        return row
    if not proof.strip():
        raise BadValue(_("请登记投诉人同意调解的凭证。"), fields={"proof": _("必填")})
    moment = at or timezone.now()
    clocking.possible(row.case, moment)
    told = _("同意不能早于登记调解建议的日期 %s：期限从同意之日起中止，不能倒填；请填写建议之后取得的同意。")
    clocking.not_before(moment, row.proposed_at, told)
    row.state, row.consented_at, row.consent_proof = MediationState.RUNNING.value, moment, proof.strip()[:200]
    row.save()
    journal.record("complaints.mediation_consented", by=by, on=row.case)
    case = states.move(row.case, "suspend", by=by, facts={"reason": _("调解：%s") % row.organisation}, kind=MEDIATION)
    clocking.note(case, "mediation_start", at=moment, by=by)
    return row


@transaction.atomic
def end_mediation(
    made: Mediation, *, by: Any, agreed: bool, agreement: str = "", at: datetime | None = None
) -> Mediation:
    """Record how the mediation ended; the clock runs again."""
    row = Mediation.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.mediate", row.case)
    if row.state != MediationState.RUNNING.value:
        raise Refused(_("这次调解不在进行中。"))
    if agreed and not agreement.strip():
        raise BadValue(_("请写明协议内容。"), fields={"agreement": _("必填")})
    moment = at or timezone.now()
    clocking.possible(row.case, moment)
    clocking.not_before(moment, row.consented_at, _("调解结束不能早于投诉人同意调解的日期 %s。"))
    last = row.sessions.order_by("-at").values_list("at", flat=True).first()
    clocking.not_before(moment, last, _("调解结束不能早于最后一次调解场次的日期 %s；场次日期有误的，请先核对。"))
    row.state = (MediationState.AGREED if agreed else MediationState.FAILED).value
    row.agreement, row.ended_at = agreement.strip(), moment
    row.save()
    journal.record("complaints.mediation_ended", by=by, on=row.case, facts={"result": row.get_state_display()})
    case = states.move(row.case, "resume", by=by)
    clocking.note(case, "mediation_end", at=row.ended_at, by=by)
    return row


@transaction.atomic
def hold_session(made: Mediation, *, by: Any, at: datetime, note: str, place: str = "") -> Any:
    """Record a sitting of a mediation."""
    require(by, "complaints.mediate", made.case)
    if made.state != MediationState.RUNNING.value:
        raise Refused(_("这次调解不在进行中。"))
    if made.consented_at is not None and timezone.localdate(at) < timezone.localdate(made.consented_at):
        raise BadValue(_("场次不能早于投诉人同意调解的日期。"), fields={"at": _("不早于同意调解的日期")})
    clocking.possible(made.case, at)
    made_one = made.sessions.create(at=at, note=note.strip(), place=place.strip(), by=by)
    journal.record("complaints.mediation_session", by=by, on=made.case)
    return made_one


# Ends and restarts


@transaction.atomic
def withdraw(case: Case, *, by: Any, reason: str, at: datetime | None = None) -> Case:
    """End the procedure on the day the complainant's withdrawal was received (投诉办法 15)."""
    if not reason.strip():
        raise BadValue(_("请登记撤回的方式和凭证。"), fields={"reason": _("必填")})
    moment = at or timezone.now()
    row = states.move(case, "withdraw", by=by, comment=reason.strip(), at=moment)
    clocking.note(row, "withdrawn", at=moment, by=by)
    clocking.stop(row)
    unfinished.drop(row, by=by, why=_("投诉人已撤回"))
    return row


@transaction.atomic
def new_facts(case: Case, *, by: Any, text: str, at: datetime | None = None) -> Record:
    """Record new facts and reasons of the complainant: the term starts again from their receipt (投诉办法 18)."""
    row = lock(case)
    require(by, "complaints.add_facts", row)
    if row.state not in BEFORE_ANSWER:
        raise Refused(_("当前状态为“%s”；答复后有新的事实，请登记异议或重新办理。") % row.get_state_display())
    if len(text.strip()) < 4:
        raise BadValue(_("请写明新的事实和理由。"), fields={"text": _("至少 4 个字")})
    moment = at or timezone.now()
    record = Record.objects.create(case=row, kind=RecordKind.FACTS, at=moment, text=text.strip(), by=by)
    unfinished.void_extensions(row)
    clocking.note(row, "new_facts", at=moment, by=by)
    journal.record("complaints.new_facts", by=by, on=row)
    telling.people(row, telling.in_charge(row), _("投诉人补充了新的事实：%(number)s %(title)s"))
    return record
