"""Regulators' transfers (转办件): received under their own number and day, urged, sent back, reported in Word."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.models import Case, CaseEvent, LocalBureau, RegulatorTransfer, Source, Track
from xiaobao_web.complaints.services import documents, enclosing
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.services.opening import open_directly
from xiaobao_web.complaints.states import DONE
from xiaobao_web.kernel import deadlines, files, journal, wordfiles
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.deadlines import BEIJING
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models import RetentionClass

TRACKS: dict[str, str] = {Source.NFRA: Track.NFRA, Source.PBOC: Track.PBOC, Source.MARKET: Track.AUTHORITY}
"""The track of each source; the others follow the direct rule, with the day that the transfer itself names."""
REPORT_FIELDS: dict[str, Any] = {
    "situation": gettext_lazy("基本情况"), "dispute": gettext_lazy("争议焦点"),
    "investigation": gettext_lazy("调查结果及证据"), "basis": gettext_lazy("处理依据"),
    "communication": gettext_lazy("沟通情况"), "extension": gettext_lazy("延期情况"),
    "satisfaction": gettext_lazy("满意度"),
}  # fmt: skip
"""What a report to the People's Bank must say (PBoC5 44); the other bureaus' templates take what they need of it."""

BEFORE = gettext_lazy("要求反馈日期早于收到转办的日期，请核对；转办早已收到的，请填写当时的收到日期。")
AFTER = gettext_lazy("监管部门收到、转出的日期不能晚于收到转办的日期，请核对。")


@transaction.atomic
def receive_transfer(*, source: str, bureau: str, number: str, text: str, by: Any, received_at: datetime | None = None,
                     due_on: date | None = None, forwarded_on: date | None = None,
                     received_by_bureau: date | None = None, case: Case | None = None,
                     ticket: dict[str, Any] | None = None, **values: Any) -> RegulatorTransfer:  # fmt: skip
    """Register a transfer: as a case of its own, or onto the case (`case`) that the complainant brought here before.

    The same number of the same source is registered once. With both a direct complaint and a transfer the clocks of
    both run, and the earlier day governs. Without a unit a new case goes to the branch of its local bureau (属地局).
    """
    if source not in Source.values:
        raise BadValue(_("请选择转办来源。"), fields={"source": _("请选择")})
    if not number.strip():
        raise BadValue(_("请填写转办编号。"), fields={"number": _("必填")})
    known = RegulatorTransfer.objects.filter(source=source, number=number.strip()).first()
    if known is not None:
        return known
    at = received_at or timezone.now()
    _not_ahead(at, forwarded_on=forwarded_on, received_by_bureau=received_by_bureau)
    if due_on is not None and due_on < timezone.localdate(at):
        raise BadValue(str(BEFORE), fields={"due_on": _("早于收到转办的日期")})
    track, begun = TRACKS.get(source, Track.DIRECT.value), False
    if case is None:
        contact = {
            "source_system": Source(source).label, "source_number": number.strip(),
            "key": f"regulator_transfer:{source}:{number.strip()}"[:200], "ticket": ticket or {},
        }  # fmt: skip
        values = {**values, "unit": values.get("unit") or branch_of(bureau)}
        case = open_directly(
            channel="regulator_transfer", text=text, by=by, received_at=at, contact=contact, track=track, **values
        )
    else:
        require(by, "complaints.regulator", case)
        case = lock(case)
        if case.state in DONE:
            raise BadValue(_over(case), fields={"case": _over(case)})
        begun = track in clocking.tracks_of(case) and _transferred(case, track)
        if track not in clocking.tracks_of(case):
            case.more_tracks = [*case.more_tracks, track]
            case.save(update_fields=["more_tracks"])
    made = RegulatorTransfer.objects.create(
        case=case, source=source, bureau=bureau.strip() or str(Source(source).label), number=number.strip(),
        received_by_bureau=received_by_bureau, forwarded_on=forwarded_on, received_at=at, due_on=due_on,
        registered_by=by, registered_at=timezone.now(),
    )  # fmt: skip
    journal.record(
        "complaints.regulator_received", by=by, on=case, facts={"number": made.number, "bureau": made.bureau}
    )
    if track == Track.AUTHORITY:
        _begin_authority(made)
    if not begun and track in (Track.NFRA, Track.PBOC):
        facts = {"track": track, **({"report_due": due_on.isoformat()} if due_on else {})}
        clocking.note(case, "transferred", at=at, by=by, **facts)
    _start_report(made)
    told = [*telling.in_charge(case), *telling.office(case), *telling.unit_heads(case)]
    telling.people(case, told, _("监管转办：%(number)s %(title)s"), "complaints.regulator")
    return made


def _transferred(case: Case, track: str) -> bool:
    """Tell whether the clocks of a regulator's track run from a transfer already; each regulator has its own."""
    rows = case.clock_events.filter(kind="transferred")
    return any(row.facts.get("track", track) == track for row in rows)


def _begin_authority(made: RegulatorTransfer) -> None:
    """Count the authority's own term from its receipt (消法条例 46), once, and start our targets beside it."""
    case, begun = made.case, made.received_by_bureau
    rows = case.clock_events.filter(kind="received")
    if not any(row.facts.get("track") == Track.AUTHORITY for row in rows):
        at = datetime.combine(begun, time(), BEIJING) if begun else made.received_at
        CaseEvent.objects.create(
            case=case, kind="received", at=at, facts={"track": str(Track.AUTHORITY)}, by=made.registered_by
        )
    clocking.refresh(case)


def _not_ahead(at: datetime, **days: date | None) -> None:
    """Refuse a transfer that comes tomorrow, and days of the bureau after the day on which it came here."""
    if at > timezone.now() + timedelta(minutes=5):
        raise BadValue(_("收到转办的时间不能晚于现在。"), fields={"received_at": _("不能晚于现在")})
    late = {name: str(_("不晚于收到转办的日期")) for name, day in days.items() if day and day > timezone.localdate(at)}
    if late:
        raise BadValue(str(AFTER), fields=late)


def _over(case: Case) -> str:
    """Return why a transfer cannot be registered onto a case that has ended, and where it goes instead."""
    if case.merged_into is not None:
        return str(_("这件投诉已并入 %s，请填写那件投诉的编号。") % case.merged_into.number)
    told = _("这件投诉%s；请先“重新办理”再登记，或不填编号，另立一件。")
    return str(told % case.get_state_display())


def _check_day(row: RegulatorTransfer, text: str, due_on: date | None) -> None:
    """Refuse empty words and a day that is over when the regulator names it."""
    if not text.strip():
        raise BadValue(_("请写明监管部门的要求。"), fields={"text": _("必填")})
    if due_on is not None and due_on < timezone.localdate(row.received_at):
        raise BadValue(str(BEFORE), fields={"due_on": _("早于收到转办的日期")})


def branch_of(bureau: str) -> Any:
    """Return the organisation that a bureau's transfers go to, None where nobody has said."""
    name = "".join(bureau.split())
    rows = list(LocalBureau.objects.select_related("unit").filter(unit__active=True))
    same = [row for row in rows if row.name == name]
    near = sorted(
        (row for row in rows if name and (row.name in name or name in row.name)), key=lambda row: -len(row.name)
    )
    return next((row.unit for row in [*same, *near]), None)


def _start_report(made: RegulatorTransfer) -> None:
    """Start the regulator's own deadline, by its own day."""
    if made.due_on is None:
        return
    kind = f"report:{made.pk}"
    deadlines.cancel(made.case, kind)
    days = max((made.due_on - timezone.localdate(made.received_at)).days, 0)
    deadlines.start(
        made.case, kind, label=_("向%s反馈") % made.bureau, basis=_("转办要求的反馈日期"), natural_days=days,
        at=made.received_at,
    )  # fmt: skip


@transaction.atomic
def urge(made: RegulatorTransfer, *, by: Any, text: str, due_on: date | None = None) -> RegulatorTransfer:
    """Record that the regulator urges (督办), perhaps with a new day; unit head, office and executive are told."""
    row = RegulatorTransfer.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.regulator", row.case)
    if row.reported_at is not None:
        raise Refused(_("已经反馈；监管退回的，请登记退回补正。"))
    _check_day(row, text, due_on)
    row.urged = [*row.urged, {"at": timezone.now().isoformat(), "text": text.strip(), "by": str(by)}]
    row.due_on = due_on or row.due_on
    row.save()
    _start_report(row)
    journal.record("complaints.regulator_urged", by=by, on=row.case, facts={"comment": text.strip()})
    told = [*telling.in_charge(row.case), *telling.office(row.case), *telling.unit_heads(row.case),
            *telling.executives(row.case)]  # fmt: skip
    telling.people(row.case, told, _("监管督办：%(number)s %(title)s"), "complaints.regulator")
    return row


@transaction.atomic
def change_day(made: RegulatorTransfer, *, by: Any, due_on: date) -> RegulatorTransfer:
    """Take over the day that the regulator now asks for, where it is another one; its own deadline starts anew."""
    row = RegulatorTransfer.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.regulator", row.case)
    if row.due_on == due_on:
        return row
    changes = {"due_on": [str(row.due_on or ""), str(due_on)]}
    row.due_on = due_on
    row.save(update_fields=["due_on"])
    if row.reported_at is None:
        _start_report(row)
    facts = {"number": row.number, "due": str(due_on)}
    journal.record("complaints.regulator_day", by=by, on=row.case, facts=facts, changes=changes)
    telling.people(
        row.case, telling.in_charge(row.case), _("监管改了反馈日期：%(number)s %(title)s"), "complaints.regulator"
    )
    return row


@transaction.atomic
def send_back(made: RegulatorTransfer, *, by: Any, text: str, due_on: date | None = None) -> RegulatorTransfer:
    """Record that the regulator sent the report back to be completed (退回补正)."""
    row = RegulatorTransfer.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.regulator", row.case)
    if row.reported_at is None:
        raise Refused(_("还没有反馈过；监管催办的，请登记督办。"))
    _check_day(row, text, due_on)
    row.sent_back = [
        *row.sent_back,
        {"at": timezone.now().isoformat(), "text": text.strip(), "by": str(by), "report": row.reported_at.isoformat(),
         "enclosed": row.enclosed},
    ]  # fmt: skip
    row.reported_at, row.reported_by, row.document = None, None, None
    row.due_on = due_on or row.due_on
    row.save()
    _start_report(row)
    if row.source == Source.MARKET:
        clocking.target(row.case, clocking.ANSWER_AUTHORITY)
    journal.record("complaints.regulator_sent_back", by=by, on=row.case, facts={"comment": text.strip()})
    telling.people(
        row.case, telling.in_charge(row.case), _("监管退回补正：%(number)s %(title)s"), "complaints.regulator"
    )
    return row


def draft_report(made: RegulatorTransfer) -> dict[str, str]:
    """Return a first wording of the report's parts from what the case holds; the person completes it."""
    case = made.case
    letter = case.letters.filter(state="sent").order_by("-version").first()
    records = "\n".join(f"{timezone.localtime(row.at):%Y-%m-%d} {row.get_kind_display()}：{row.text}"
                        for row in case.records.all()[:30])  # fmt: skip
    extensions = "；".join(f"{row.get_kind_display()}，{timezone.localtime(row.decided_at):%Y-%m-%d} 批准"
                          for row in case.extensions.filter(approved=True) if row.decided_at)  # fmt: skip
    told = {1: "很不满意", 2: "不满意", 3: "一般", 4: "满意", 5: "很满意"}
    return {
        "situation": case.summary,
        "dispute": "、".join([case.cause, *case.demands]) if case.cause else "、".join(case.demands),
        "investigation": letter.facts if letter else records,
        "basis": letter.reasons if letter else "",
        "communication": "\n".join([records, letter.decision if letter else ""]).strip(),
        "extension": extensions or "无",
        "satisfaction": told.get(case.satisfaction or 0, "未回访"),
        **made.report,
    }


@transaction.atomic
def report(made: RegulatorTransfer, *, by: Any, parts: dict[str, str], at: datetime | None = None,
           enclose: Sequence[int] = ()) -> RegulatorTransfer:  # fmt: skip
    """Report to the regulator: every part written, the Word document made and archived, its fingerprint journalled.

    `enclose`: attachments of the case and its contacts that go with it, in their order.
    """
    row = RegulatorTransfer.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=made.pk)
    require(by, "complaints.report_regulator", row.case)
    if row.reported_at is not None:
        raise Refused(_("已经反馈过。"))
    empty = {name: _("必填") for name in REPORT_FIELDS if not parts.get(name, "").strip()}
    if empty:
        told = "、".join(str(REPORT_FIELDS[name]) for name in empty)
        raise BadValue(_("反馈报告还缺：%s。") % told, fields=empty)
    row.report = {name: parts[name].strip() for name in REPORT_FIELDS}
    row.enclosed = enclosing.enclosed(row.case, enclose, by=by)
    template = documents.template_for(row.bureau)
    content = wordfiles.render(template, report_context(row))
    if row.enclosed and not documents.lists_enclosures(template):
        content = enclosing.append(content, row.enclosed)
    name = f"{enclosing.report_name(row)}.docx"
    stored = files.store(io.BytesIO(content), name=name, by=None)
    row.document, row.reported_by, row.reported_at = stored, by, at or timezone.now()
    row.save()
    files.attach(row.case, stored, name=name, purpose="report", by=by, personal=True, retention=RetentionClass.ARCHIVE)
    deadlines.meet(row.case, f"report:{row.pk}", at=row.reported_at)
    clocking.note_reported(row.case, track=TRACKS.get(row.source, ""), at=row.reported_at, by=by)
    enclosing.keep(row.case, row.enclosed, by=by)
    facts = {"bureau": row.bureau, "sha256": stored.sha256[:16]}
    if row.enclosed:
        facts["enclosed"] = "；".join(f"{line} {item['sha256']}" for line, item in
                                     zip(enclosing.listed(row.enclosed), row.enclosed, strict=True))  # fmt: skip
    journal.record("complaints.regulator_reported", by=by, on=row.case, facts=facts)
    return row


def report_context(row: RegulatorTransfer) -> dict[str, Any]:
    """Return what a bureau's template may name, as texts."""
    case = row.case
    return {
        "institution": settings.INSTITUTION, "bureau": row.bureau, "number": row.number, "case_number": case.number,
        "customer": case.customer_name or "未提供", "phone": case.phone, "unit": str(case.unit),
        "received_on": _day(row.received_at), "due_on": _day(row.due_on), "today": _day(timezone.now()),
        "title": case.title, "handler": str(case.handler or ""), **row.report,
        "attachments": "\n".join(enclosing.listed(row.enclosed)) or "无",
    }  # fmt: skip


def _day(value: Any) -> str:
    if value is None:
        return ""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(12), BEIJING)
    return f"{timezone.localtime(moment):%Y年%-m月%-d日}"
