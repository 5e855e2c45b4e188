"""The rectification ledger: what every app calls when something must be put right, and the way to its striking-off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.limits import limits
from xiaobao_web.findings.models import (
    Finding,
    Issue,
    IssueAccountability,
    IssueExtension,
    IssueSource,
    IssueState,
    Measure,
)
from xiaobao_web.findings.notices import give_notice
from xiaobao_web.kernel import access, deadlines, files, journal, search, states
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.kernel.numbers import next_number

__all__ = ["give_notice"]

EVIDENCE = "rectification"
"""The purpose of attachments that prove a rectification."""
SHORTEST = 5
"""Characters that a plan and an outcome have at least."""


@transaction.atomic
def open_issue(
    *,
    source: str,
    title: str,
    unit: Any,
    by: Any,
    description: str = "",
    severity: str = "medium",
    category: str = "",
    basis: list[dict[str, Any]] | None = None,
    finding: Finding | None = None,
    on: models.Model | None = None,
    owner: Any = None,
    due_on: date | None = None,
    found_on: date | None = None,
) -> Issue:
    """Enter an issue; the same finding, or the same title on the same thing, enters once. `by` None: the platform."""
    if source not in IssueSource.values:
        raise BadValue(_("没有“%s”这种来源。") % source)
    if not title.strip():
        raise BadValue(_("请写明问题。"), fields={"title": _("必填")})
    _require_ahead(due_on)
    if found_on is not None and found_on > timezone.localdate():
        raise BadValue(_("发现日期还没有到。"), fields={"found_on": _("应不晚于今天")})
    if by is not None and on is None:
        access.require(by, "findings.open_issue")
    known = _known(source, title.strip(), finding, on)
    if known is not None:
        return known
    issue = Issue.objects.create(
        number=next_number("WT"),
        title=title.strip()[:200],
        description=description.strip(),
        source=source,
        source_label=on._meta.label_lower if on is not None else "",
        source_id=on.pk if on is not None else None,
        source_name=str(on)[:200] if on is not None else "",
        finding=finding,
        category=category or (finding.category if finding else ""),
        severity=severity,
        basis=basis if basis is not None else (finding.basis if finding else []),
        unit=unit,
        raised_by=by,
        found_on=found_on or timezone.localdate(),
        due_on=due_on,
    )
    issue.repeat_of = likely_repeat(issue)
    issue.save(update_fields=["repeat_of"])
    journal.record("findings.opened", by=by, on=issue, facts={"source": issue.get_source_display(), "title": title})
    search.index(issue)
    if owner is not None:
        return assign(issue, unit=unit, owner=owner, due_on=due_on, by=by)
    term = _("本机构整改时限")
    deadlines.start(issue, "assign", label=_("派发"), basis=term, working_days=limits().assign_days)
    notify(access.holders("findings.assign", issue), "findings.opened", _("新问题待派发：%s") % issue.title, on=issue)
    return issue


def _known(source: str, title: str, finding: Finding | None, on: models.Model | None) -> Issue | None:
    alive = Issue.objects.exclude(state=IssueState.VOID)
    if finding is not None:
        return alive.filter(finding=finding).first()
    if on is not None:
        return (
            alive.filter(source=source, source_label=on._meta.label_lower, source_id=on.pk, title=title[:200])
            .exclude(state=IssueState.CLOSED)
            .first()
        )
    return None


def likely_repeat(issue: Issue) -> Issue | None:
    """Return the last issue of the same kind at the same unit within the repeat window; a person may undo it."""
    if not issue.category:
        return None
    since = issue.found_on - timedelta(days=30 * limits().repeat_months)
    same = Issue.objects.filter(
        category=issue.category, unit=issue.unit, found_on__gte=since, found_on__lte=issue.found_on
    )
    return same.exclude(pk=issue.pk).exclude(state=IssueState.VOID).filter(pk__lt=issue.pk).order_by("-pk").first()


@transaction.atomic
def assign(issue: Issue, *, unit: Any = None, owner: Any, due_on: date | None = None, by: Any) -> Issue:
    """Give an issue to an owner with a due date; by default so many working days as its severity has."""
    _require_ahead(due_on)
    if owner is None:
        raise BadValue(_("请选择责任人。"), fields={"owner": _("必填")})
    days = limits().terms[issue.severity]
    wanted = issue.due_on if issue.due_on is not None and issue.due_on >= timezone.localdate() else None
    due = due_on or wanted or deadlines.calendar().add_working_days(timezone.localdate(), days).date
    facts = {"unit": unit or issue.unit, "owner": owner, "due": due}
    row = states.move(issue, "assign", by=by, facts=facts, unit=unit or issue.unit, owner=owner, due_on=due)
    deadlines.meet(row, "assign")
    deadlines.cancel(row)
    basis = _("本机构整改时限")
    deadlines.start(row, "plan", label=_("制定整改计划"), basis=basis, working_days=limits().plan_days)
    _start_due(row, due)
    notify([owner], "findings.assigned", _("请整改：%s") % row.title, on=row)
    search.index(row)
    return row


def _require_ahead(due_on: date | None) -> None:
    if due_on is not None and due_on < timezone.localdate():
        raise BadValue(_("整改期限已经过去。"), fields={"due_on": _("应不早于今天")})


def _start_due(issue: Issue, due: date) -> None:
    left = max((due - timezone.localdate()).days, 0)
    deadlines.start(issue, "rectify", label=_("完成整改"), basis=_("本机构整改时限"), natural_days=left)


@transaction.atomic
def plan_out(issue: Issue, *, plan: str, by: Any) -> Issue:
    """Say how it will be put right."""
    if len(plan.strip()) < SHORTEST:
        told = _("请写明整改措施、责任人与完成时间，至少 %d 个字。") % SHORTEST
        raise BadValue(told, fields={"plan": _("太短")})
    row = states.move(issue, "plan_out", by=by, plan=plan.strip())
    deadlines.meet(row, "plan")
    return row


@transaction.atomic
def hand_in(issue: Issue, *, outcome: str, by: Any, without_evidence: str = "") -> Issue:
    """Hand in what was done; evidence is attached, or it is said why there is none."""
    evidence = files.attachments_of(issue, EVIDENCE).count()
    if len(outcome.strip()) < SHORTEST:
        raise BadValue(_("请写明整改结果，至少 %d 个字。") % SHORTEST, fields={"outcome": _("太短")})
    if not evidence and not without_evidence.strip():
        raise Refused(_("还没有整改证据：请上传证据，或写明为何没有。"))
    told = outcome.strip() + (_("\n未附证据的原因：%s") % without_evidence.strip() if not evidence else "")
    row = states.move(issue, "hand_in", by=by, outcome=told, facts={"evidence": evidence})
    deadlines.meet(row, "rectify")
    deadlines.start(row, "verify", label=_("验证销号"), basis=_("本机构整改时限"), working_days=limits().verify_days)
    notify(access.holders("findings.close", row), "findings.handed_in", _("待验证：%s") % row.title, on=row)
    return row


@transaction.atomic
def send_back(issue: Issue, *, reason: str, by: Any) -> Issue:
    """Send it back: not put right yet; the old date stays."""
    if not reason.strip():
        raise BadValue(_("请写明退回原因。"), fields={"reason": _("必填")})
    row = states.move(issue, "send_back", by=by, reason=reason.strip(), facts={"reason": reason.strip()})
    deadlines.cancel(row, "verify")
    if row.due_on is not None:
        _start_due(row, row.due_on)
    notify([row.owner], "findings.sent_back", _("整改被退回：%s") % row.title, on=row, body=reason.strip())
    return row


@transaction.atomic
def close(issue: Issue, *, by: Any, note: str = "") -> Issue:
    """Strike it off after checking the evidence; by someone else than who put it right."""
    row = states.move(issue, "close", by=by, comment=note.strip(), at=timezone.now())
    deadlines.meet(row, "verify")
    deadlines.cancel(row)
    notify([row.owner, row.raised_by], "findings.closed", _("已销号：%s") % row.title, on=row)
    search.index(row)
    return row


@transaction.atomic
def void(issue: Issue, *, reason: str, by: Any) -> Issue:
    """Void an entry made by mistake; it stays to be seen."""
    if not reason.strip():
        raise BadValue(_("请写明作废原因。"), fields={"reason": _("必填")})
    row = states.move(issue, "void", by=by, reason=reason.strip(), facts={"reason": reason.strip()})
    deadlines.cancel(row)
    return row


@transaction.atomic
def ask_extension(issue: Issue, *, new_due: date, reason: str, by: Any) -> IssueExtension:
    """Ask for more time before the date has passed."""
    access.require(by, "findings.ask_extension", issue)
    row = Issue.objects.select_for_update().get(pk=issue.pk)
    old_due = _check_extension(row, new_due, reason)
    asked = IssueExtension.objects.create(
        issue=row, asked_by=by, old_due=old_due, new_due=new_due, reason=reason.strip()
    )
    journal.record("findings.asked_extension", by=by, on=row, facts={"until": new_due, "reason": reason.strip()})
    title = _("延期申请待审批：%s") % row.title
    notify(access.holders("findings.decide_extension", row), "findings.extension", title, on=row)
    return asked


def _check_extension(row: Issue, new_due: date, reason: str) -> date:
    """Return the date as it stands; raises Refused or BadValue where it cannot be moved so."""
    most = limits()
    if row.state not in (IssueState.ASSIGNED, IssueState.RECTIFYING) or row.due_on is None:
        raise Refused(_("只有整改中的问题可以申请延期。"))
    if row.due_on < timezone.localdate():
        raise Refused(_("期限已过，不能再申请延期；请先说明逾期原因并尽快整改。"))
    if row.extension_requests.filter(approved__isnull=True).exists():
        raise Refused(_("已有一项延期申请待审批。"))
    if row.extensions >= most.most_extensions:
        raise Refused(_("同一问题最多延期 %d 次。") % most.most_extensions)
    if new_due <= row.due_on:
        raise BadValue(_("延期后的日期应晚于原期限。"), fields={"new_due": _("应晚于原期限")})
    if (new_due - row.due_on).days > most.longest_extension:
        told = _("一次最多延 %d 天。") % most.longest_extension
        raise BadValue(told, fields={"new_due": told})
    if not reason.strip():
        raise BadValue(_("请写明理由。"), fields={"reason": _("必填")})
    return row.due_on


@transaction.atomic
def decide_extension(asked: IssueExtension, *, approve: bool, note: str = "", by: Any) -> IssueExtension:
    """Grant or refuse more time; by someone other than who works on the issue or asked."""
    row = IssueExtension.objects.select_for_update().select_related("issue").get(pk=asked.pk)
    access.require(by, "findings.decide_extension", row.issue)
    if row.asked_by_id == by.pk:
        raise Refused(_("延期由您申请，须由他人审批。"))
    if row.approved is not None:
        raise Refused(_("这项申请已经审批。"))
    if not approve and not note.strip():
        raise BadValue(_("请写明不同意的理由。"), fields={"note": _("必填")})
    row.approved, row.decided_by, row.decided_at, row.note = approve, by, timezone.now(), note.strip()
    row.save()
    if approve:
        _extend(row.issue, row.new_due)
    decision = _("同意") if approve else _("不同意")
    journal.record(
        "findings.decided_extension",
        by=by,
        on=row.issue,
        facts={"decision": decision, "comment": note.strip()},
        changes={_("整改期限"): [row.old_due, row.new_due]} if approve else {},
    )
    notify(
        [row.asked_by],
        "findings.extension",
        _("延期申请%(decision)s：%(title)s") % {"decision": decision, "title": row.issue.title},
        on=row.issue,
    )
    return row


def _extend(issue: Issue, due: date) -> None:
    Issue.objects.filter(pk=issue.pk).update(due_on=due, extensions=models.F("extensions") + 1)
    issue.refresh_from_db(fields=["due_on", "extensions"])
    deadlines.cancel(issue, "rectify")
    _start_due(issue, due)


@transaction.atomic
def mark_repeat(issue: Issue, *, of: Issue | None, by: Any) -> Issue:
    """Say that an issue repeats another, or that it does not."""
    access.require(by, "findings.assign", issue)
    if of is not None and (of.pk == issue.pk or of.unit_id != issue.unit_id):
        raise BadValue(_("屡查屡犯应指向同一机构的另一项问题。"))
    issue.repeat_of = of
    issue.save(update_fields=["repeat_of"])
    name = "findings.marked_repeat" if of is not None else "findings.unmarked_repeat"
    journal.record(name, by=by, on=issue, facts={"of": of.number} if of is not None else {})
    return issue


@transaction.atomic
def hold_accountable(
    issue: Issue, *, measure: str, by: Any, kind: str = Measure.OTHER, person: Any = None, document: str = ""
) -> IssueAccountability:
    """Enter who was held to account for an issue, how, and by which document."""
    access.require(by, "findings.hold_accountable", issue)
    if not measure.strip():
        raise BadValue(_("请写明问责情况。"), fields={"measure": _("必填")})
    if kind not in Measure.values:
        raise BadValue(_("没有这种问责方式。"), fields={"kind": _("请选择")})
    row = IssueAccountability.objects.create(
        issue=issue, kind=kind, measure=measure.strip(), person=person, document=document.strip()[:80], by=by
    )
    facts = {"measure": row.get_kind_display(), "comment": row.measure, "document": row.document, "person": person}
    journal.record("findings.held_accountable", by=by, on=issue, facts=facts)
    return row


def hand_over(*, giver: Any, receiver: Any, by: Any) -> int:
    """Move a person's open issues to the receiver."""
    done = Q(state=IssueState.CLOSED) | Q(state=IssueState.VOID)
    rows = list(Issue.objects.filter(owner=giver).exclude(done))
    for row in rows:
        row.owner = receiver
        row.save(update_fields=["owner"])
        journal.record("findings.handed_over", by=by, on=row, facts={"owner": receiver})
    return len(rows)
