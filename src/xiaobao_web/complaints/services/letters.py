"""The letter (处理结果告知书): written, checked for its four elements, seen by a second person, sent with proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Case, CaseState, DeliveryMode, Letter, LetterState, RecordKind
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.services.elements import check, missing_names, rulebook_findings
from xiaobao_web.kernel import deadlines, journal, search, states
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.numbers import next_number

OPEN = (LetterState.DRAFT.value, LetterState.CHECKING.value, LetterState.APPROVED.value)


def second_reasons(case: Case) -> list[str]:
    """Return why the letter of a case needs a second person's eyes, empty where it does not."""
    rules = limits()
    reasons = [flag for flag in rules.second_flags if flag in case.flags]
    if case.transfers_in.exists():
        reasons.append(_("监管转办"))
    if case.amount is not None and case.amount >= rules.second_amount:
        reasons.append(_("涉及金额较大"))
    if case.level != "normal":
        reasons.append(str(case.get_level_display()))
    return reasons


@transaction.atomic
def write_letter(case: Case, *, by: Any, parts: dict[str, str]) -> Letter:
    """Write the letter's parts into the open draft, or begin a new version; says which elements are there."""
    row = lock(case)
    require(by, "complaints.write_letter", row)
    if row.state not in (CaseState.HANDLING, CaseState.SUSPENDED):
        raise Refused(_("当前状态为“%s”，不能起草告知书。") % row.get_state_display())
    letter = row.letter_now()
    if letter is None or letter.state not in OPEN:
        letter = Letter(
            case=row, number=next_number("TSGZ"), version=(letter.version if letter else 0) + 1, written_by=by
        )
    for part in Letter.PARTS:
        setattr(letter, part, parts.get(part, getattr(letter, part)).strip())
    checked = check({part: getattr(letter, part) for part in Letter.PARTS})
    reasons = second_reasons(row)
    letter.checks = [item.as_dict() for item in checked]
    letter.needs_second, letter.second_reasons = bool(reasons), reasons
    letter.state, letter.written_by, letter.written_at = LetterState.DRAFT.value, by, timezone.now()
    letter.checked_by = letter.checked_at = letter.released_by = None
    letter.release_reason = letter.check_note = ""
    letter.save()
    found = sum(item.found for item in checked)
    facts = {"version": letter.version, "found": found, "all": len(checked)}
    journal.record("complaints.letter_written", by=by, on=row, facts=facts)
    return letter


def _open_letter(letter: Letter, *wanted: str) -> Letter:
    row = Letter.objects.select_for_update(of=("self",)).select_related("case__unit", "case__handler").get(pk=letter.pk)
    if row.state not in wanted:
        raise Refused(_("告知书当前为“%s”，不能这样做。") % row.get_state_display())
    return row


@transaction.atomic
def submit_letter(letter: Letter, *, by: Any) -> Letter:
    """Hand a letter in: refused while an element is missing; without need of second eyes it may be sent at once."""
    row = _open_letter(letter, LetterState.DRAFT.value)
    require(by, "complaints.write_letter", row.case)
    checked = check({part: getattr(row, part) for part in Letter.PARTS})
    missing = missing_names(checked)
    if missing:
        raise Refused(
            _("告知书缺少：%s（投诉办法第十九条）。补齐后再提交；确来不及的，可由消保办应急放行。") % "、".join(missing)
        )
    found = rulebook_findings(row.text(), checked)
    blocking = [item for item in found if item["decision"] == "violation"]
    if blocking:
        told = "；".join(f"{item['title']}：“{item['text'][:30]}”" for item in blocking[:3])
        raise Refused(_("告知书里有不合规的表述，请修改后提交：%s") % told)
    doubtful = [_("措辞待核：“%s”") % item["text"][:30] for item in found]
    if doubtful:
        row.needs_second, row.second_reasons = True, [*row.second_reasons, *doubtful[:3]]
    row.handed_in_by = by
    row.state = (LetterState.CHECKING if row.needs_second else LetterState.APPROVED).value
    row.save()
    journal.record("complaints.letter_submitted", by=by, on=row.case, facts={"version": row.version})
    if row.needs_second:
        telling.holding(row.case, "complaints.check_letter", _("告知书待复核：%(number)s %(title)s"))
    return row


def against_check(letter: Letter, user: Any) -> str:
    """Return why a person cannot be the second to look at a letter, empty where they can."""
    if user.pk not in (letter.written_by_id, letter.handed_in_by_id):
        return ""
    return str(_("告知书由您起草，须由另一人复核。"))


def against_sending(case: Case) -> str:
    """Return why no letter can be sent now, empty where one can."""
    if case.state != CaseState.SUSPENDED:
        return ""
    return str(_("期限中止中，不能送达；请先登记恢复办理或调解结果。"))


@transaction.atomic
def check_letter(letter: Letter, *, by: Any, approve: bool, note: str = "") -> Letter:
    """Look at a letter as the second person: let it go, or give it back."""
    row = _open_letter(letter, LetterState.CHECKING.value)
    require(by, "complaints.check_letter", row.case)
    against = against_check(row, by)
    if against:
        raise Refused(against)
    if not approve and not note.strip():
        raise BadValue(_("退回请写明修改意见。"), fields={"note": _("必填")})
    row.state = (LetterState.APPROVED if approve else LetterState.DRAFT).value
    row.checked_by, row.checked_at, row.check_note = by, timezone.now(), note.strip()[:500]
    row.save()
    facts = {"result": _("同意") if approve else _("退回"), "version": row.version, "comment": row.check_note}
    journal.record("complaints.letter_decided", by=by, on=row.case, facts=facts)
    told = _("告知书可以送达：%(number)s") if approve else _("告知书被退回修改：%(number)s")
    telling.people(row.case, [row.written_by], told)
    return row


@transaction.atomic
def release_letter(letter: Letter, *, by: Any, reason: str) -> Letter:
    """Let a letter go for an emergency, so that no term is missed for a form: what is missing stays on record."""
    row = _open_letter(letter, LetterState.DRAFT.value, LetterState.CHECKING.value)
    require(by, "complaints.release_letter", row.case)
    if len(reason.strip()) < 6:
        raise BadValue(_("请写明应急放行的理由和补救安排。"), fields={"reason": _("至少 6 个字")})
    if by.pk == row.written_by_id:
        raise Refused(_("告知书由您起草，须由另一人放行。"))
    missing = missing_names(check({part: getattr(row, part) for part in Letter.PARTS}))
    if not row.decision.strip():
        raise Refused(_("告知书还没有写处理决定，不能放行。"))
    if row.state == LetterState.CHECKING.value:
        missing.append(_("双人复核"))
    row.state, row.released_by, row.release_reason = LetterState.APPROVED.value, by, reason.strip()[:500]
    row.save()
    facts = {"version": row.version, "missing": "、".join(missing) or _("无"), "reason": row.release_reason}
    journal.record("complaints.letter_released", by=by, on=row.case, facts=facts)
    telling.people(row.case, [row.written_by], _("告知书已应急放行，请立即送达：%(number)s"))
    return row


@transaction.atomic
def send_letter(letter: Letter, *, by: Any, mode: str, proof: str, at: datetime | None = None) -> Case:
    """Record that the letter was handed over, posted, sent or told by telephone, with its proof (投诉办法 21)."""
    row = _open_letter(letter, LetterState.APPROVED.value)
    if mode not in DeliveryMode.values:
        raise BadValue(_("请选择告知方式。"), fields={"mode": _("请选择")})
    if not proof.strip():
        raise BadValue(_("请登记送达凭证：%s。") % PROOFS[mode], fields={"proof": PROOFS[mode]})
    if row.case.state == CaseState.SUSPENDED:
        raise Refused(against_sending(row.case))
    if mode == DeliveryMode.UNREACHABLE and row.case.records.filter(kind=RecordKind.ATTEMPT).count() < 2:
        raise Refused(_("无法联系的，须先登记至少两次联系未果的记录。"))
    moment = at or timezone.now()
    _not_before_it_was_done(row, moment)
    label = DeliveryMode(mode).label
    case = states.move(row.case, "answer", by=by, facts={"number": row.number, "mode": label}, at=moment)
    row.state, row.sent_by, row.sent_at = LetterState.SENT.value, by, moment
    row.mode, row.proof = mode, proof.strip()[:300]
    row.save()
    clocking.note_told(case, at=moment, by=by)
    if mode != DeliveryMode.UNREACHABLE.value:
        deadlines.meet(case, "contact", at=moment)
    deadlines.meet(case, "answer_again", at=moment)
    days = limits().callback_days
    deadlines.start(case, "callback", label=_("回访"), basis=limits().basis, natural_days=days, at=moment)
    search.index(case)
    return case


def _not_before_it_was_done(letter: Letter, moment: datetime) -> None:
    """Refuse a delivery before the letter was written or seen by the second person: a late answer stays late."""
    done = max(when for when in (letter.written_at, letter.checked_at) if when is not None)
    if moment < done.replace(second=0, microsecond=0):
        told = _("送达不能早于告知书定稿的时间 %s。") % f"{timezone.localtime(done):%Y-%m-%d %H:%M}"
        raise BadValue(told, fields={"at": told})


PROOFS: dict[str, Any] = {
    DeliveryMode.BY_HAND: gettext_lazy("签收人和签收时间"),
    DeliveryMode.POST: gettext_lazy("邮寄单号"),
    DeliveryMode.SMS: gettext_lazy("短信发送回执"),
    DeliveryMode.EMAIL: gettext_lazy("邮件发送记录"),
    DeliveryMode.CALL: gettext_lazy("通话时间和录音编号"),
    DeliveryMode.UNREACHABLE: gettext_lazy("历次联系的时间和方式"),
}
