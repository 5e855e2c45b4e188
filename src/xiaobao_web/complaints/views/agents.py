"""The page of a group behind which paid agents may stand: why, its contacts, what people made of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.complaints import agent_groups, queries
from xiaobao_web.complaints.models import AgentGroup, AgentMember, AgentVerdict
from xiaobao_web.complaints.services import judging
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import SignedIn, row_key
from xiaobao_web.kernel.tallies import Cell, Table, hand_out

SHOWN, IN_SHEET = 200, 10_000
VERDICTS = [(value, label) for value, label in AgentVerdict.choices if value != AgentVerdict.OPEN]


@require_GET
def group(request: SignedIn, pk: int) -> HttpResponse:
    """Show a group as far as the person sees its contacts."""
    return render(request, "complaints/agent_group.html", _context(request, agent_groups.find(request.user, pk)))


@require_GET
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """Hand out the contacts of a group as a workbook; journalled."""
    found = agent_groups.find(request.user, pk)
    told = _rows(request.user, found, row_key(request.GET.get("unit", "")), IN_SHEET)
    about = [(_("线索"), agent_groups.reason(found)), (_("范围"), _("导出人可见的来件，身份保密的除外")),
             (_("提示"), _("线索只提示多看一眼，不是不受理、不办理的理由"))]  # fmt: skip
    period = Period("", timezone.localdate(found.first), timezone.localdate(found.last))
    return hand_out(request.user, [told], title=str(found), period=period, about=about)


@require_POST
def judge(request: SignedIn, pk: int) -> HttpResponse:
    """Say what a group is found to be."""
    found = agent_groups.find(request.user, pk)
    given = request.POST
    try:
        judging.judge(found, by=request.user, verdict=given.get("verdict", ""), reason=given.get("reason", ""))
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        context = _context(request, agent_groups.find(request.user, pk), error)
        return render(request, "complaints/agent_group.html", context, status=error.status)
    messages.success(request, _("判断已登记。"))
    return redirect(found)


def _context(request: SignedIn, found: Any, fault: PlatformError | None = None) -> dict[str, Any]:
    user, unit = request.user, row_key(request.GET.get("unit", ""))
    seen = agent_groups.members(user).filter(group=found).order_by()
    here = reverse("complaint_agent_group", args=[found.pk])
    units = [
        {"name": name, "n": n, "url": f"{here}?unit={key}#contacts", "current": key == unit}
        for key, name, n in seen.values_list("contact__unit", "contact__unit__name").annotate(n=Count("pk"))
        .order_by("-n", "contact__unit__name")[:SHOWN]
    ]  # fmt: skip
    return {
        "group": found, "reason": agent_groups.reason(found), "units": units, "unit": unit, "here": here,
        "chosen": next((item["name"] for item in units if item["current"]), ""),
        "table": _rows(user, found, unit, SHOWN),
        "sheet_url": reverse("complaint_agent_sheet", args=[found.pk]) + (f"?unit={unit}" if unit else ""),
        "may_judge": judging.may_judge(user, found), "verdicts": VERDICTS, "given": request.POST,
        "judgements": found.judgements.select_related("by__unit"), "fault": fault.message if fault else "",
        "events": journal.events_of(found),
    }  # fmt: skip


def _rows(user: Any, found: AgentGroup, unit: int | None, most: int) -> Table:
    """Return the contacts of a group that a person sees, the latest first; the same person has the same number."""
    rows: Any = agent_groups.members(user).filter(group=found)
    people = {key: n for n, key in enumerate(agent_groups.people_of(rows), 1)}
    if unit:
        rows = rows.filter(contact__unit=unit)
    total = rows.count()
    shown: list[AgentMember] = list(
        rows.select_related("contact__unit", "contact__case__unit").order_by("-received_at", "-pk")[:most]
    )
    contacts = queries.contacts(user).filter(pk__in=[row.contact_id for row in shown])
    opens = set(contacts.values_list("pk", flat=True))
    cases = set(
        queries.visible(user).filter(pk__in=[row.contact.case_id for row in shown]).values_list("pk", flat=True)
    )
    heads = [_("登记号"), _("收到时间"), _("客户"), _("机构"), _("渠道"), _("投诉"), _("状态")]
    heads += [_("归入")] if found.verdict_at else []
    lines = [_row(row, people, opens, cases, found) for row in shown]
    return Table(_("来件"), heads, lines, _("只列出最近 %d 件。") % most if total > most else "")


def _row(row: AgentMember, people: dict[int, int], opens: set[int], cases: set[int], found: AgentGroup) -> list[Cell]:
    contact, case = row.contact, row.contact.case
    url = contact.get_absolute_url() if contact.pk in opens else ""
    case_url = case.get_absolute_url() if case is not None and case.pk in cases else ""
    state = (case or contact).get_state_display()
    who = _("客户 %d") % people[row.person] if row.person else _("未写全名")
    cells = [
        contact.number, f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}", who, contact.unit,
        contact.get_channel_display(), case.number if case else _("未立案"), state,
    ]  # fmt: skip
    if found.verdict_at is not None:
        cells.append(_("判断后新增") if row.added_at > found.verdict_at else _("判断前"))
    urls = {0: url, 5: case_url}
    return [Cell(str(value), urls.get(place, ""), kind="text") for place, value in enumerate(cells)]
